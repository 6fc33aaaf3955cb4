/** Adagrad. */

import type { Engine } from "../engine.js";
import type { Parameter } from "../parameter.js";
import { checkNumber, Optimizer, type OptimizerOptions, type StepGradient } from "./optimizer.js";

/** Options of Adagrad, beside those of all optimizers; PyTorch's defaults. */
export interface AdagradOptions extends OptimizerOptions {
  /** κ: the t-th step's length is η / (1 + (t − 1)·κ); default 0. */
  readonly learningRateDecay?: number;
  /** Where the sums of squares begin; default 0. */
  readonly initialAccumulator?: number;
  /** ε; default 1e-10. */
  readonly epsilon?: number;
}

/** s ← s + g²; θ ← θ − η·g / (√s + ε). Duchi et al. 2011; PyTorch's `Adagrad`. The learning rate is 0.01 by default. */
export class Adagrad extends Optimizer {
  readonly learningRateDecay: number;
  readonly initialAccumulator: number;
  readonly epsilon: number;

  /** @throws RangeError, TypeError for options out of range and unknown ones */
  constructor(options: AdagradOptions = {}) {
    super({ learningRate: 0.01, ...options }, ["learningRateDecay", "initialAccumulator", "epsilon"]);
    const { learningRateDecay = 0, initialAccumulator = 0, epsilon = 1e-10 } = options;
    for (const [name, value] of Object.entries({ learningRateDecay, initialAccumulator, epsilon })) {
      checkNumber(name, value, 0);
    }
    this.learningRateDecay = learningRateDecay;
    this.initialAccumulator = initialAccumulator;
    this.epsilon = epsilon;
  }

  override attach(engine: Engine, parameters: readonly Parameter[]): void {
    super.attach(engine, parameters);
    this.addSlot("squares");
    if (this.initialAccumulator > 0) this.fillSlot("squares", this.initialAccumulator);
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1, rate }: StepGradient): void {
    this.engine.kernels.adagradStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slot("squares", index),
      scale,
      limit,
      l2,
      l1,
      rate / (1 + (this.steps - 1) * this.learningRateDecay),
      this.epsilon,
      this.engine.team,
    );
  }
}
