/** The page's side of a worker: calls as promises. The worker starts when it is needed; if it dies, the next call starts another. */

import type { WorkerEvent, WorkerMessage } from "../protocol/run.js";
import { WorkerHost } from "./worker-host.js";

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

type ArgumentOf<F> = F extends (argument: infer P) => unknown ? P : never;
type AnswerOf<F> = F extends (argument: never) => infer A ? A : never;

/** Calls a worker. Rejects with its handler's error, or with WorkerDeath. */
export type Call<C> = <N extends keyof C>(name: N, argument: ArgumentOf<C[N]>) => Promise<AnswerOf<C[N]>>;

/** Handles a worker's events. */
export interface ClientListener<C> {
  onEvent(event: WorkerEvent): void;
  onDeath(reason: string): void;
  /** Brings a new worker to where the last one was. Calls wait for it and fail if it fails. */
  revive(call: Call<C>): Promise<void>;
}

/** The error of a call whose worker died. */
export class WorkerDeath extends Error {
  override readonly name = "WorkerDeath";
}

/** A worker that answers the calls `C` and sends events. */
export class WorkerClient<C> {
  readonly #start: () => Worker;
  readonly #listener: ClientListener<C>;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #host: WorkerHost | undefined;
  #deaths = 0;
  /** The number of deaths after which a worker was last revived, and the revival under way. */
  #revived = 0;
  #revival: Promise<void> | undefined;

  constructor(start: () => Worker, listener: ClientListener<C>) {
    this.#start = start;
    this.#listener = listener;
  }

  readonly call: Call<C> = async (name, argument) => {
    if (this.#revived < this.#deaths) {
      this.#revival ??= this.#revive();
      await this.#revival;
    }
    return this.#ask(name, argument);
  };

  /** Ends the worker as if it had died. */
  end(reason: string): void {
    this.#host?.end();
    this.#die(reason);
  }

  async #revive(): Promise<void> {
    const deaths = this.#deaths;
    try {
      await this.#listener.revive((name, argument) => this.#ask(name, argument));
      this.#revived = deaths;
    } finally {
      this.#revival = undefined;
    }
  }

  #ask<N extends keyof C>(name: N, argument: ArgumentOf<C[N]>): Promise<AnswerOf<C[N]>> {
    this.#host ??= new WorkerHost(this.#start(), {
      onMessage: (message) => this.#take(message as WorkerMessage),
      onDeath: (reason) => {
        this.#die(reason);
        this.#listener.onDeath(reason);
      },
    });
    const host = this.#host;
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
      host.post({ id, name, argument });
    });
  }

  #take(message: WorkerMessage): void {
    if ("event" in message) {
      this.#listener.onEvent(message.event);
      return;
    }
    if (!("id" in message)) return;
    const call = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("error" in message) call?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
    else call?.resolve(message.answer);
  }

  #die(reason: string): void {
    this.#host = undefined;
    ++this.#deaths;
    const death = new WorkerDeath(`the worker died: ${reason}`);
    for (const { reject } of this.#pending.values()) reject(death);
    this.#pending.clear();
  }
}
