/** Checks of the weights that losses take as options. */

/** A copy of the list. @throws TypeError, RangeError unless all are finite numbers of at least 0 */
export function checkWeightList(what: string, weights: ArrayLike<number>): readonly number[] {
  if (!Array.isArray(weights) && !ArrayBuffer.isView(weights))
    throw new TypeError(`${what}: expected a list of numbers`);
  const list = Array.from(weights as ArrayLike<number>);
  const bad = list.findIndex((weight) => !(Number.isFinite(weight) && weight >= 0));
  if (list.length > 0 && bad < 0) return list;
  const got = bad < 0 ? "none" : `${list[bad]} at ${bad}`;
  throw new RangeError(`${what}: expected finite numbers of at least 0, got ${got}`);
}
