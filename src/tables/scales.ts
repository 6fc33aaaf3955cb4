/** Scales of numeric columns and dates, computed from the training rows. */

import type { Cycle, DateFeature, NumericFeature } from "./preprocessor-config.js";
import { isScale } from "./preprocessor-config.js";
import { type DateColumn, type NumericColumn, ofTable, type Table } from "./table.js";

const { isNaN: isNaNumber } = Number;
const { abs, max, min, sqrt } = Math;

/** Scaling of numeric columns: to mean 0 and deviation 1, or to the range from 0 to 1, on the rows of `fit`. */
export type Scaling = "standard" | "minmax";

/** @throws RangeError for values too large, or too close, for a scale */
export function fitNumbers(table: Table, { name, values }: NumericColumn, scaling: Scaling): NumericFeature {
  return { name, ...momentsOf(table, name, values, scaling) };
}

/** @throws as fitNumbers */
export function fitDates(table: Table, { name, values, dayFirst }: DateColumn, scaling: Scaling): DateFeature {
  const moments = momentsOf(table, name, values, scaling);
  return { name, ...moments, cycles: cyclesOf(values), ...(dayFirst !== undefined && { dayFirst }) };
}

const DAY = 86_400_000;
/** Milliseconds per cycle. 1970-01-01 was a Thursday; a year is a mean year. */
export const CYCLES: Readonly<Record<Cycle, number>> = { year: 365.2425 * DAY, week: 7 * DAY, day: DAY };

/** The cycles that the dates span. */
function cyclesOf(values: Float64Array): Cycle[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let hasTime = false;
  for (const value of values) {
    if (isNaNumber(value)) continue;
    least = min(least, value);
    most = max(most, value);
    hasTime ||= value % DAY !== 0;
  }
  const span = most - least;
  return (["year", "week", "day"] as const).filter((cycle) => (cycle === "day" ? hasTime : span >= CYCLES[cycle] / 2));
}

export interface Moments {
  readonly offset: number;
  readonly scale: number;
  readonly fill: number;
}

/** `moments` of a column's values. @throws RangeError for values so great, or so close, that there is no such scale */
export function momentsOf(table: Table, name: string, values: Float64Array, scaling: Scaling): Moments {
  const found = moments(values, scaling);
  if (isScale(found.offset, found.scale) && Number.isFinite(found.fill)) return found;
  const greatest = values.reduce((most, value) => (abs(value) > abs(most) ? value : most), 0);
  const problem = `column ${name}: expected numbers that can be scaled to about 1, got values up to ${greatest}`;
  throw new RangeError(ofTable(table, problem));
}

/** Offset and scale of a column. A constant column has scale 1. Missing values get the mean. */
function moments(values: Float64Array, scaling: Scaling): Moments {
  let [count, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (isNaNumber(value)) continue;
    ++count;
    least = min(least, value);
    most = max(most, value);
  }
  if (count === 0) return { offset: 0, scale: 1, fill: 0 };
  // Relative to the least value: a sum of values near 10¹⁵ would lose their differences.
  const mean = min(most, max(least, least + sumOf(values, least) / count));
  if (scaling === "minmax") return { offset: least, scale: most - least || 1, fill: mean };
  let squares = 0;
  for (const value of values) if (!isNaNumber(value)) squares += (value - mean) * (value - mean);
  return { offset: mean, scale: sqrt(squares / count) || 1, fill: mean };
}

function sumOf(values: Float64Array, from: number): number {
  let sum = 0;
  for (const value of values) if (!isNaNumber(value)) sum += value - from;
  return sum;
}
