/** Worker threads over the shared memory: they are started here, and watched. The work itself reaches them inside wasm. */

import { hardwareThreads, isWorker, watchWorker, whyNotShared } from "#platform";
import { describe, wrongType } from "../checks/check-options.js";
import { DisposedError, WorkerError } from "../checks/errors.js";
import type { WebAssemblyMemoryLike, WebAssemblyModuleLike } from "../checks/platform-types.js";
import { nextTask } from "../event-loop.js";
import { startWorker } from "./binary-files.js";
import type { Kernels, Pointer } from "./kernels.js";
import type { ThreadWorker, WorkerHandle, WorkerStart } from "./thread-worker.js";

/** A number of threads together with the reason for it. */
export interface ThreadsChoice {
  readonly count: number;
  reason: string;
}

/** More threads than this do not help networks that fit a CPU's caches. */
const MOST_AUTOMATIC_THREADS = 8;
const MOST_THREADS = 64;

/** Why memory cannot be shared here; undefined if it can. */
export function obstacleToSharing(): string | undefined {
  // A page that is not isolated may not even see the name.
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

/** How long a job may make no progress before a worker is taken for dead. */
const STALL_MILLISECONDS = 600;
const START_MILLISECONDS = 10_000;
/**
 * The same in looks: where the clock stands still (fake timers, some edge runtimes) naps, which last about a millisecond, count
 * the time; where napping is not allowed either, the looks alone.
 */
const STALL_NAPS = 400;
const STALL_LOOKS = 20_000_000;
const NAP_AFTER_LOOKS = 50;
/** How long the waiting thread sleeps between two looks, where the platform lets it, so that a part's thread can have its core. */
const NAP_MILLISECONDS = 1;
const NAP_AFTER_MILLISECONDS = 0.2;

/** What `createWorker` returned is not a worker. */
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

/** Of engines that nobody disposed of: all that could use the workers holds the kernels. */
const dropped = new FinalizationRegistry<WorkerPool>((workers) => workers.dispose());

/** The workers of an engine. They end with it: when it is disposed of, or collected. */
export class WorkerPool {
  readonly #memory: WebAssemblyMemoryLike;
  readonly #createWorker: (() => ThreadWorker) | undefined;
  readonly #workers: WorkerHandle[] = [];
  /** Makes the error that says why no job can be split any more. */
  #failure: (() => Error) | undefined;
  /** Weakly: the workers' listeners, which live as long as they do, hold the pool. */
  #kernels: WeakRef<Kernels> | undefined;
  #team: Pointer = 0;
  /** Where each worker's progress shows. */
  #progressWords: readonly Pointer[] = [];
  #waitingFor = 0;
  #waitingSince = 0;
  #progress = "";
  /** Looks and naps since the last progress. */
  #looks = 0;
  #naps = 0;
  #mayNap = true;
  /** A word that nobody ever changes, to sleep on. */
  readonly #pillow = new Int32Array(new SharedArrayBuffer(4));

  /** @param createWorker in place of the library's own way */
  constructor(memory: WebAssemblyMemoryLike, createWorker?: () => ThreadWorker) {
    this.#memory = memory;
    this.#createWorker = createWorker;
  }

  /** Starts workers number 1 to threads − 1. @throws WorkerError when one does not start, NoWorkerError when it is none */
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
        // It says so before it serves, and might yet throw: that it serves, the kernel shows itself.
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
   * Called by the kernels over and over while they wait for the last parts of a job, and before a job once a worker ended.
   *
   * @throws WorkerError once a worker has ended, or none has made progress for more than half a second
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

  /** Ends all workers; a kernel that would need them throws from now on. */
  dispose(): void {
    this.#fail(() => new DisposedError("the engine was used after it was disposed of"));
    for (const worker of this.#workers) worker.terminate();
  }

  /** From now on jobs throw the first failure. */
  #fail(failure: () => Error): Error {
    this.#failure ??= failure;
    // Once collected, they have no job left to end.
    this.#kernels?.deref()?.endTeam(this.#team);
    return this.#failure();
  }

  #readProgress(): string {
    const words = new Int32Array(this.#memory.buffer);
    return this.#progressWords.map((address) => words[address >> 2]).join();
  }

  /** Sleeps for a moment; a page's main thread is not allowed to and goes on polling. */
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
