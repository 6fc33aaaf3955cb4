/** Some rows of a data set: their indices, not copies of them. */

import { describe } from "../check-options.js";
import { CsrMatrix } from "../csr.js";
import { ByteMatrix, Labels, Matrix } from "../matrix.js";
import type { Dataset } from "./dataset.js";

const { isInteger } = Number;

/** What training and evaluation read: a `Dataset`, or rows of one. */
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
   * @param weights [rows of the whole data set, 1] in place of its own
   * @throws RangeError for an index that is none of the rows; TypeError for weights that do not fit
   */
  constructor(data: Rows, indices: ArrayLike<number>, weights: Matrix | undefined = data.weights) {
    const all = data.inputs.rows;
    const { rows } = data;
    this.indices = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; ++i) {
      const row = indices[i] as number;
      if (!isInteger(row) || row < 0 || row >= rows) {
        throw new RangeError(`subset: row ${i}: expected an index from 0 to ${rows - 1}, got ${row}`);
      }
      this.indices[i] = data.indices?.[row] ?? row;
    }
    if (weights !== undefined && !(weights instanceof Matrix && weights.rows === all && weights.columns === 1)) {
      throw new TypeError(`subset: weights: expected a Matrix ${all} × 1`);
    }
    this.inputs = data.inputs;
    this.targets = data.targets;
    this.weights = weights;
    this.rows = indices.length;
    this.columns = data.columns;
  }
}

/** @throws TypeError unless it has inputs and targets in linear memory */
export function checkIsRows(what: string, data: unknown): void {
  const { inputs, targets } = (data ?? {}) as Partial<Rows>;
  const isMatrix = inputs instanceof Matrix || inputs instanceof ByteMatrix || inputs instanceof CsrMatrix;
  if (isMatrix && (targets instanceof Labels || targets instanceof Matrix)) return;
  throw new TypeError(`${what}: expected a Dataset (see engine.dataset) or a Subset, got ${describe(data)}`);
}
