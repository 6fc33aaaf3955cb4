/** Answers to the calls that steer a run, whatever it learns. */

import type { Run } from "../../src/app/run/run.js";
import type { RunCalls } from "../protocol/run.js";

/** @param session whose present run is steered */
export function runHandlers(session: { readonly run: Run }): Pick<RunCalls, "pause" | "continue" | "step" | "stop"> {
  return {
    pause: () => session.run.pause(),
    continue: () => session.run.continue(),
    step: () => session.run.step(),
    stop: () => session.run.stop(),
  };
}
