/** Some rows of a data set: their indices, not copies of them. */

import { checkList } from "../checks/check-list.js";
import { checkInteger, describe, wrongType } from "../checks/check-options.js";
import { checkSomeWeight, checkWeightValues } from "../checks/check-weights.js";
import { ShapeError } from "../checks/errors.js";
import { isInt32Array } from "../checks/typed-arrays.js";
import { ByteMatrix } from "../engine/byte-matrix.js";
import { CsrMatrix } from "../engine/csr.js";
import { Labels } from "../engine/labels.js";
import { checkMatrix, Matrix } from "../engine/matrix.js";
import type { Dataset } from "./dataset.js";

const { isInteger } = Number;

/** The data of training and evaluation: a `Dataset`, or rows of one. */
export type Rows = Pick<Dataset, "inputs" | "targets" | "weights" | "rows" | "columns"> & {
  /** The rows' indices in `inputs`, `targets` and `weights`; all of them in order if absent. */
  readonly indices?: Int32Array;
};

/**
 * The rows `indices` of a data set, or of a subset of one, in that order; a row may come more than once. It reads the data
 * set's memory, so it is of no use once that is disposed of, and has nothing to dispose of itself.
 */
export class Subset implements Rows {
  readonly inputs: Dataset["inputs"];
  readonly targets: Dataset["targets"];
  readonly weights: Matrix | undefined;
  readonly indices: Int32Array;
  readonly rows: number;
  readonly columns: number;

  /**
   * @param data where the indices count from 0: a subset's rows have new ones
   * @param weights sample weights [rows of the whole data set, 1], instead of the data set's
   * @throws TypeError for anything else; RangeError for an index that is none of the rows; ShapeError for weights of another shape
   */
  constructor(data: Rows, indices: ArrayLike<number>, weights: Matrix | undefined = data?.weights) {
    checkIsRows("subset: data", data);
    checkList("subset: indices", indices, "a list of row indices");
    const { rows } = data;
    this.indices = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; ++i) {
      const row = indices[i] as number;
      if (!isInteger(row) || row < 0 || row >= rows) {
        throw new RangeError(`subset: row ${i}: expected an index from 0 to ${rows - 1}, got ${describe(row)}`);
      }
      this.indices[i] = data.indices?.[row] ?? row;
    }
    if (weights !== undefined) checkRowWeights("subset: weights", data.inputs, weights);
    this.inputs = data.inputs;
    this.targets = data.targets;
    this.weights = weights;
    this.rows = indices.length;
    this.columns = data.columns;
  }
}

/** @throws TypeError unless it has inputs and targets in linear memory; as `checkRowWeights` */
export function checkIsRows(what: string, data: unknown): void {
  const { inputs, targets, weights, rows, columns, indices } = (data ?? {}) as Partial<Rows>;
  if (!isInputs(inputs) || !isTargets(targets)) {
    throw wrongType(what, "a Dataset (see engine.dataset) or a Subset", data);
  }
  checkInteger(`${what}: rows`, rows, 0);
  checkInteger(`${what}: columns`, columns, 0);
  if (indices !== undefined) checkIndices(`${what}: indices`, indices);
  if (weights !== undefined) checkRowWeights(`${what}: weights`, inputs, weights);
}

/** @throws RangeError if no sample weight of the rows is above 0 */
export function checkCounts(what: string, { weights, indices }: Rows): void {
  if (weights) checkSomeWeight(`${what}: weights`, weights.data, indices);
}

/** Whether it may be the inputs of a data set. */
export function isInputs(inputs: unknown): inputs is Dataset["inputs"] {
  return inputs instanceof Matrix || inputs instanceof ByteMatrix || inputs instanceof CsrMatrix;
}

/** Whether it may be the targets of a data set. */
export function isTargets(targets: unknown): targets is Dataset["targets"] {
  return targets instanceof Labels || targets instanceof Matrix;
}

/** @throws TypeError for anything but an Int32Array */
export function checkIndices(what: string, indices: unknown): void {
  if (!isInt32Array(indices)) throw wrongType(what, "an Int32Array", indices);
}

/**
 * @throws TypeError for anything but a matrix; ShapeError unless it has one column and a row for each of the inputs; RangeError for
 * one of another engine, and unless all are finite numbers of at least 0
 */
export function checkRowWeights(what: string, inputs: Dataset["inputs"], weights: Matrix): void {
  checkMatrix(what, inputs.memory, weights);
  if (weights.rows !== inputs.rows || weights.columns !== 1) {
    throw new ShapeError(`${what}: expected ${inputs.rows} × 1, got ${weights.rows} × ${weights.columns}`);
  }
  checkWeightValues(what, weights.data);
}
