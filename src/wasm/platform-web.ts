/** What differs between Node and browsers: the browser's side. `platform-node.ts` has the same exports. */

import type { ThreadWorker, WorkerHandle } from "./thread-worker.js";

export type { ThreadWorker } from "./thread-worker.js";

/** Loads the bytes at a URL. @throws Error if the server refuses them */
export async function fetchBytes(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/** How many threads can run at the same time. */
export function hardwareThreads(): number {
  return navigator.hardwareConcurrency || 1;
}

/** Why memory cannot be shared with workers; undefined if it can. */
export function whyNotShared(): string | undefined {
  if (globalThis.crossOriginIsolated) return undefined;
  if (globalThis.isSecureContext === false) {
    return "the page is not cross-origin isolated: browsers isolate none that came over plain HTTP, but for localhost";
  }
  return "the page is not cross-origin isolated: serve it with COOP: same-origin and COEP: require-corp";
}

/** Turns on 256-bit vectors. Returns why that is impossible. */
export function switchOnRevectorize(): string | undefined {
  return "a page cannot switch it on; only Node can";
}

/** The kernel whose bits 256-bit vectors changed: none, as pages have no such vectors. They need not load that test. */
export const findChangedKernel: typeof import("./self-test.js").findChangedKernel = () => undefined;

/** Starts the worker in the library's folder. One literal expression, so that bundlers find the worker. */
export function startWorkerBeside(): ThreadWorker {
  return new Worker(new URL("../../build/wasm/worker.js", import.meta.url), { type: "module", name: "simdgrad" });
}

/** Starts a worker from its program's source. */
export function startWorkerFrom(program: string): ThreadWorker {
  // Not a data URL: its worker would have another origin and could not share memory.
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "simdgrad" });
  for (const event of ["message", "error"]) {
    worker.addEventListener(event, () => URL.revokeObjectURL(url), { once: true });
  }
  return worker;
}

/** Whether `watchWorker` accepts `value`. */
export function isWorker(value: unknown): value is ThreadWorker {
  return value instanceof EventTarget && "postMessage" in value && "terminate" in value;
}

/** A browser only says that there was an error. */
const NOT_LOADED = "its script cannot be loaded: missing, of another origin, or refused by a content security policy";

/** The engine's view of a worker. */
export function watchWorker(thread: ThreadWorker): WorkerHandle {
  const worker = thread as Worker;
  return {
    onReady: (listener) => worker.addEventListener("message", listener, { once: true }),
    onEnd: (listener) => {
      worker.addEventListener("error", (event) => listener(event.message || NOT_LOADED));
    },
    terminate: () => worker.terminate(),
  };
}
