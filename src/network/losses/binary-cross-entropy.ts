/** Binary cross-entropy on logits, for one label of 0 or 1 a row or for several. */

import { checkWeightList } from "../../checks/check-weights.js";
import { type OptionTable, readOptions } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import { Matrix } from "../../engine/matrix.js";
import { Loss, type LossConfig, REDUCTIONS, type Reduction } from "./loss.js";
import type { Targets } from "./targets.js";
import { checkNumbers, checkUnitInterval, LabelsAsNumbers } from "./targets.js";

/** Options of the binary cross-entropy. */
export interface BinaryCrossEntropyOptions {
  /** `mean` over all rows and columns (the default), or `sum`. */
  readonly reduction?: Reduction;
  /** Weights of the labels 1, one number a column; default 1 each. */
  readonly positiveWeights?: readonly number[];
}

export const BINARY_CROSS_ENTROPY_OPTIONS = {
  reduction: { kind: "choice", default: "mean", choices: REDUCTIONS },
  positiveWeights: { kind: "other" },
} as const satisfies OptionTable;

/**
 * ℓ = Σⱼ −pⱼ·tⱼ·ln σ(xⱼ) − (1 − tⱼ)·ln(1 − σ(xⱼ)), x the logits, t targets in [0, 1] (labels of 0 and 1, too), p the positive weights. PyTorch's
 * `BCEWithLogitsLoss`: the mean is over all elements.
 */
export class BinaryCrossEntropy extends Loss {
  override readonly activation = "sigmoid";
  readonly #positiveWeights: readonly number[] | undefined;
  /** The positive weights in linear memory. */
  #placed: Matrix | undefined;
  #numbers: LabelsAsNumbers | undefined;

  /** @throws RangeError, TypeError for positive weights that are not finite numbers of at least 0, an unknown reduction or option */
  constructor(options: BinaryCrossEntropyOptions = {}) {
    const { reduction, positiveWeights } = readOptions("BinaryCrossEntropy", options, BINARY_CROSS_ENTROPY_OPTIONS);
    super(reduction);
    this.#positiveWeights =
      positiveWeights === undefined
        ? undefined
        : checkWeightList("positiveWeights", positiveWeights as readonly number[]);
  }

  override attach(engine: Engine): void {
    super.attach(engine);
    const positiveWeights = this.#positiveWeights;
    this.#numbers = new LabelsAsNumbers(engine);
    this.#placed = positiveWeights && new Matrix(engine.memory, 1, positiveWeights.length, positiveWeights);
  }

  override config(): LossConfig {
    const positiveWeights = this.#positiveWeights;
    return { type: "binaryCrossEntropy", reduction: this.reduction, ...(positiveWeights && { positiveWeights }) };
  }

  override dispose(): void {
    super.dispose();
    this.#numbers?.dispose();
    this.#placed?.dispose();
  }

  protected override checkTargets(logits: Pick<Matrix, "rows" | "columns">, targets: Targets): void {
    checkNumbers("BinaryCrossEntropy", logits, targets);
    if (this.#placed && this.#placed.columns !== logits.columns) {
      throw new RangeError(`positiveWeights: expected ${logits.columns} numbers, got ${this.#placed.columns}`);
    }
  }

  override checkMeaning(_columns: number, targets: Targets): void {
    checkUnitInterval("BinaryCrossEntropy", this.engine, targets);
  }

  protected override convert(_logits: Matrix, targets: Targets): Targets {
    return (this.#numbers as LabelsAsNumbers).convert(targets);
  }

  protected override run(
    logits: Matrix,
    targets: Targets,
    weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void {
    this.engine.kernels.binaryCrossEntropy(
      logits.rows,
      logits.columns,
      logits.pointer,
      targets.pointer,
      this.#placed?.pointer ?? 0,
      weights?.pointer ?? 0,
      scale,
      losses.pointer,
      gradient.pointer,
    );
  }

  protected override computeDivisor(logits: Matrix, targets: Targets, weights: Matrix | undefined): number {
    return super.computeDivisor(logits, targets, weights) * logits.columns;
  }
}
