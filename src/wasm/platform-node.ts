/** What Node and browsers do differently, the Node side. `platform-web.ts` has the same exports. */

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import v8 from "node:v8";
import { parentPort, Worker, workerData } from "node:worker_threads";
import type { WorkerHandle } from "./threads.js";
import type { WorkerStart } from "./worker.js";

/** The bytes of a binary that lies beside the library. */
export function fetchBinary(url: URL): Promise<Uint8Array> {
  return readFile(url);
}

/** Threads that can run at the same time. */
export function hardwareThreads(): number {
  return availableParallelism();
}

/** Why memory cannot be shared with workers here; undefined if it can. */
export function whyNotShared(): string | undefined {
  return undefined;
}

/** Has vectors compiled to 256-bit ones from now on, in the whole process. Why that cannot be; undefined if it can. */
export function switchOnRevectorize(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 23 || (major === 23 && minor < 5)) return `Node ${process.versions.node} lacks it; 23.5 has it`;
  if (process.arch !== "x64") return `it is for x64 only, this is ${process.arch}`;
  v8.setFlagsFromString("--experimental-wasm-revectorize");
  return undefined;
}

/** Starts a worker that does not keep the process alive. */
export function startWorker(url: URL, start: WorkerStart): WorkerHandle {
  const worker = new Worker(url, { workerData: start, name: "simdgrad", execArgv: [] });
  worker.unref();
  return {
    onReady: (listener) => worker.once("message", listener),
    onEnd: (listener) => {
      worker.once("error", (error) => listener(error instanceof Error ? error.message : String(error)));
      worker.once("exit", () => listener("it ended"));
    },
    terminate: () => void worker.terminate(),
  };
}

/** In a worker: runs `serve` with what the worker was started with. */
export function receiveStart(serve: (start: WorkerStart, ready: () => void) => void): void {
  serve(workerData, () => parentPort?.postMessage("ready"));
}
