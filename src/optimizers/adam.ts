/** Adam, and AdamW, whose weight decay is apart from the gradient. */

import type { Engine } from "../engine.js";
import type { Parameter } from "../parameter.js";
import { checkNumber, Optimizer, type OptimizerOptions, type StepGradient } from "./optimizer.js";

/** Options of Adam and AdamW, beside those of all optimizers; PyTorch's defaults. */
export interface AdamOptions extends OptimizerOptions {
  /** β₁ and β₂; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** ε; default 1e-8. */
  readonly epsilon?: number;
}

/**
 * m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; θ ← θ − η·m̂ / (√v̂ + ε), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 * Kingma and Ba 2015; PyTorch's `Adam`. The learning rate is 0.001 by default.
 */
export class Adam extends Optimizer {
  readonly betas: readonly [number, number];
  readonly epsilon: number;

  /** @throws RangeError, TypeError for options out of range and unknown ones */
  constructor(options: AdamOptions = {}) {
    super({ learningRate: 0.001, ...options }, ["betas", "epsilon"]);
    const { betas = [0.9, 0.999], epsilon = 1e-8 } = options;
    if (!Array.isArray(betas) || betas.length !== 2) throw new TypeError("betas: expected two numbers");
    for (const beta of betas) checkNumber("betas", beta, 0, 1);
    checkNumber("epsilon", epsilon, 0);
    this.betas = betas as readonly [number, number];
    this.epsilon = epsilon;
  }

  override attach(engine: Engine, parameters: readonly Parameter[]): void {
    super.attach(engine, parameters);
    this.addSlot("means");
    this.addSlot("squares");
  }

  protected override move(parameter: Parameter, index: number, gradient: StepGradient): void {
    this.moveBy(parameter, index, gradient, gradient.l2, 1);
  }

  /** The step with this L2 penalty in the gradient, from `keep` times the parameters. */
  protected moveBy(
    parameter: Parameter,
    index: number,
    { scale, limit, l1, rate }: StepGradient,
    l2: number,
    keep: number,
  ): void {
    const [beta1, beta2] = this.betas;
    this.engine.kernels.adamStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slot("means", index),
      this.slot("squares", index),
      scale,
      limit,
      l2,
      l1,
      rate / (1 - beta1 ** this.steps),
      keep,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      1 / Math.sqrt(1 - beta2 ** this.steps),
      this.epsilon,
      this.engine.team,
    );
  }
}

/**
 * Adam with θ ← (1 − η·λ)·θ in place of λ·θ in the gradient. Loshchilov and Hutter 2019; PyTorch's `AdamW`, whose weight
 * decay is 0.01 by default.
 */
export class AdamW extends Adam {
  constructor(options: AdamOptions = {}) {
    super({ weightDecay: 0.01, ...options });
  }

  protected override move(parameter: Parameter, index: number, gradient: StepGradient): void {
    this.moveBy(parameter, index, gradient, 0, 1 - gradient.rate * gradient.l2);
  }
}
