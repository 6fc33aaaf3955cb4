/** What is compared: lists of equal length. */

import { ShapeError } from "../errors.js";

/** Numbers or class names, one a row. */
export type Values = ArrayLike<number> | ArrayLike<string>;

/** @returns the rows. @throws TypeError for anything that is not a list, ShapeError for different lengths, RangeError for none */
export function checkLengths(actual: Values, predicted: Values): number {
  if (!(actual?.length >= 0) || !(predicted?.length >= 0)) throw new TypeError("metrics: expected two lists");
  if (actual.length !== predicted.length) {
    throw new ShapeError(`metrics: expected a prediction for each of ${actual.length} rows, got ${predicted.length}`);
  }
  if (actual.length === 0) throw new RangeError("metrics: expected at least one row, got none");
  return actual.length;
}
