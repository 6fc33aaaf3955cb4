/** Starts and watches worker threads over the shared memory. Their work reaches them inside WebAssembly. */

import { hardwareThreads, isWorker, watchWorker, whyNotShared } from "#platform";
import { describe, wrongType } from "../checks/check-options.js";
import { DisposedError, WorkerError } from "../checks/errors.js";
import type { WebAssemblyMemoryLike, WebAssemblyModuleLike } from "../checks/platform-types.js";
import { nextTask } from "../event-loop.js";
import { startWorker } from "./binary-files.js";
import type { Kernels, Pointer } from "./kernels.js";
import type { ThreadWorker, WorkerHandle, WorkerStart } from "./thread-worker.js";

/** A number of threads and the reason for it. */
export interface ThreadsChoice {
  readonly count: number;
  reason: string;
}

/** More threads do not help networks that fit a CPU's caches. */
const MOST_AUTOMATIC_THREADS = 8;
const MOST_THREADS = 64;

/** Why memory cannot be shared; undefined if it can. */
export function obstacleToSharing(): string | undefined {
  // A page that is not isolated may not even have the name.
  const lacking = typeof SharedArrayBuffer === "function" ? undefined : "the engine has no SharedArrayBuffer";
  return whyNotShared() ?? lacking;
}

/** @throws TypeError, RangeError for anything but "auto" and integers from 1 to 64 */
export function chooseThreads(requested: number | "auto", obstacle: string | undefined): ThreadsChoice {
  if (requested !== "auto" && !(Number.isInteger(requested) && requested >= 1 && requested <= MOST_THREADS)) {
    const expected = `"auto" or an integer from 1 to ${MOST_THREADS}`;
    if (typeof requested !== "number") throw wrongType("threads", expected, requested);
    throw new RangeError(`threads: expected ${expected}, got ${requested}`);
  }
  const hardware = hardwareThreads();
  const count = requested === "auto" ? Math.min(hardware, MOST_AUTOMATIC_THREADS) : requested;
  if (count > 1 && obstacle) return { count: 1, reason: obstacle };
  const capped = count < hardware ? `, of which ${count} are taken unless you ask for more` : "";
  return { count, reason: requested === "auto" ? `the machine can run ${hardware} at a time${capped}` : "requested" };
}

/** How long a job may make no progress before a worker counts as dead. */
const STALL_MILLISECONDS = 600;
const START_MILLISECONDS = 10_000;
/**
 * The same as a number of looks. If the clock stands still (fake timers, some edge runtimes), naps of about a millisecond
 * measure the time; if the thread may not nap either, looks alone do.
 */
const STALL_NAPS = 400;
const STALL_LOOKS = 20_000_000;
const NAP_AFTER_LOOKS = 50;
/** How long the waiting thread naps between two looks, if it may, to leave its core to a thread with work. */
const NAP_MILLISECONDS = 1;
const NAP_AFTER_MILLISECONDS = 0.2;

/** `createWorker` did not return a worker. */
export class NoWorkerError extends TypeError {}

/** @throws WorkerError with what `createWorker` threw as its cause; NoWorkerError */
function useCreateWorker(createWorker: () => ThreadWorker): ThreadWorker {
  let worker: ThreadWorker;
  try {
    worker = createWorker();
  } catch (cause) {
    const thrown = cause instanceof Error ? `${cause.name}: ${cause.message}` : describe(cause);
    throw new WorkerError(`createWorker: expected a Worker, but it threw: ${thrown}`, { cause });
  }
  if (isWorker(worker)) return worker;
  throw new NoWorkerError(`createWorker: expected a Worker, got ${describe(worker)}`);
}

/** Ends the workers of an engine that nobody disposed of, once its kernels are collected. */
const dropped = new FinalizationRegistry<WorkerPool>((workers) => workers.dispose());

/** The workers of an engine. They end when it is disposed of or collected. */
export class WorkerPool {
  readonly #memory: WebAssemblyMemoryLike;
  readonly #createWorker: (() => ThreadWorker) | undefined;
  readonly #workers: WorkerHandle[] = [];
  /** Creates the error that says why jobs can no longer be divided. */
  #failure: (() => Error) | undefined;
  /** A weak reference: the workers' listeners hold the pool and live as long as the workers. */
  #kernels: WeakRef<Kernels> | undefined;
  #team: Pointer = 0;
  /** Address of each worker's progress word. */
  #progressWords: readonly Pointer[] = [];
  #waitingFor = 0;
  #waitingSince = 0;
  #progress = "";
  /** Looks and naps since the last progress. */
  #looks = 0;
  #naps = 0;
  #mayNap = true;
  /** A word that never changes, to wait on. */
  readonly #pillow = new Int32Array(new SharedArrayBuffer(4));

  /** @param createWorker replaces the library's way to start a worker */
  constructor(memory: WebAssemblyMemoryLike, createWorker?: () => ThreadWorker) {
    this.#memory = memory;
    this.#createWorker = createWorker;
  }

  /** Starts workers 1 to threads − 1. @throws WorkerError if one does not start, NoWorkerError if it is not a worker */
  async start(module: WebAssemblyModuleLike, kernels: Kernels, team: Pointer, threads: number): Promise<void> {
    const workers = Array.from({ length: threads - 1 }, (_, index) => index + 1);
    this.#kernels = new WeakRef(kernels);
    this.#team = team;
    this.#progressWords = workers.map((thread) => kernels.progressOf(team, thread));
    const words = new Int32Array(this.#memory.buffer);
    for (const address of this.#progressWords) words[address >> 2] = 0;
    try {
      await Promise.all(workers.map((thread) => this.#startOne(module, team, thread)));
      dropped.register(kernels, this);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #startOne(module: WebAssemblyModuleLike, team: Pointer, thread: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        clearTimeout(timer);
        reject(this.#fail(() => new WorkerError(`worker ${thread} of the engine failed: ${reason}`)));
      };
      const started = this.#createWorker ? useCreateWorker(this.#createWorker) : startWorker();
      const worker = watchWorker(started);
      const timer = setTimeout(fail, START_MILLISECONDS, `not ready after ${START_MILLISECONDS / 1000} s`);
      this.#workers.push(worker);
      worker.onEnd(fail);
      worker.onReady(async () => {
        // It reports before it serves, and could still throw. The kernel shows when it serves.
        while (!this.#failure && !this.#isServing(thread)) await nextTask();
        clearTimeout(timer);
        resolve();
      });
      started.postMessage({ module, memory: this.#memory, team, thread } satisfies WorkerStart);
    });
  }

  #isServing(thread: number): boolean {
    const words = new Int32Array(this.#memory.buffer);
    return Atomics.load(words, (this.#progressWords[thread - 1] as Pointer) >> 2) !== 0;
  }

  /**
   * Kernels call this repeatedly while they wait for the last parts of a job, and before each job after a worker has ended.
   *
   * @throws WorkerError if a worker has ended, or none has made progress for more than half a second
   */
  readonly awaitParts = (job: number): void => {
    if (this.#failure) throw this.#failure();
    const now = performance.now();
    const progress = this.#readProgress();
    if (job !== this.#waitingFor || progress !== this.#progress) {
      this.#waitingFor = job;
      this.#waitingSince = now;
      this.#progress = progress;
      this.#looks = 0;
      this.#naps = 0;
    } else if (this.#hasStalled(now)) {
      throw this.#fail(() => new WorkerError("a worker of the engine stopped in the middle of its work"));
    } else if (++this.#looks > NAP_AFTER_LOOKS || now - this.#waitingSince > NAP_AFTER_MILLISECONDS) {
      this.#nap();
    }
  };

  #hasStalled(now: number): boolean {
    return now - this.#waitingSince > STALL_MILLISECONDS || this.#naps > STALL_NAPS || this.#looks > STALL_LOOKS;
  }

  /** Ends all workers. From now on, a kernel that needs them throws. */
  dispose(): void {
    this.#fail(() => new DisposedError("the engine was used after it was disposed of"));
    for (const worker of this.#workers) worker.terminate();
  }

  /** Makes all later jobs throw the first failure. */
  #fail(failure: () => Error): Error {
    this.#failure ??= failure;
    // If the kernels have been collected, no job is left to end.
    this.#kernels?.deref()?.endTeam(this.#team);
    return this.#failure();
  }

  #readProgress(): string {
    const words = new Int32Array(this.#memory.buffer);
    return this.#progressWords.map((address) => words[address >> 2]).join();
  }

  /** Naps. A page's main thread may not, and keeps polling. */
  #nap(): void {
    if (!this.#mayNap) return;
    try {
      Atomics.wait(this.#pillow, 0, 0, NAP_MILLISECONDS);
      ++this.#naps;
    } catch {
      this.#mayNap = false;
    }
  }
}
