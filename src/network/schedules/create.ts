/** Schedules out of files. */

import { checkChoice, checkRecord } from "../../checks/check-options.js";
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

/** The schedule with the type and options of a `config()`. @throws TypeError, RangeError for an unknown type; as the schedule's own */
export function createSchedule(config: ScheduleConfig): Schedule {
  checkRecord("schedule", config, "an object with a type");
  const { type, ...options } = config;
  checkChoice("schedule: type", type, Object.keys(SCHEDULES));
  return new (SCHEDULES[type] as (typeof SCHEDULES)[string])(options as never);
}
