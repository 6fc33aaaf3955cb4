/** Parts that serve only one training at a time. */

import { describe } from "../checks/check-options.js";
import type { Callback } from "./callbacks/callbacks.js";
import type { LearningRateSchedule } from "./learning-rate.js";

/** Callbacks and schedules of current trainings. */
const serving = new WeakSet<object>();

/**
 * Claims the callbacks and the schedule that have state. The others may serve several trainings at once.
 *
 * @returns a function that releases them
 * @throws Error for one that serves another training, RangeError for one listed twice
 */
export function claimForTraining(callbacks: readonly Callback[], schedule?: LearningRateSchedule): () => void {
  const claimed: object[] = [];
  const giveBack = () => {
    for (const part of claimed) serving.delete(part);
  };
  const parts: [string, object][] = callbacks
    .map((callback, index): [string, Callback] => [`callbacks[${index}]`, callback])
    .filter(([, { onTrainBegin, state }]) => onTrainBegin || state);
  if (schedule && Object.keys(schedule.stateDict?.() ?? {}).length > 0) parts.push(["schedule", schedule]);
  for (const [what, part] of parts) {
    if (claimed.includes(part)) {
      giveBack();
      throw new RangeError(`${what}: expected one that comes once, got ${describe(part)}, which comes twice`);
    }
    if (serving.has(part)) {
      giveBack();
      throw new Error(
        `${what}: expected one that serves no other training meanwhile, got ${describe(part)}, which does`,
      );
    }
    serving.add(part);
    claimed.push(part);
  }
  return giveBack;
}
