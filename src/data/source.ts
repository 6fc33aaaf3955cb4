/** Rows to learn from: what every reader of a data format returns and the minibatches are gathered from. */
export interface DataSource {
  /** All rows one after the other, row-major. */
  readonly inputs: Float32Array | Uint8Array;
  /** Shape of `inputs`: the number of rows, then the shape of one row. */
  readonly shape: readonly number[];
  /** The class index of each row. */
  readonly targets: Uint8Array | Int32Array;
  /** Bytes are multiplied by this when a batch is gathered; 1 when absent. */
  readonly scale?: number;
}
