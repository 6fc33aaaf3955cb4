/** The names of activations, initializers, optimizers and schedules that a setting may have, and their titles: the catalogue's rows. */

import { ACTIVATION_ROWS, INITIALIZERS, OPTIMIZERS, SCHEDULES } from "../../network/catalogue.js";
import type { InitializerName } from "../../network/initializers.js";

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
