/** Errors a caller may want to tell apart. Wrong types are plain `TypeError`s, wrong values plain `RangeError`s. */

/** Operands whose shapes do not fit together. */
export class ShapeError extends RangeError {
  override readonly name = "ShapeError";
}

/** A file whose bytes are not what its format demands; nothing of it was loaded. */
export class FormatError extends RangeError {
  override readonly name = "FormatError";
}

/** A file that cannot be had: missing, refused by its server, or out of reach. `cause` is the error of who looked for it. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

/** Training whose loss or weights became NaN or infinite. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
  /** From 1. */
  readonly epoch: number;
  /** Of the epoch, from 1. */
  readonly batch: number;
  /** What was there in place of finite numbers. */
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

/** A matrix, layer, network or engine used after `dispose()`. */
export class DisposedError extends Error {
  override readonly name = "DisposedError";
}

/** A worker thread that did not start, ended, or stopped in the middle of a call: its results are not to be used. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
}

/** An estimator asked for predictions before it was fitted. */
export class NotFittedError extends Error {
  override readonly name = "NotFittedError";
}
