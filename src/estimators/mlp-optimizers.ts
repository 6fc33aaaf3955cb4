/** The optimizers of the estimators: scikit-learn's arithmetic, where it is not PyTorch's. */

import { integerPower } from "../engine/reproducible-math.js";
import { type GradientTerms, KernelOptimizer } from "../network/optimizers/kernel-optimizer.js";
import type { Parameter } from "../network/parameter.js";
import type { ResolvedOptions } from "./mlp-options.js";

/** A step with the penalty's gradient α·w/n, n the rows of the batch at hand: the last of an epoch may have fewer. */
export abstract class MLPOptimizer extends KernelOptimizer {
  readonly #alpha: number;

  constructor({ learningRateInit, alpha }: ResolvedOptions, slotNames: readonly string[]) {
    super(learningRateInit, { weightDecay: alpha, decay: "weights" }, slotNames);
    this.#alpha = alpha;
  }

  /** Rows of the batch that the next step is of. */
  set batchRows(rows: number) {
    this.weightDecay = this.#alpha / rows;
  }

  /** α/2·Σw² over the weights, without the biases: n times what the penalty adds to a batch's loss. */
  penalty(): number {
    if (this.#alpha === 0) return 0;
    const { kernels, team } = this.engine;
    let sum = 0;
    for (let i = 0; i < this.parameters.length; ++i) {
      const parameter = this.parameters[i] as Parameter;
      if (this.decays(parameter)) sum += kernels.sumOfSquares(parameter.length, parameter.pointer, team);
    }
    return (this.#alpha / 2) * sum;
  }
}

/**
 * m ← β₁·m + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g²; w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m / (√s + ε) in step t, counted from 1: ε is
 * added to the root as it is, not as it is corrected. Kingma and Ba 2015, end of section 2; scikit-learn's `AdamOptimizer`.
 */
export class MLPAdam extends MLPOptimizer {
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  #correction = 1;

  constructor(options: ResolvedOptions) {
    super(options, ["means", "squares"]);
    this.#betas = [options.beta1, options.beta2];
    this.#epsilon = options.epsilon;
  }

  protected override beginStep(step: number): void {
    const [beta1, beta2] = this.#betas;
    this.#correction = Math.sqrt(1 - integerPower(beta2, step)) / (1 - integerPower(beta1, step));
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1 }: GradientTerms): void {
    const { kernels, team } = this.engine;
    const [beta1, beta2] = this.#betas;
    kernels.adamStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slotPointer("means", index),
      this.slotPointer("squares", index),
      scale,
      limit,
      l2,
      l1,
      this.learningRate * this.#correction,
      1,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      1,
      this.#epsilon,
      team,
    );
  }
}

/**
 * v ← μ·v + η·g; w ← w − v, or w ← w − (μ·v + η·g) for Nesterov's momentum. The step length is in the velocity, so that one
 * that changes leaves the steps before as they were. Without a momentum w ← w − η·g. scikit-learn's `SGDOptimizer`.
 */
export class MLPSGD extends MLPOptimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;

  constructor(options: ResolvedOptions) {
    const { momentum, nesterovsMomentum } = options;
    super(options, momentum > 0 ? ["velocity"] : []);
    this.#momentum = momentum;
    this.#nesterov = nesterovsMomentum && momentum > 0;
  }

  override get direct(): boolean {
    return this.#momentum === 0 && this.isPlain;
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1 }: GradientTerms): void {
    const { kernels, team } = this.engine;
    // The kernel's step length is 1: η is in the gradient, and so in the velocity.
    const rate = this.learningRate;
    kernels.sgdStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slotPointer("velocity", index),
      scale * rate,
      limit,
      l2 * rate,
      l1 * rate,
      1,
      this.#momentum,
      1,
      this.#nesterov,
      team,
    );
  }
}
