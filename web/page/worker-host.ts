/** Hosts a worker: its messages, its engines' threads, and its death, whatever the cause. */

import type { ThreadRequest } from "../protocol/threads.js";
import { Threads } from "./threads.js";

/** Receives a host's events. */
export interface HostListener {
  onMessage(data: unknown): void;
  /** Called once with the reason; not after `end`. */
  onDeath(reason: string): void;
}

export class WorkerHost {
  readonly #worker: Worker;
  readonly #listener: HostListener;
  readonly #threads = new Threads();
  readonly #ended = new AbortController();

  constructor(worker: Worker, listener: HostListener) {
    this.#worker = worker;
    this.#listener = listener;
    worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (this.#ended.signal.aborted) return;
      if (isLock(data)) this.#watch(data.lock);
      else if (isThreadRequest(data)) this.#threads.start(data.thread);
      else listener.onMessage(data);
    });
    worker.addEventListener("error", ({ message }) => this.#die(message || "its script cannot be loaded"));
    worker.addEventListener("messageerror", () => this.#die("one of its messages cannot be read"));
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** Ends the worker and the threads of its engines. */
  end(): void {
    this.#ended.abort();
    this.#worker.terminate();
    this.#threads.end();
  }

  /** Waits for the lock, which the worker holds while it lives. */
  #watch(lock: string): void {
    const { signal } = this.#ended;
    navigator.locks
      .request(lock, { signal }, () => this.#die("it ended without an error"))
      .catch(() => {
        // The worker was ended on purpose.
      });
  }

  #die(reason: string): void {
    if (this.#ended.signal.aborted) return;
    this.end();
    this.#listener.onDeath(reason);
  }
}

function isLock(data: unknown): data is { readonly lock: string } {
  return typeof data === "object" && data !== null && "lock" in data;
}

function isThreadRequest(data: unknown): data is ThreadRequest {
  return typeof data === "object" && data !== null && "thread" in data;
}
