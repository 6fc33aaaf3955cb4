/**
 * A worker thread's program: does parts of the jobs that kernels announce in shared memory, until it is terminated. It imports
 * nothing: bundlers may copy it as it is, and pages have no import map in workers.
 */

import type { WorkerStart } from "./thread-worker.js";

// Messages come from a port in Node, and from the global scope in browsers.
const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort ?? globalThis;

async function serve({ data }: { readonly data: WorkerStart }): Promise<void> {
  const { module, memory, team, thread } = data;
  const env = { memory: memory as WebAssembly.Memory };
  const instance = await WebAssembly.instantiate(module as WebAssembly.Module, { env, host: { awaitParts: () => {} } });
  port.postMessage("ready");
  (instance.exports as { serve(team: number, thread: number): void }).serve(team, thread);
}

port.addEventListener("message", serve as unknown as EventListener, { once: true });
