/** An engine's thread, started by the page: `createWorker` for engines in this worker. */

import type { ThreadWorker } from "../../src/index.js";
import type { FromThread, ThreadRequest, ToThread } from "../protocol/threads.js";

/**
 * In Firefox, starting a worker from a worker can hang both forever: in version 153 `new Worker` fails to return once in 50 to
 * 1,500 times. On the page's own thread it always returns.
 */
class PageThread extends EventTarget implements ThreadWorker {
  readonly #port: MessagePort;

  constructor() {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<FromThread>) => {
      if ("error" in data) this.dispatchEvent(new ErrorEvent("error", { message: data.error }));
      else this.dispatchEvent(new MessageEvent("message", { data: data.message }));
    };
    postMessage({ thread: port2 } satisfies ThreadRequest, { transfer: [port2] });
  }

  postMessage(message: unknown): void {
    this.#port.postMessage({ message } satisfies ToThread);
  }

  terminate(): void {
    this.#port.postMessage({ end: true } satisfies ToThread);
    this.#port.close();
  }
}

export const createWorker = (): ThreadWorker => new PageThread();
