/** What Node and browsers do differently, the browser side. `platform-node.ts` has the same exports. */

import type { WorkerHandle } from "./threads.js";
import type { WorkerStart } from "./worker.js";

/** The response with a binary that lies beside the library. */
export async function fetchBinary(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`cannot load ${url}: HTTP ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Threads that can run at the same time. */
export function hardwareThreads(): number {
  return navigator.hardwareConcurrency || 1;
}

/** Why memory cannot be shared with workers here; undefined if it can. */
export function whyNotShared(): string | undefined {
  if (globalThis.crossOriginIsolated) return undefined;
  return "the page is not cross-origin isolated: serve it with COOP: same-origin and COEP: require-corp";
}

/** Has vectors compiled to 256-bit ones. Why that cannot be; undefined if it can. */
export function switchOnRevectorize(): string | undefined {
  return "a page cannot switch it on; only Node can";
}

/** Starts a worker. */
export function startWorker(url: URL, start: WorkerStart): WorkerHandle {
  const worker = new Worker(url, { type: "module", name: "simdgrad" });
  worker.postMessage(start);
  return {
    onReady: (listener) => worker.addEventListener("message", listener, { once: true }),
    onEnd: (listener) => {
      worker.addEventListener("error", (event) => listener(event.message || "its script cannot be loaded"));
    },
    terminate: () => worker.terminate(),
  };
}

/** In a worker: runs `serve` with what the worker was started with. */
export function receiveStart(serve: (start: WorkerStart, ready: () => void) => void): void {
  addEventListener("message", ({ data }) => serve(data, () => postMessage("ready")), { once: true });
}
