/** Splitting rows in two at random: what is trained on, and what is held back. */

import type { Random } from "../random.js";

/** Row indices of the two parts, each in rising order. */
export interface Split {
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/**
 * Holds back round(fraction·rows) rows, drawn without replacement. With labels the draw is stratified: each class gives up
 * its share, and where that is not a whole number, those with the largest remainders one row more; the last row of a class
 * stays in training. The same state of the generator gives the same split.
 *
 * @param rows of the data set; or their labels, for a stratified split
 * @param option the caller's name of `fraction`, for messages
 * @throws RangeError for a fraction that is not between 0 and 1 or leaves one part empty; nothing is drawn then
 */
export function splitRows(
  rows: number | ArrayLike<number | string>,
  fraction: number,
  random: Random,
  option = "validationSplit",
): Split {
  const count = typeof rows === "number" ? rows : rows.length;
  const held = checkSplit(count, fraction, option);
  const quotas = typeof rows === "number" ? new Map([[0, held]]) : shares(rows, fraction, held, option);
  const order = Int32Array.from({ length: count }, (_, row) => row);
  random.shuffle(order);
  // A row's class; all are one class where there are no labels.
  const classOf = typeof rows === "number" ? () => 0 : (row: number) => rows[row] as number | string;
  const isHeld = new Uint8Array(count);
  let heldRows = 0;
  for (const row of order) {
    const label = classOf(row);
    const left = quotas.get(label) ?? 0;
    if (left === 0) continue;
    quotas.set(label, left - 1);
    isHeld[row] = 1;
    ++heldRows;
  }
  return gather(isHeld, heldRows);
}

/** The rows that are marked, and those that are not: without a sort, which takes longer than the draw. */
function gather(isHeld: Uint8Array, heldRows: number): Split {
  const validation = new Int32Array(heldRows);
  const training = new Int32Array(isHeld.length - heldRows);
  let [held, kept] = [0, 0];
  for (let row = 0; row < isHeld.length; ++row) {
    if (isHeld[row]) validation[held++] = row;
    else training[kept++] = row;
  }
  return { training, validation };
}

/** How many rows a split holds back. @throws RangeError when there is no such split */
export function checkSplit(rows: number, fraction: number, option = "validationSplit"): number {
  if (!(typeof fraction === "number" && fraction > 0 && fraction < 1)) {
    throw new RangeError(`${option}: expected a fraction between 0 and 1, got ${fraction}`);
  }
  const held = Math.round(fraction * rows);
  if (held >= 1 && held < rows) return held;
  throw new RangeError(`${option}: expected rows in both parts, got ${held} of ${rows} to hold back`);
}

/** How many rows of each class to hold back: the method of largest remainders; the smaller class of equals first. */
function shares(
  labels: ArrayLike<number | string>,
  fraction: number,
  held: number,
  option: string,
): Map<number | string, number> {
  const counts = new Map<number | string, number>();
  for (let row = 0; row < labels.length; ++row) {
    const label = labels[row] as number | string;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const classes = [...counts].map(([label, count]) => {
    const whole = Math.min(Math.floor(fraction * count), count - 1);
    return { label, whole, room: count - 1 - whole, remainder: fraction * count - whole };
  });
  classes.sort((a, b) => b.remainder - a.remainder || (a.label < b.label ? -1 : 1));
  let left = held - classes.reduce((sum, { whole }) => sum + whole, 0);
  const quotas = new Map<number | string, number>();
  for (const { label, whole, room } of classes) {
    const extra = left > 0 && room > 0 ? 1 : 0;
    left -= extra;
    quotas.set(label, whole + extra);
  }
  if ([...quotas.values()].some((quota) => quota > 0)) return quotas;
  throw new RangeError(`${option}: expected a class of at least two rows, got one row of each`);
}
