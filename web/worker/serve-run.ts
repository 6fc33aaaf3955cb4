/** Answers the calls that every task's worker has: they steer the run and save its model. */

import { writeModel } from "../../src/app/model-file.js";
import type { Task } from "../../src/app/task.js";
import { weightsHash } from "../../src/app/weights-hash.js";
import type { RunCalls } from "../protocol/run.js";
import { type Handlers, serveCalls } from "./serve-calls.js";
import type { Session } from "./session.js";
import { sha256 } from "./sha256.js";

/** The answers. @param metadata of the model's file, without the seed */
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

/** Serves a task's worker: these calls, and with `own` the task's others. @param metadata as of `runHandlers` */
export function serveRun<C extends RunCalls, T extends Task>(
  session: Session<T>,
  metadata: () => Readonly<Record<string, string>>,
  own: Omit<Handlers<C>, keyof RunCalls>,
): void {
  serveCalls<C>({ ...runHandlers(session, metadata), ...own } as unknown as Handlers<C>);
}
