/** Class weights and sample weights. */

import { checkList } from "../checks/check-list.js";
import { checkNumber, checkRecord, wrongType } from "../checks/check-options.js";
import { checkSomeWeight } from "../checks/check-weights.js";
import { ShapeError } from "../checks/errors.js";
import { viewKind } from "../checks/typed-arrays.js";
import type { Rows } from "../dataset/rows.js";
import { Labels } from "../engine/labels.js";
import type { Loss } from "../network/losses/loss.js";
import type { Targets } from "../network/losses/targets.js";
import type { Network } from "../network/network.js";

const { isInteger } = Number;

/** One weight per class, as a list or by class; or `balanced`, by how rare each class is. */
export type ClassWeights = "balanced" | readonly number[] | Readonly<Record<number, number>>;

/** @throws ShapeError, RangeError unless there is a weight of at least 0 for each row; RangeError for a second set of weights; TypeError for anything but a list */
export function checkSampleWeights(
  weights: ArrayLike<number> | undefined,
  { inputs, weights: own, indices }: Rows,
): void {
  if (weights === undefined) return;
  checkList("sampleWeights", weights, "a list of numbers");
  if (own) throw new RangeError("sampleWeights: expected none for a data set that already has weights, got some");
  if (weights.length !== inputs.rows) {
    throw new ShapeError(`sampleWeights: expected one for each of the ${inputs.rows} rows, got ${weights.length}`);
  }
  for (let row = 0; row < weights.length; ++row) checkNumber(`sampleWeights: row ${row}`, weights[row]);
  checkSomeWeight("sampleWeights", weights, indices);
}

/**
 * Copies the class weights.
 *
 * @throws TypeError for data without classes, and for anything but numbers; RangeError for a weight below 0, or for a class that
 * neither the data nor the network has
 */
export function copyClassWeights(
  weights: ClassWeights | undefined,
  { loss, outputs }: Pick<Network, "loss" | "outputs">,
  data: Rows,
): ClassWeights | undefined {
  if (weights === undefined) return undefined;
  const classes = countClasses(loss, data);
  if (weights === "balanced") return weights;
  if (typeof weights !== "object" || weights === null) {
    throw wrongType("classWeights", '"balanced", a list or a record', weights);
  }
  const isArray = Array.isArray(weights) || viewKind(weights) !== undefined;
  if (!isArray) checkRecord("classWeights", weights);
  // Also checks holes in a list.
  const copy = isArray
    ? Array.from(weights as readonly number[])
    : { ...(weights as Readonly<Record<number, number>>) };
  checkEachClass(copy, classes, loss.activation === "softmax" ? Math.max(classes, outputs ?? Infinity) : classes);
  return copy;
}

/** @param most number of classes, including the network's classes that do not occur */
function checkEachClass(
  weights: readonly number[] | Readonly<Record<number, number>>,
  classes: number,
  most: number,
): void {
  const { length } = Array.isArray(weights) ? weights : { length: classes };
  if (length < classes || length > most) {
    throw new RangeError(`classWeights: expected one for each of the ${classes} classes, got ${length}`);
  }
  for (const [key, weight] of Object.entries(weights)) {
    if (!Array.isArray(weights) && !(String(Number(key)) === key && Number(key) >= 0 && Number(key) < classes)) {
      throw new RangeError(`classWeights: expected classes from 0 to ${classes - 1}, got ${key}`);
    }
    checkNumber(`classWeights: class ${key}`, weight);
  }
  const given: readonly number[] = Object.values(weights);
  if (given.length === 0) throw new RangeError("classWeights: expected a weight for at least one class, got none");
  if (given.length >= classes) checkSomeWeight("classWeights", given);
}

/**
 * The weight of each row in training, in the order of the data set: its sample weight times its class weight.
 *
 * @param rows indices of the rows to train on, whose classes `balanced` counts
 */
export function rowWeights(
  loss: Loss,
  data: Rows,
  classWeights: ClassWeights,
  sampleWeights: ArrayLike<number> | undefined,
  rows: Int32Array | undefined,
): Float32Array {
  const labels = data.targets.data;
  const perClass = classWeights === "balanced" ? balance(labels, countClasses(loss, data), rows) : classWeights;
  const weightOf = (label: number) => (perClass as Readonly<Record<number, number>>)[label] ?? 1;
  return Float32Array.from(labels, (label, row) => weightOf(label) * (sampleWeights?.[row] ?? 1));
}

/** rows / (classes · rows of the class) for the classes that occur. */
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

/**
 * The class of each row, if the loss takes the targets as classes: labels, or one column of integers. Undefined for values, and
 * for several labels or probabilities per row.
 */
export function classLabels(loss: Loss, targets: Targets): ArrayLike<number> | undefined {
  if (loss.activation === "identity") return undefined;
  if (targets instanceof Labels) return targets.data;
  if (targets.columns !== 1) return undefined;
  const { data } = targets;
  return data.every((value) => isInteger(value) && value >= 0) ? data : undefined;
}

/** The largest class plus one. @throws TypeError unless the loss takes the targets as classes */
function countClasses(loss: Loss, { targets }: Rows): number {
  const labels = classLabels(loss, targets);
  if (labels === undefined) {
    const got =
      targets instanceof Labels ? "labels" : `${targets.columns} column${targets.columns === 1 ? "" : "s"} of numbers`;
    throw new TypeError(
      `classWeights: expected targets with a class for each row, got ${got} under ${loss.constructor.name}`,
    );
  }
  if (loss.activation === "sigmoid") return 2;
  if (targets instanceof Labels) return targets.classes;
  let most = -1;
  for (let row = 0; row < labels.length; ++row) if ((labels[row] as number) > most) most = labels[row] as number;
  return most + 1;
}
