import type { CsrData } from "../engine/csr-data.js";

/** Rows to learn from: what every reader of a data format returns and the minibatches are gathered from. */
export interface DataSource {
  /** All rows one after the other, row-major. */
  readonly inputs: Float32Array | Uint8Array;
  /** Shape of `inputs`: the number of rows, then the shape of one row. */
  readonly shape: readonly number[];
  /** The class index of each row; or, as floats, the values of each row, 0/1 labels or probabilities: the same number a row. */
  readonly targets: Uint8Array | Int32Array | Float32Array;
  /** How much each row counts in the loss, from 0; all the same if absent. */
  readonly weights?: Float32Array;
  /** Bytes are multiplied by this when a batch is gathered; 1 when absent. */
  readonly scale?: number;
}

/** The same of which only the inputs that are not zero are given. */
export interface SparseSource extends Omit<DataSource, "inputs" | "scale"> {
  readonly inputs: CsrData;
}
