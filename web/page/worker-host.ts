/** A worker and its life: messages, and its death of whatever cause. */

/** What a host is told. */
export interface HostListener {
  onMessage(data: unknown): void;
  /** Called once, with why; not after `end`. */
  onDeath(reason: string): void;
}

export class WorkerHost {
  readonly #worker: Worker;
  readonly #listener: HostListener;
  readonly #ended = new AbortController();

  constructor(worker: Worker, listener: HostListener) {
    this.#worker = worker;
    this.#listener = listener;
    worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (isLock(data)) this.#watch(data.lock);
      else if (!this.#ended.signal.aborted) listener.onMessage(data);
    });
    worker.addEventListener("error", ({ message }) => this.#die(message || "its script cannot be loaded"));
    worker.addEventListener("messageerror", () => this.#die("a message of its own cannot be read"));
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** Ends the worker, and with it those that it has started. */
  end(): void {
    this.#ended.abort();
    this.#worker.terminate();
  }

  /** The worker holds the lock for as long as it lives. */
  #watch(lock: string): void {
    const { signal } = this.#ended;
    navigator.locks
      .request(lock, { signal }, () => this.#die("it has ended without saying why"))
      .catch(() => {
        // It was ended on purpose.
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
