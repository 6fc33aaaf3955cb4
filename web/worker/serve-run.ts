/** The worker's side of the protocol: dispatches the page's calls, and answers those that all tasks share. */

import { writeModel } from "../../src/app/model-file.js";
import type { Task } from "../../src/app/task.js";
import { weightsHash } from "../../src/app/weights-hash.js";
import type { RunCalls, WorkerMessage } from "../protocol/run.js";
import { tellOfLife } from "./life.js";
import type { Session } from "./session.js";
import { sha256 } from "./sha256.js";

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
function serveCalls<C>(handlers: Handlers<C>): void {
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

/** Handles the calls that all tasks share. @param metadata for the model file, without the seed */
export function runHandlers<T extends Task>(
  session: Session<T>,
  metadata: () => Readonly<Record<string, string>>,
): Handlers<RunCalls> {
  return {
    pause: () => session.run.pause(),
    continue: () => session.run.continue(),
    step: () => session.run.step(),
    stop: () => session.run.stop(),
    resume: ({ epochs }) => session.resume(epochs),
    pace: (epochsPerSecond) => {
      session.run.pace = epochsPerSecond;
    },
    hash: () => weightsHash(session.network.stateDict(), sha256),
    saveModel: ({ format }) => {
      const { network, settings } = session;
      return writeModel(network, format, { ...metadata(), seed: String(settings.seed) });
    },
  };
}

/** Serves the shared calls, and the task's own with `own`. @param metadata as in `runHandlers` */
export function serveRun<C extends RunCalls, T extends Task>(
  session: Session<T>,
  metadata: () => Readonly<Record<string, string>>,
  own: Omit<Handlers<C>, keyof RunCalls>,
): void {
  serveCalls<C>({ ...runHandlers(session, metadata), ...own } as unknown as Handlers<C>);
}
