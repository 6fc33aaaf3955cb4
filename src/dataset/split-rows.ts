/** Splitting rows in two at random: what is trained on, and what is held back. */

import { checkList } from "../checks/check-list.js";
import { checkInteger, checkText, wrongType } from "../checks/check-options.js";
import { Random } from "../engine/random.js";
import type { Class } from "./classes.js";

const { isNaN: isNaNumber } = Number;

/** As many as an Int32Array can number. */
export const MOST_ROWS = 2 ** 31 - 1;

/** Row indices of the two parts, each in rising order. */
export interface Split {
  readonly training: Int32Array;
  readonly validation: Int32Array;
}

/**
 * Holds back round(fraction·rows) rows, drawn without replacement. With labels the draw is stratified: each class gives up its
 * share, and where that is not a whole number, those with the largest remainders one row more. The last row of a class stays
 * in training; what a class is too small to give, larger ones do, in proportion to their rows. The same state of the generator
 * gives the same split.
 *
 * @param rows of the data set; or their classes, for a stratified split
 * @param option the caller's name of `fraction`, for messages
 * @throws RangeError for a fraction that is not between 0 and 1, leaves one part empty, or would take the last row of a class;
 * TypeError for anything of a wrong type, and for classes of several kinds. Nothing is drawn then
 */
export function splitRows(
  rows: number | ArrayLike<Class>,
  fraction: number,
  random: Random,
  option = "validationSplit",
): Split {
  if (!(random instanceof Random)) throw wrongType("random", "a Random (see engine.random)", random);
  const quotas = planSplit(rows, fraction, option);
  const count = typeof rows === "number" ? rows : rows.length;
  const order = Int32Array.from({ length: count }, (_, row) => row);
  random.shuffle(order);
  // A row's class; all are one class where there are no labels.
  const classOf = typeof rows === "number" ? () => 0 : (row: number) => rows[row] as Class;
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

/** How many rows a split holds back. @throws as `splitRows` */
export function checkSplit(rows: number | ArrayLike<Class>, fraction: number, option = "validationSplit"): number {
  let held = 0;
  for (const quota of planSplit(rows, fraction, option).values()) held += quota;
  return held;
}

/** How many rows of each class to hold back; all are of the class 0 where there are no labels. */
function planSplit(rows: number | ArrayLike<Class>, fraction: number, option: string): Map<Class, number> {
  checkText("option", option, "the name of an option");
  if (typeof fraction !== "number") throw wrongType(option, "a number", fraction);
  if (!(fraction > 0 && fraction < 1)) {
    throw new RangeError(`${option}: expected a fraction between 0 and 1, got ${fraction}`);
  }
  if (typeof rows === "number") checkInteger("rows", rows, 0, MOST_ROWS);
  else checkKinds(rows);
  const count = typeof rows === "number" ? rows : rows.length;
  const held = Math.round(fraction * count);
  if (held < 1 || held >= count) {
    throw new RangeError(`${option}: expected rows in both parts, got ${held} of ${count} to hold back`);
  }
  return typeof rows === "number" ? new Map([[0, held]]) : shares(rows, fraction, held, option);
}

/** A class's rows, and how many of them are held back so far. */
interface Share {
  readonly label: Class;
  readonly count: number;
  quota: number;
}

/** How many rows of each class to hold back. */
function shares(labels: ArrayLike<Class>, fraction: number, held: number, option: string): Map<Class, number> {
  const counts = new Map<Class, number>();
  for (let row = 0; row < labels.length; ++row) {
    const label = labels[row] as Class;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const most = labels.length - counts.size;
  if (most === 0) throw new RangeError(`${option}: expected a class of at least two rows, got one row of each`);
  if (held > most) {
    const kept = `as each of ${counts.size} classes keeps one`;
    throw new RangeError(
      `${option}: expected at most ${most} of ${labels.length} rows to hold back, ${kept}, got ${held}`,
    );
  }
  const classes = Array.from(counts, ([label, count]): Share => ({ label, count, quota: 0 }));
  let left = held - apportion(classes, fraction, held);
  // Each turn hands out all that is left, or empties a class.
  while (left > 0) {
    const open = classes.filter(({ count, quota }) => quota < count - 1);
    const rows = open.reduce((sum, { count }) => sum + count, 0);
    left -= apportion(open, left / rows, left);
  }
  return new Map(classes.map(({ label, quota }) => [label, quota]));
}

/**
 * Adds a fraction of each class's rows to its quota, `held` in all: whole rows, and one more for those with the largest remainders,
 * the smaller class of equals first; less where the last row of a class would be taken.
 *
 * @returns how many were added
 */
function apportion(classes: readonly Share[], fraction: number, held: number): number {
  const parts = classes.map((share) => {
    const room = share.count - 1 - share.quota;
    const whole = Math.min(Math.floor(fraction * share.count), room);
    return { share, whole, room: room - whole, remainder: fraction * share.count - whole };
  });
  parts.sort((a, b) => b.remainder - a.remainder || (a.share.label < b.share.label ? -1 : 1));
  let left = held - parts.reduce((sum, { whole }) => sum + whole, 0);
  for (const { share, whole, room } of parts) {
    const extra = left > 0 && room > 0 ? 1 : 0;
    left -= extra;
    share.quota += whole + extra;
  }
  return held - left;
}

/** @throws TypeError for anything that is not a list, and for classes of several kinds, RangeError for NaN: they have no order */
function checkKinds(labels: ArrayLike<Class>): void {
  checkList("labels", labels, "a number of rows, or a list of classes");
  const kind = typeof labels[0];
  for (let row = 0; row < labels.length; ++row) {
    const label = labels[row];
    if (isNaNumber(label)) throw new RangeError(`labels[${row}]: expected a class, got NaN`);
    if (typeof label === kind && kind !== "undefined") continue;
    throw wrongType(`labels[${row}]`, "classes of one kind", label);
  }
}
