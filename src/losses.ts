/** Softmax cross-entropy on integer labels: −log softmax(logits)[label], stable for logits of any finite size. */

import type { Engine } from "./engine.js";
import { ShapeError } from "./errors.js";
import { type Labels, type Matrix, MatrixBuffer } from "./matrix.js";

/** The loss of a network: the mean over the batch, and its gradient, in one pass over the logits. */
export class SoftmaxCrossEntropy {
  readonly #engine: Engine;
  readonly #losses: MatrixBuffer;
  readonly #gradient: MatrixBuffer;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#losses = new MatrixBuffer(engine.memory);
    this.#gradient = new MatrixBuffer(engine.memory);
  }

  /**
   * −log softmax(logits[i, :])[labels[i]] for each row i, as [batch, 1]; `gradient` is set for the same logits.
   *
   * @param logits [batch, classes]
   * @throws ShapeError when the row counts differ; RangeError when a label may be beyond the last column
   */
  rowLosses(logits: Matrix, labels: Labels): Matrix {
    checkLabels(logits, labels);
    const { rows, columns } = logits;
    const losses = this.#losses.shaped(rows, 1);
    const gradient = this.#gradient.shaped(rows, columns);
    this.#engine.kernels.softmaxCrossEntropy(
      rows,
      columns,
      logits.pointer,
      labels.pointer,
      1 / rows,
      losses.pointer,
      gradient.pointer,
    );
    return losses;
  }

  /** The mean of `rowLosses`; NaN for an empty batch. */
  meanLoss(logits: Matrix, labels: Labels): number {
    return this.sumLoss(logits, labels) / logits.rows;
  }

  /** The sum of `rowLosses`. */
  sumLoss(logits: Matrix, labels: Labels): number {
    const losses = this.rowLosses(logits, labels);
    return this.#engine.kernels.sum(losses.rows, losses.pointer);
  }

  /** (softmax(logits) − onehot(labels)) / batch [batch, classes], the gradient of the last `meanLoss`. */
  gradient(logits: Matrix): Matrix {
    return this.#gradient.shaped(logits.rows, logits.columns);
  }

  dispose(): void {
    this.#losses.dispose();
    this.#gradient.dispose();
  }
}

/** The cross-entropy of each row [batch, 1], in a matrix of the caller's own. @throws as SoftmaxCrossEntropy.rowLosses */
export function softmaxCrossEntropyWithLogits(engine: Engine, logits: Matrix, labels: Labels): Matrix {
  return computeOnce(engine, (loss) => loss.rowLosses(logits, labels));
}

/** Its gradient with respect to the logits, divided by the batch size, in a matrix of the caller's own. */
export function gradSoftmaxCrossEntropyWithLogits(engine: Engine, logits: Matrix, labels: Labels): Matrix {
  return computeOnce(engine, (loss) => {
    loss.rowLosses(logits, labels);
    return loss.gradient(logits);
  });
}

/** Runs a loss that lives no longer than the call, and copies its result. */
function computeOnce(engine: Engine, compute: (loss: SoftmaxCrossEntropy) => Matrix): Matrix {
  const loss = new SoftmaxCrossEntropy(engine);
  try {
    const { rows, columns, data } = compute(loss);
    return engine.matrix(rows, columns, data.slice(), { checkFinite: false });
  } finally {
    loss.dispose();
  }
}

function checkLabels(logits: Matrix, labels: Labels): void {
  if (labels.rows !== logits.rows) {
    throw new ShapeError(`labels: expected one for each of the ${logits.rows} rows, got ${labels.rows}`);
  }
  if (labels.classes > logits.columns) {
    const range = `0 to ${logits.columns - 1}`;
    throw new RangeError(`labels: expected integers from ${range}, got labels up to ${labels.classes - 1}`);
  }
}
