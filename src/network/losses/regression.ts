/** Losses of values: the differences d = outputs − targets, element by element. */

import { checkNumber, checkOptions, type OptionNames } from "../../checks/check-options.js";
import type { Engine } from "../../create-engine.js";
import type { Matrix } from "../../engine/matrix.js";
import { Loss, type LossConfig, type Reduction } from "./loss.js";
import type { Targets } from "./targets.js";
import { checkNumbers, LabelsAsNumbers } from "./targets.js";

/** Options of the losses of values. */
export interface RegressionLossOptions {
  /** `mean` over all rows and columns (the default), or `sum`. */
  readonly reduction?: Reduction;
}

const OPTIONS: OptionNames<RegressionLossOptions> = { reduction: true };

/** What the three have in common; as in PyTorch, the mean is over all elements. */
abstract class RegressionLoss extends Loss {
  override readonly activation = "identity";

  #numbers: LabelsAsNumbers | undefined;

  override attach(engine: Engine): void {
    super.attach(engine);
    this.#numbers = new LabelsAsNumbers(engine);
  }

  override dispose(): void {
    super.dispose();
    this.#numbers?.dispose();
  }

  protected override checkTargets(outputs: Pick<Matrix, "rows" | "columns">, targets: Targets): void {
    checkNumbers(this.constructor.name, outputs, targets);
  }

  /** Integers are values, too. */
  protected override convert(_outputs: Matrix, targets: Targets): Targets {
    return (this.#numbers as LabelsAsNumbers).convert(targets);
  }

  protected override computeDivisor(outputs: Matrix, targets: Targets, weights: Matrix | undefined): number {
    return super.computeDivisor(outputs, targets, weights) * outputs.columns;
  }
}

/** ℓ = Σⱼ dⱼ². PyTorch's `MSELoss`. */
export class MeanSquaredError extends RegressionLoss {
  /** @throws TypeError for unknown options, RangeError for an unknown reduction */
  constructor(options: RegressionLossOptions = {}) {
    checkOptions(new.target.name, options, OPTIONS);
    super(options.reduction);
  }

  override config(): LossConfig {
    return { type: "meanSquaredError", reduction: this.reduction };
  }

  protected override run(
    { rows, columns, pointer }: Matrix,
    targets: Targets,
    weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void {
    const { kernels } = this.engine;
    const weightsPtr = weights?.pointer ?? 0;
    kernels.squaredError(rows, columns, pointer, targets.pointer, weightsPtr, scale, losses.pointer, gradient.pointer);
  }
}

/** ℓ = Σⱼ dⱼ²/2: what scikit-learn's networks minimise. */
export class HalfSquaredError extends MeanSquaredError {
  override config(): LossConfig {
    return { type: "halfSquaredError", reduction: this.reduction };
  }

  protected override run(
    outputs: Matrix,
    targets: Targets,
    weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void {
    super.run(outputs, targets, weights, scale / 2, losses, gradient);
    this.engine.kernels.scale(losses.rows, 0.5, losses.pointer);
  }
}

/** ℓ = Σⱼ |dⱼ|; the derivative at 0 is 0. PyTorch's `L1Loss`. */
export class MeanAbsoluteError extends RegressionLoss {
  /** @throws TypeError for unknown options, RangeError for an unknown reduction */
  constructor(options: RegressionLossOptions = {}) {
    checkOptions(new.target.name, options, OPTIONS);
    super(options.reduction);
  }

  override config(): LossConfig {
    return { type: "meanAbsoluteError", reduction: this.reduction };
  }

  protected override run(
    { rows, columns, pointer }: Matrix,
    targets: Targets,
    weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void {
    const { kernels } = this.engine;
    const weightsPtr = weights?.pointer ?? 0;
    kernels.absoluteError(rows, columns, pointer, targets.pointer, weightsPtr, scale, losses.pointer, gradient.pointer);
  }
}

/** Options of Huber's loss. */
export interface HuberOptions extends RegressionLossOptions {
  /** Where the square ends and the line begins; default 1. */
  readonly delta?: number;
}

const HUBER_OPTIONS: OptionNames<HuberOptions> = { reduction: true, delta: true };

/** ℓ = Σⱼ dⱼ²/2 where |dⱼ| ≤ δ, else δ·(|dⱼ| − δ/2). PyTorch's `HuberLoss`. */
export class Huber extends RegressionLoss {
  readonly delta: number;

  /** @throws TypeError for unknown options, TypeError, RangeError for a delta that is not a finite number above 0 */
  constructor(options: HuberOptions = {}) {
    checkOptions("Huber", options, HUBER_OPTIONS);
    const { reduction, delta = 1 } = options;
    super(reduction);
    checkNumber("delta", delta, { positive: true });
    this.delta = delta;
  }

  override config(): LossConfig {
    return { type: "huber", reduction: this.reduction, delta: this.delta };
  }

  protected override run(
    { rows, columns, pointer }: Matrix,
    targets: Targets,
    weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void {
    const { kernels } = this.engine;
    const weightsPtr = weights?.pointer ?? 0;
    kernels.huber(
      rows,
      columns,
      this.delta,
      pointer,
      targets.pointer,
      weightsPtr,
      scale,
      losses.pointer,
      gradient.pointer,
    );
  }
}
