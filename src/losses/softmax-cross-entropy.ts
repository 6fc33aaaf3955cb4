/** Softmax cross-entropy: −log softmax(logits)[label], stable for logits of any finite size. */

import type { Engine } from "../engine.js";
import { Labels, type Matrix } from "../matrix.js";
import { Loss, type LossConfig, type Targets } from "./loss.js";

/** ℓ = −log softmax(logits[i, :])[labels[i]]; its gradient is softmax(logits[i, :]) − onehot(labels[i]). */
export class SoftmaxCrossEntropy extends Loss {
  override readonly activation = "softmax";

  override config(): LossConfig {
    return { type: "softmaxCrossEntropy", reduction: this.reduction };
  }

  protected override checkTargets(logits: Matrix, labels: Targets): void {
    if (!(labels instanceof Labels)) throw new TypeError("softmax cross-entropy: targets: expected Labels");
    if (labels.classes > logits.columns) {
      const range = `0 to ${logits.columns - 1}`;
      throw new RangeError(`labels: expected integers from ${range}, got labels up to ${labels.classes - 1}`);
    }
  }

  protected override run(
    logits: Matrix,
    labels: Targets,
    _weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void {
    const { rows, columns, pointer } = logits;
    const { kernels } = this.engine;
    kernels.softmaxCrossEntropy(rows, columns, pointer, labels.pointer, scale, losses.pointer, gradient.pointer);
  }
}

/** The cross-entropy of each row [batch, 1], in a matrix of the caller's own. @throws as Loss.compute */
export function softmaxCrossEntropyWithLogits(engine: Engine, logits: Matrix, labels: Labels): Matrix {
  return computeOnce(engine, logits, labels, (loss) => loss.rowLosses(logits));
}

/** Its gradient with respect to the logits, divided by the batch size, in a matrix of the caller's own. */
export function gradSoftmaxCrossEntropyWithLogits(engine: Engine, logits: Matrix, labels: Labels): Matrix {
  return computeOnce(engine, logits, labels, (loss) => loss.gradient(logits));
}

/** Runs a loss that lives no longer than the call, and copies its result. */
function computeOnce(
  engine: Engine,
  logits: Matrix,
  labels: Labels,
  result: (loss: SoftmaxCrossEntropy) => Matrix,
): Matrix {
  const loss = new SoftmaxCrossEntropy();
  loss.attach(engine);
  try {
    loss.compute(logits, labels);
    const { rows, columns, data } = result(loss);
    return engine.matrix(rows, columns, data.slice(), { checkFinite: false });
  } finally {
    loss.dispose();
  }
}
