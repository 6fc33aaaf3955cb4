/** Checks of the sizes and values that a matrix is made from. */

import { checkInteger, rangeFor, shownNumber, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";

/** The largest float32. */
export const MOST_FLOAT = 3.4028234663852886e38;

// Held here: where globals are looked up through a context, as in Jest, each look costs as much as a hundred checks.
const { isFinite: isFiniteNumber, isSafeInteger } = Number;
const { floor, fround } = Math;

/** @throws TypeError, RangeError naming the first value that is no number, NaN or infinite, or would be as a float32 */
export function checkFinite(values: ArrayLike<number>, columns: number): void {
  for (let index = 0; index < values.length; ++index) {
    const value = values[index] as number;
    // A float64 beyond float32's range would become infinite.
    if (isFiniteNumber(value) && isFiniteNumber(fround(value))) continue;
    const at =
      columns < Number.POSITIVE_INFINITY
        ? `row ${floor(index / columns)}, column ${index % columns}`
        : `element ${index}`;
    if (typeof value !== "number") throw wrongType(`inputs: ${at}`, "a number", value);
    const got = shownNumber(value);
    throw new RangeError(`inputs: expected finite numbers, got ${got} at ${at} (checkFinite: false skips this check)`);
  }
}

/** @throws ShapeError unless `value` is an integer from 0 up */
export function checkCount(what: string, value: number): void {
  if (typeof value !== "number") throw wrongType(what, "a number", value);
  if (isSafeInteger(value) && value >= 0) return;
  throw new ShapeError(`${what}: expected an integer ${rangeFor(value, 0)}, got ${value}`);
}

/** @throws TypeError, RangeError unless 0 ≤ begin ≤ end ≤ rows */
export function checkSlice(begin: number, end: number, rows: number): void {
  checkInteger("slice: begin", begin, 0, rows);
  checkInteger("slice: end", end, begin, rows);
}
