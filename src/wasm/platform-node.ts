/** What differs between Node and browsers: Node's side. `platform-web.ts` has the same exports. */

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import { Worker } from "node:worker_threads";
import { messageOf } from "../checks/check-options.js";
import type { ThreadWorker, WorkerHandle } from "./thread-worker.js";

export { findChangedKernel } from "./self-test.js";
export type { ThreadWorker } from "./thread-worker.js";

/** Loads the bytes at a URL; a string may also be a path. @throws Error if the file is missing or the server refuses it */
export async function fetchBytes(url: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const text = String(url);
  if (text.startsWith("file:")) return readFile(fileURLToPath(text));
  if (!/^(https?|data|blob):/.test(text)) return readFile(resolve(text));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/** How many threads can run at the same time. */
export function hardwareThreads(): number {
  return availableParallelism();
}

/** Why memory cannot be shared with workers; undefined if it can. */
export function whyNotShared(): string | undefined {
  return undefined;
}

/** Turns on 256-bit vectors for the whole process. Returns why that is impossible; undefined if it worked. */
export function switchOnRevectorize(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 23 || (major === 23 && minor < 5)) return `Node ${process.versions.node} lacks it; 23.5 has it`;
  if (process.arch !== "x64") return `it is for x64 only, this is ${process.arch}`;
  v8.setFlagsFromString("--experimental-wasm-revectorize");
  return undefined;
}

const WORKER_OPTIONS = { name: "simdgrad", execArgv: [] };

/** Starts the worker in the library's folder. The URL is the same from src/wasm/ and from build/wasm/. */
export function startWorkerBeside(): ThreadWorker {
  return new Worker(new URL("../../build/wasm/worker.js", import.meta.url), WORKER_OPTIONS);
}

/** Starts a worker from its program's source. */
export function startWorkerFrom(program: string): ThreadWorker {
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), WORKER_OPTIONS);
}

/** Whether `watchWorker` accepts `value`. */
export function isWorker(value: unknown): value is ThreadWorker {
  return value instanceof Worker;
}

/** The engine's view of a worker, which no longer keeps the process alive. */
export function watchWorker(thread: ThreadWorker): WorkerHandle {
  const worker = thread as Worker;
  worker.unref();
  return {
    onReady: (listener) => worker.once("message", listener),
    onEnd: (listener) => {
      worker.once("error", (error) => listener(messageOf(error)));
      worker.once("exit", () => listener("it ended"));
    },
    terminate: () => void worker.terminate(),
  };
}
