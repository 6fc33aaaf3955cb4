/** Answers the page's calls with a worker's handlers. */

import type { WorkerMessage } from "../protocol.js";

/** One function a call, of its argument and answer. */
type Handlers<C> = {
  readonly [N in keyof C]: C[N] extends (argument: infer P) => infer A ? (argument: P) => A | Promise<A> : never;
};

export const post = (message: WorkerMessage) => postMessage(message);

/** Takes messages from now on; a handler's error is the call's. */
export function serveCalls<C>(handlers: Handlers<C>): void {
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
