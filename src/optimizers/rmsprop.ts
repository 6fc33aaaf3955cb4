/** RMSProp. */

import type { Engine } from "../engine.js";
import type { Parameter } from "../parameter.js";
import { checkNumber, Optimizer, type OptimizerOptions, type StepGradient } from "./optimizer.js";

/** Options of RMSProp, beside those of all optimizers; PyTorch's defaults. */
export interface RMSPropOptions extends OptimizerOptions {
  /** α, how much of the mean of squares is kept; default 0.99. */
  readonly alpha?: number;
  /** ε; default 1e-8. */
  readonly epsilon?: number;
  /** μ; default 0. */
  readonly momentum?: number;
  /** Divide by the deviation rather than by the root of the mean square; default false. */
  readonly centered?: boolean;
}

/**
 * s ← α·s + (1 − α)·g²; θ ← θ − η·g / (√s + ε); centred, with s − m² for s, m ← α·m + (1 − α)·g; with momentum,
 * v ← μ·v + g / (√s + ε), θ ← θ − η·v. Tieleman and Hinton 2012; PyTorch's `RMSprop`. The learning rate is 0.01 by default.
 */
export class RMSProp extends Optimizer {
  readonly alpha: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly centered: boolean;

  /** @throws RangeError, TypeError for options out of range and unknown ones */
  constructor(options: RMSPropOptions = {}) {
    super({ learningRate: 0.01, ...options }, ["alpha", "epsilon", "momentum", "centered"]);
    const { alpha = 0.99, epsilon = 1e-8, momentum = 0, centered = false } = options;
    checkNumber("alpha", alpha, 0, 1);
    checkNumber("epsilon", epsilon, 0);
    checkNumber("momentum", momentum, 0);
    this.alpha = alpha;
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.centered = centered;
  }

  override attach(engine: Engine, parameters: readonly Parameter[]): void {
    super.attach(engine, parameters);
    this.addSlot("squares");
    if (this.centered) this.addSlot("means");
    if (this.momentum > 0) this.addSlot("velocity");
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1, rate }: StepGradient): void {
    this.engine.kernels.rmspropStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slot("squares", index),
      this.slot("means", index),
      this.slot("velocity", index),
      scale,
      limit,
      l2,
      l1,
      rate,
      this.alpha,
      1 - this.alpha,
      this.epsilon,
      this.momentum,
      this.engine.team,
    );
  }
}
