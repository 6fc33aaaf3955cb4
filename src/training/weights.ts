/** Weights of classes and of single rows. */

import { describe } from "../check-options.js";
import type { Rows } from "../data/subset.js";
import { ShapeError } from "../errors.js";
import { Labels } from "../matrix.js";

/** One weight a class, as a list or by class; or by how rare each class is. */
export type ClassWeights = "balanced" | readonly number[] | Readonly<Record<number, number>>;

/** @throws ShapeError, RangeError unless there is a weight of at least 0 for each row; RangeError for a second set of weights; TypeError for no list */
export function checkSampleWeights(weights: ArrayLike<number> | undefined, { inputs, weights: own }: Rows): void {
  if (weights === undefined) return;
  if (!(typeof weights === "object" && weights?.length >= 0)) {
    throw new TypeError(`sampleWeights: expected a list of numbers, got ${describe(weights)}`);
  }
  if (own) throw new RangeError("sampleWeights: expected none for a data set that has weights of its own");
  if (weights.length !== inputs.rows) {
    throw new ShapeError(`sampleWeights: expected one for each of the ${inputs.rows} rows, got ${weights.length}`);
  }
  let some = false;
  for (let row = 0; row < weights.length; ++row) {
    checkWeight(`sampleWeights: row ${row}`, weights[row]);
    some ||= (weights[row] as number) > 0;
  }
  if (!some) throw new RangeError("sampleWeights: expected a weight above 0, got none");
}

/** @throws TypeError for data without classes; RangeError for a weight below 0 or of a class that the data has not */
export function checkClassWeights(weights: ClassWeights | undefined, data: Rows): void {
  if (weights === undefined) return;
  const classes = countClasses(data);
  if (weights === "balanced") return;
  if (typeof weights !== "object" || weights === null) {
    throw new TypeError(`classWeights: expected "balanced", a list or a record, got ${String(weights)}`);
  }
  if (Array.isArray(weights) && weights.length < classes) {
    throw new RangeError(`classWeights: expected one for each of the ${classes} classes, got ${weights.length}`);
  }
  for (const [key, weight] of Object.entries(weights)) {
    if (!Array.isArray(weights) && !(String(Number(key)) === key && Number(key) >= 0 && Number(key) < classes)) {
      throw new RangeError(`classWeights: expected classes from 0 to ${classes - 1}, got ${key}`);
    }
    checkWeight(`classWeights: class ${key}`, weight);
  }
  const given: readonly number[] = Object.values(weights);
  if (given.length >= classes && given.every((weight) => weight === 0)) {
    throw new RangeError("classWeights: expected a weight above 0, got none");
  }
}

/**
 * What each row counts in training, in the order of the data set: its sample weight times its class's weight.
 *
 * @param rows the rows that are trained on, by index: of these `balanced` counts the classes
 */
export function rowWeights(
  data: Rows,
  classWeights: ClassWeights,
  sampleWeights: ArrayLike<number> | undefined,
  rows: Int32Array | undefined,
): Float32Array {
  const labels = data.targets.data;
  const perClass = classWeights === "balanced" ? balance(labels, countClasses(data), rows) : classWeights;
  const weightOf = (label: number) => (perClass as Readonly<Record<number, number>>)[label] ?? 1;
  return Float32Array.from(labels, (label, row) => weightOf(label) * (sampleWeights?.[row] ?? 1));
}

/** rows / (classes · rows of the class), over the classes that occur. */
function balance(labels: ArrayLike<number>, classes: number, rows: Int32Array | undefined): number[] {
  const counts = new Array<number>(classes).fill(0);
  const total = rows?.length ?? labels.length;
  for (let i = 0; i < total; ++i) {
    const label = labels[rows?.[i] ?? i] as number;
    counts[label] = (counts[label] as number) + 1;
  }
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count > 0 ? total / (present * count) : 0));
}

/** One more than the largest class. @throws TypeError unless the targets are labels, or one column of zeros and ones */
function countClasses({ targets }: Rows): number {
  if (targets instanceof Labels) return targets.classes;
  if (targets.columns === 1 && targets.data.every((value) => value === 0 || value === 1)) return 2;
  throw new TypeError("classWeights: expected targets that are labels or one column of zeros and ones");
}

function checkWeight(what: string, weight: unknown): void {
  if (Number.isFinite(weight) && (weight as number) >= 0) return;
  throw new RangeError(`${what}: expected a finite weight of at least 0, got ${String(weight)}`);
}
