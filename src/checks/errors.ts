/** Errors that a caller may want to tell apart. Wrong types are `TypeError`s, wrong values are `RangeError`s. */

/** Shapes do not fit together. */
export class ShapeError extends RangeError {
  override readonly name = "ShapeError";
}

/** A file's bytes do not follow its format. Nothing was loaded. */
export class FormatError extends RangeError {
  override readonly name = "FormatError";
}

/** A file cannot be loaded: missing, refused by its server, or out of reach. `cause` is the underlying error. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

/** The loss or the weights became NaN or infinite in training. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
  /** The epoch, from 1. */
  readonly epoch: number;
  /** The batch of the epoch, from 1. */
  readonly batch: number;
  /** What was not finite. */
  readonly got: string;

  constructor(epoch: number, batch: number, got: string) {
    super(
      `training diverged: expected finite numbers, got ${got} in batch ${batch} of epoch ${epoch}; ` +
        "try a smaller learning rate or scaled inputs",
    );
    this.epoch = epoch;
    this.batch = batch;
    this.got = got;
  }
}

/** A matrix, layer, network or engine was used after `dispose()`. */
export class DisposedError extends Error {
  override readonly name = "DisposedError";
}

/** A worker thread did not start, ended, or stopped in the middle of a call. Do not use the call's results. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
}

/** An estimator was asked for predictions before it was fitted. */
export class NotFittedError extends Error {
  override readonly name = "NotFittedError";
}
