/** Softmax cross-entropy: −log softmax(logits)[label], stable for logits of any finite size. */

import { checkSomeWeight, checkWeightList } from "../../checks/check-weights.js";
import { type OptionTable, readOptions } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import type { Labels } from "../../engine/labels.js";
import { Matrix } from "../../engine/matrix.js";
import { Loss, type LossConfig, REDUCTIONS, type Reduction } from "./loss.js";
import type { Targets } from "./targets.js";
import { checkClassTargets, checkClassValues, NumbersAsLabels } from "./targets.js";

/** Options of the softmax cross-entropy. */
export interface SoftmaxCrossEntropyOptions {
  /** Default `mean`. */
  readonly reduction?: Reduction;
  /** Class weights: one number a class; default 1 each. */
  readonly classWeights?: readonly number[];
  /** Share of each target to spread evenly over all classes, from 0 (the default) to 1. */
  readonly labelSmoothing?: number;
}

export const SOFTMAX_CROSS_ENTROPY_OPTIONS = {
  reduction: { kind: "choice", default: "mean", choices: REDUCTIONS },
  classWeights: { kind: "other" },
  labelSmoothing: { kind: "number", default: 0, most: 1 },
} as const satisfies OptionTable;

/**
 * ℓ = −Σⱼ cⱼ·t′ⱼ·log softmax(x)ⱼ, x the logits, c the class weights, t′ = (1 − s)·t + s/n the smoothed target: t is 1 at the
 * label, or a row of probabilities. A matrix with one column also holds class indices. PyTorch's `CrossEntropyLoss`: with labels,
 * the mean divides by the sum of the labels' class weights.
 */
export class SoftmaxCrossEntropy extends Loss {
  override readonly activation = "softmax";
  readonly labelSmoothing: number;
  readonly #classWeights: readonly number[] | undefined;
  /** The class weights in linear memory. */
  #placed: Matrix | undefined;
  #labels: NumbersAsLabels | undefined;

  /** @throws RangeError, TypeError for class weights that are not finite numbers of at least 0, smoothing outside [0, 1], unknown options */
  constructor(options: SoftmaxCrossEntropyOptions = {}) {
    const read = readOptions("SoftmaxCrossEntropy", options, SOFTMAX_CROSS_ENTROPY_OPTIONS);
    const { reduction, classWeights, labelSmoothing } = read;
    super(reduction);
    this.labelSmoothing = labelSmoothing;
    this.#classWeights =
      classWeights === undefined ? undefined : checkWeightList("classWeights", classWeights as readonly number[]);
    if (this.#classWeights) checkSomeWeight("classWeights", this.#classWeights);
  }

  override attach(engine: Engine): void {
    super.attach(engine);
    const classWeights = this.#classWeights;
    this.#labels = new NumbersAsLabels(engine);
    this.#placed = classWeights && new Matrix(engine.memory, 1, classWeights.length, classWeights);
  }

  override config(): LossConfig {
    const { reduction, labelSmoothing } = this;
    const classWeights = this.#classWeights;
    return { type: "softmaxCrossEntropy", reduction, labelSmoothing, ...(classWeights && { classWeights }) };
  }

  override dispose(): void {
    super.dispose();
    this.#labels?.dispose();
    this.#placed?.dispose();
  }

  protected override checkTargets(logits: Pick<Matrix, "rows" | "columns">, targets: Targets): void {
    if (this.#placed && this.#placed.columns !== logits.columns) {
      throw new RangeError(`classWeights: expected ${logits.columns} numbers, got ${this.#placed.columns}`);
    }
    checkClassTargets("SoftmaxCrossEntropy", logits, targets);
  }

  override checkMeaning(columns: number, targets: Targets): void {
    checkClassValues("SoftmaxCrossEntropy", this.engine, columns, targets);
  }

  protected override convert(logits: Matrix, targets: Targets): Targets {
    return (this.#labels as NumbersAsLabels).convert(targets, logits.columns);
  }

  protected override run(
    logits: Matrix,
    targets: Targets,
    weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void {
    const { rows, columns, pointer } = logits;
    const { kernels } = this.engine;
    const isMatrix = targets instanceof Matrix;
    if (!isMatrix && !weights && !this.#placed && this.labelSmoothing === 0) {
      kernels.softmaxCrossEntropy(rows, columns, pointer, targets.pointer, scale, losses.pointer, gradient.pointer);
      return;
    }
    kernels.weightedCrossEntropy(
      rows,
      columns,
      pointer,
      isMatrix ? 0 : targets.pointer,
      isMatrix ? targets.pointer : 0,
      this.#placed?.pointer ?? 0,
      this.labelSmoothing,
      weights?.pointer ?? 0,
      scale,
      losses.pointer,
      gradient.pointer,
    );
  }

  protected override computeDivisor(logits: Matrix, targets: Targets, weights: Matrix | undefined): number {
    const classWeights = this.#placed?.data;
    if (!classWeights || targets instanceof Matrix) return super.computeDivisor(logits, targets, weights);
    const labels = targets.data;
    const sampleWeights = weights?.data;
    let sum = 0;
    for (let row = 0; row < labels.length; ++row) {
      sum += (classWeights[labels[row] as number] as number) * (sampleWeights?.[row] ?? 1);
    }
    return sum;
  }
}

/** The cross-entropy of each row [batch, 1], in a new matrix. @throws as Loss.compute */
export function softmaxCrossEntropyWithLogits(engine: Engine, logits: Matrix, labels: Labels): Matrix {
  return computeOnce(engine, logits, labels, (loss) => loss.rowLosses(logits));
}

/** Its gradient with respect to the logits, divided by the batch size, in a new matrix. */
export function gradSoftmaxCrossEntropyWithLogits(engine: Engine, logits: Matrix, labels: Labels): Matrix {
  return computeOnce(engine, logits, labels, (loss) => loss.gradient(logits));
}

/** Computes a loss once and copies its result. */
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
