/** The interface between the library and its worker threads. */

import type { WebAssemblyMemoryLike, WebAssemblyModuleLike } from "../checks/platform-types.js";

/**
 * A worker that runs `simdgrad/worker`, a module script: a `Worker` of the browser, or in Node one of `node:worker_threads`.
 * The engine listens to it, sends it one message, and terminates it.
 */
export interface ThreadWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** The first message to a worker. It answers with any message once it is ready. */
export interface WorkerStart {
  readonly module: WebAssemblyModuleLike;
  readonly memory: WebAssemblyMemoryLike;
  readonly team: number;
  /** The worker's number, from 1. */
  readonly thread: number;
}

/** A running worker. */
export interface WorkerHandle {
  onReady(listener: () => void): void;
  /** Called with the reason once the worker cannot work any more. */
  onEnd(listener: (reason: string) => void): void;
  terminate(): void;
}
