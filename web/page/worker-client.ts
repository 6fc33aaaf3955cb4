/** The page's end of the worker: calls as promises, events to listeners. */

import type { Answer, Argument, CallName, WorkerEvent, WorkerMessage } from "../protocol.js";

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

const worker = new Worker(new URL("../worker/training-worker.ts", import.meta.url), {
  type: "module",
  name: "training",
});
const pending = new Map<number, Pending>();
const listeners = new Set<(event: WorkerEvent) => void>();
let calls = 0;
/** Once set, the worker is gone and no call can be answered. */
let failure: Error | undefined;

worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => {
  if ("event" in data) {
    for (const listener of listeners) listener(data.event);
    return;
  }
  const call = pending.get(data.id);
  pending.delete(data.id);
  if ("error" in data) call?.reject(Object.assign(new Error(data.error.message), { name: data.error.name }));
  else call?.resolve(data.answer);
});

worker.addEventListener("error", (event) => {
  failure = new Error(`the training worker failed: ${event.message || "its script cannot be loaded"}`);
  for (const { reject } of pending.values()) reject(failure);
  pending.clear();
  for (const listener of listeners) listener({ kind: "status", status: "failed", message: failure.message });
});

/** Asks the worker. @throws what the worker's handler throws */
export function call<N extends CallName>(name: N, argument: Argument<N>): Promise<Answer<N>> {
  if (failure) return Promise.reject(failure);
  const id = ++calls;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve: resolve as Pending["resolve"], reject });
    worker.postMessage({ id, name, argument });
  });
}

/** Has `listener` told of all events from now on. */
export function listen(listener: (event: WorkerEvent) => void): void {
  listeners.add(listener);
}
