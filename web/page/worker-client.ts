/** The page's end of a worker: calls as promises, events to listeners. */

import type { Calls, WorkerEvent, WorkerMessage } from "../protocol.js";

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

type ArgumentOf<F> = F extends (argument: infer P) => unknown ? P : never;
type AnswerOf<F> = F extends (argument: never) => infer A ? A : never;

/** A worker that answers the calls `C` and sends events by itself. */
export class WorkerClient<C> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: WorkerEvent) => void>();
  #calls = 0;
  /** Once set, the worker is gone and no call can be answered. */
  #failure: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => this.#take(data));
    worker.addEventListener("error", ({ message }) => this.#fail(message || "its script cannot be loaded"));
  }

  /** Asks the worker. @throws what the worker's handler throws */
  call<N extends keyof C>(name: N, argument: ArgumentOf<C[N]>): Promise<AnswerOf<C[N]>> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
      this.#worker.postMessage({ id, name, argument });
    });
  }

  /** Has `listener` told of all events from now on. */
  listen(listener: (event: WorkerEvent) => void): void {
    this.#listeners.add(listener);
  }

  #take(message: WorkerMessage): void {
    if ("event" in message) {
      for (const listener of this.#listeners) listener(message.event);
      return;
    }
    const call = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("error" in message) call?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
    else call?.resolve(message.answer);
  }

  #fail(reason: string): void {
    const failure = new Error(`the training worker failed: ${reason}`);
    this.#failure = failure;
    for (const { reject } of this.#pending.values()) reject(failure);
    this.#pending.clear();
    for (const listener of this.#listeners) listener({ kind: "status", status: "failed", message: failure.message });
  }
}

const digits = new WorkerClient<Calls>(
  new Worker(new URL("../worker/training-worker.ts", import.meta.url), { type: "module", name: "training" }),
);

/** Asks the worker that trains on MNIST. @throws what its handler throws */
export const call: WorkerClient<Calls>["call"] = (name, argument) => digits.call(name, argument);

/** Has `listener` told of all of that worker's events from now on. */
export const listen: WorkerClient<Calls>["listen"] = (listener) => digits.listen(listener);
