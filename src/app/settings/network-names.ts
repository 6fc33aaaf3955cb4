/** The names that a run's settings may have for parts of its network, with titles for people and what each makes: the catalogue's rows. */

import {
  ACTIVATION_ROWS,
  createOptimizer,
  createSchedule,
  INITIALIZERS,
  OPTIMIZERS,
  SCHEDULES,
} from "../../network/catalogue.js";
import type { InitializerName } from "../../network/initializers.js";
import type { Layer } from "../../network/layers/layer.js";
import type { LayerRow } from "../../network/layers/layer-row.js";
import type { Optimizer } from "../../network/optimizers/optimizer.js";
import type { Schedule } from "../../network/schedules/schedule.js";

type Options = Readonly<Record<string, string | number | boolean>>;
type Titled = Readonly<Record<string, { readonly title: string }>>;

/** Titles by name. */
const titlesOf = (rows: Titled): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(rows).map(([name, { title }]) => [name, title]));

export const activationNames = Object.keys(ACTIVATION_ROWS);
export const activationTitles = titlesOf(ACTIVATION_ROWS);
export const initializerNames = Object.keys(INITIALIZERS) as InitializerName[];
export const initializerTitles = titlesOf(INITIALIZERS);
export const optimizerNames = Object.keys(OPTIMIZERS);
export const optimizerTitles = titlesOf(OPTIMIZERS);
export const scheduleNames = Object.keys(SCHEDULES);

/** With its default options. */
export function makeActivation(name: string): Layer {
  return (ACTIVATION_ROWS[name] as LayerRow).make({ type: name });
}

/** @throws RangeError, TypeError for options that it does not have */
export function makeOptimizer(name: string, options: Options): Optimizer {
  return createOptimizer({ type: name, ...options });
}

/** @throws RangeError, TypeError for options that it does not have */
export function makeSchedule(name: string, options: Options): Schedule {
  return createSchedule({ type: name, ...options });
}
