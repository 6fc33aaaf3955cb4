/** A worker thread's program: takes parts of the jobs that the kernels announce in the shared memory, for ever. */

import { receiveStart } from "#platform";

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly team: number;
  /** The worker's number, from 1. */
  readonly thread: number;
}

receiveStart(async ({ module, memory, team, thread }, ready) => {
  const instance = await WebAssembly.instantiate(module, { env: { memory }, host: { awaitParts: () => {} } });
  ready();
  (instance.exports as { serve(team: number, thread: number): void }).serve(team, thread);
});
