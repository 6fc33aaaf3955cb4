/** A worker thread's program: takes its part of the jobs that the kernels announce in the shared memory, for ever. */

import { receiveStart } from "#platform";

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly team: number;
  /** Which part of every job is this worker's, from 1. */
  readonly part: number;
}

receiveStart(async ({ module, memory, team, part }, ready) => {
  const instance = await WebAssembly.instantiate(module, { env: { memory }, host: { awaitPart: () => {} } });
  ready();
  (instance.exports as { serve(team: number, part: number): void }).serve(team, part);
});
