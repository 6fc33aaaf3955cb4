import type { CsrData } from "../engine/csr-data.js";

/** Rows to learn from, as every reader of a data format returns them. */
export interface DataSource {
  /** All rows one after the other, row-major. */
  readonly inputs: Float32Array | Uint8Array;
  /** Shape of `inputs`: the number of rows, then the shape of one row. */
  readonly shape: readonly number[];
  /** The class index of each row; or, as floats, the values of each row, 0/1 labels or probabilities: the same number a row. */
  readonly targets: Uint8Array | Int32Array | Float32Array;
  /** Sample weights: how much each row counts in the loss, from 0; default 1 each. */
  readonly weights?: Float32Array;
  /** Multiplies bytes when a batch is gathered; default 1. */
  readonly scale?: number;
}

/** A data source with sparse inputs. */
export interface SparseSource extends Omit<DataSource, "inputs" | "scale"> {
  readonly inputs: CsrData;
}
