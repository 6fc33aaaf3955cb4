/** Worker threads over the shared memory: they are started here, and watched. The work itself reaches them inside wasm. */

import { hardwareThreads, startWorker, whyNotShared } from "#platform";
import { DisposedError, WorkerError } from "../errors.js";
import type { Kernels, Pointer } from "./kernels.js";

/** A number of threads together with the reason for it. */
export interface ThreadsChoice {
  readonly count: number;
  reason: string;
}

/** More threads than this do not help networks that fit a CPU's caches. */
const MOST_AUTOMATIC_THREADS = 8;
const MOST_THREADS = 64;

/** @throws RangeError for anything but "auto" and integers from 1 to 64 */
export function chooseThreads(requested: number | "auto"): ThreadsChoice {
  if (requested !== "auto" && !(Number.isInteger(requested) && requested >= 1 && requested <= MOST_THREADS)) {
    throw new RangeError(`threads: expected "auto" or an integer from 1 to ${MOST_THREADS}, got ${String(requested)}`);
  }
  const hardware = hardwareThreads();
  const count = requested === "auto" ? Math.min(hardware, MOST_AUTOMATIC_THREADS) : requested;
  const obstacle = typeof SharedArrayBuffer === "function" ? whyNotShared() : "the engine has no SharedArrayBuffer";
  if (count > 1 && obstacle) return { count: 1, reason: obstacle };
  return { count, reason: requested === "auto" ? `the machine can run ${hardware} at a time` : "requested" };
}

/** A running worker. */
export interface WorkerHandle {
  onReady(listener: () => void): void;
  /** Called with the reason once the worker cannot work any more. */
  onEnd(listener: (reason: string) => void): void;
  terminate(): void;
}

/** How long a part may make no progress before its thread is taken for dead. */
const STALL_MILLISECONDS = 800;
const START_MILLISECONDS = 10_000;
/** How long the waiting thread sleeps between two looks, where the platform lets it, so that a part's thread can have its core. */
const NAP_MILLISECONDS = 1;
const NAP_AFTER_MILLISECONDS = 0.2;

// A literal URL: bundlers find the worker by it. It is the same seen from src/wasm/ and from build/wasm/.
const workerUrl = () => new URL("../../build/wasm/worker.js", import.meta.url);

/** The workers of an engine. */
export class WorkerPool {
  readonly #memory: WebAssembly.Memory;
  readonly #workers: WorkerHandle[] = [];
  #kernels: Kernels | undefined;
  #team: Pointer = 0;
  /** Why no job can be finished any more. */
  #failure: Error | undefined;
  #waitingFor = 0;
  #waitingJob = 0;
  #waitingSince = 0;
  #progress = 0;
  #mayNap = true;
  /** A word that nobody ever changes, to sleep on. */
  readonly #pillow = new Int32Array(new SharedArrayBuffer(4));

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** Starts workers for the parts 1 to threads − 1 of every job. @throws WorkerError when one does not start */
  async start(module: WebAssembly.Module, kernels: Kernels, team: Pointer, threads: number): Promise<void> {
    this.#kernels = kernels;
    this.#team = team;
    const starting = Array.from({ length: threads - 1 }, (_, index) => this.#startOne(module, index + 1));
    try {
      await Promise.all(starting);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #startOne(module: WebAssembly.Module, part: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        this.#failure ??= new WorkerError(`worker ${part} of the engine failed: ${reason}`);
        clearTimeout(timer);
        reject(this.#failure);
      };
      const worker = startWorker(workerUrl(), { module, memory: this.#memory, team: this.#team, part });
      const timer = setTimeout(fail, START_MILLISECONDS, `not ready after ${START_MILLISECONDS / 1000} s`);
      this.#workers.push(worker);
      worker.onEnd(fail);
      worker.onReady(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /**
   * Called by the kernels over and over while they wait for another thread's part.
   *
   * @throws WorkerError once that thread has ended, or has made no progress for most of a second
   */
  readonly awaitPart = (part: number, job: number): void => {
    if (this.#failure) throw this.#failure;
    const now = performance.now();
    const progress = this.#readProgress(part);
    if (part !== this.#waitingFor || job !== this.#waitingJob || progress !== this.#progress) {
      this.#waitingFor = part;
      this.#waitingJob = job;
      this.#waitingSince = now;
      this.#progress = progress;
    } else if (now - this.#waitingSince > STALL_MILLISECONDS) {
      this.#failure = new WorkerError(`worker ${part} of the engine stopped in the middle of its work`);
      throw this.#failure;
    } else if (now - this.#waitingSince > NAP_AFTER_MILLISECONDS) {
      this.#nap();
    }
  };

  /** Ends all workers; a kernel that would need them throws from now on. */
  dispose(): void {
    this.#failure ??= new DisposedError("the engine was used after it was disposed of");
    for (const worker of this.#workers) worker.terminate();
  }

  #readProgress(part: number): number {
    const address = this.#kernels?.progressOf(this.#team, part) ?? 0;
    return new Int32Array(this.#memory.buffer, address, 1)[0] as number;
  }

  /** Sleeps for a moment; a page's main thread is not allowed to and goes on polling. */
  #nap(): void {
    if (!this.#mayNap) return;
    try {
      Atomics.wait(this.#pillow, 0, 0, NAP_MILLISECONDS);
    } catch {
      this.#mayNap = false;
    }
  }
}
