/** A worker's side of its conversation with the page. */

import type { WorkerMessage } from "../protocol/run.js";
import { tellOfLife } from "./life.js";

/** A function for each call, from its argument to its answer. */
export type Handlers<C> = {
  readonly [N in keyof C]: C[N] extends (argument: infer P) => infer A ? (argument: P) => A | Promise<A> : never;
};

/** Sends a message. A checkpoint's bytes are transferred, not copied. */
export function post(message: WorkerMessage): void {
  const kept = "event" in message && message.event.kind === "kept" ? message.event.checkpoint : undefined;
  postMessage(message, kept ? { transfer: [kept.buffer] } : {});
}

/** Answers the page's calls with these handlers. A handler's error rejects the call. */
export function serveCalls<C>(handlers: Handlers<C>): void {
  tellOfLife((lock) => post({ lock }));
  addEventListener("message", async ({ data }: MessageEvent<{ id: number; name: keyof C; argument: never }>) => {
    const { id, name, argument } = data;
    try {
      post({ id, answer: await (handlers[name] as (argument: never) => unknown)(argument) });
    } catch (error) {
      const { name: type, message } = error instanceof Error ? error : new Error(String(error));
      post({ id, error: { name: type, message } });
    }
  });
}
