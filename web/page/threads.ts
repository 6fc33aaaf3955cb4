/** Threads that the page starts for a worker's engines: the other end of `web/worker/page-thread.ts`. */

import type { FromThread, ToThread } from "../protocol/threads.js";

/** The threads of one worker's engines. */
export class Threads {
  readonly #workers = new Set<Worker>();

  /** Starts a thread that communicates through the port. */
  start(port: MessagePort): void {
    const worker = new Worker(new URL("../../build/wasm/worker.js", import.meta.url), {
      type: "module",
      name: "simdgrad",
    });
    this.#workers.add(worker);
    const tell = (what: FromThread) => port.postMessage(what);
    worker.addEventListener("message", ({ data }) => tell({ message: data }));
    worker.addEventListener("error", ({ message }) => tell({ error: message }));
    port.onmessage = ({ data }: MessageEvent<ToThread>) => {
      if ("message" in data) {
        worker.postMessage(data.message);
        return;
      }
      worker.terminate();
      this.#workers.delete(worker);
      port.close();
    };
  }

  /** Ends all threads. */
  end(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers.clear();
  }
}
