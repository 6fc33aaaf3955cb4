/** Checks of sample weights (one per row) and of class weights (options of losses). */

import { checkNumberList } from "./check-list.js";
import { checkNumber } from "./check-options.js";

// Kept here: in a context such as Jest's, each lookup costs as much as many checks.
const { POSITIVE_INFINITY } = Number;
const { fround } = Math;

/** Copies the list. @throws TypeError, RangeError unless all are finite numbers of at least 0 */
export function checkWeightList(what: string, weights: ArrayLike<number>): readonly number[] {
  checkNumberList(what, weights);
  const list = Array.from(weights);
  if (list.length === 0) throw new RangeError(`${what}: expected at least one number, got none`);
  for (const [index, weight] of list.entries()) checkNumber(`${what}[${index}]`, weight);
  return list;
}

/** @throws RangeError with the row of the first value that is not a finite number of at least 0 */
export function checkWeightValues(what: string, weights: Float32Array): void {
  for (let row = 0; row < weights.length; ++row) {
    const weight = weights[row] as number;
    if (!(weight >= 0 && weight < POSITIVE_INFINITY)) checkNumber(`${what}: row ${row}`, weight);
  }
}

/** @throws RangeError if none is above 0 as a float32: no row would count */
export function checkSomeWeight(what: string, weights: ArrayLike<number>, rows?: ArrayLike<number>): void {
  const count = rows?.length ?? weights.length;
  for (let i = 0; i < count; ++i) if (fround(weights[rows?.[i] ?? i] as number) > 0) return;
  throw new RangeError(`${what}: expected a weight above 0, got none`);
}
