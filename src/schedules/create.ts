/** Schedules out of files. */

import { CosineAnnealingLR } from "./cosine.js";
import { ConstantLR, ExponentialLR, StepLR } from "./decay.js";
import { OneCycleLR } from "./one-cycle.js";
import { ReduceLROnPlateau } from "./plateau.js";
import type { Schedule, ScheduleConfig } from "./schedule.js";

/** Each takes its own options, and checks them. */
const SCHEDULES: Readonly<Record<string, new (options: never) => Schedule>> = {
  constant: ConstantLR,
  step: StepLR,
  exponential: ExponentialLR,
  cosine: CosineAnnealingLR,
  "one-cycle": OneCycleLR,
  plateau: ReduceLROnPlateau,
};

/** The schedule with the type and options of a `config()`. @throws RangeError for an unknown type; as the schedule's own */
export function createSchedule({ type, ...options }: ScheduleConfig): Schedule {
  const make = Object.hasOwn(SCHEDULES, type) ? SCHEDULES[type] : undefined;
  if (!make) throw new RangeError(`schedule: expected one of ${Object.keys(SCHEDULES).join(", ")}, got ${type}`);
  return new make(options as never);
}
