/** Checks of the weights that losses take as options. */

import { checkNumberList } from "../check-list.js";
import { checkNumber } from "../check-options.js";

/** A copy of the list. @throws TypeError, RangeError unless all are finite numbers of at least 0 */
export function checkWeightList(what: string, weights: ArrayLike<number>): readonly number[] {
  checkNumberList(what, weights);
  const list = Array.from(weights);
  if (list.length === 0) throw new RangeError(`${what}: expected at least one number, got none`);
  for (const [index, weight] of list.entries()) checkNumber(`${what}[${index}]`, weight);
  return list;
}
