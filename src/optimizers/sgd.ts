/** Gradient descent. */

import { Optimizer, type OptimizerState } from "./optimizer.js";

/** Options of SGD. */
export interface SGDOptions {
  /** Default 0.1. */
  readonly learningRate?: number;
}

/** θ ← θ − η·∂θ. */
export class SGD extends Optimizer {
  constructor({ learningRate = 0.1 }: SGDOptions = {}) {
    super(learningRate);
  }

  override get direct(): boolean {
    return true;
  }

  override step(): void {
    const { kernels } = this.engine;
    for (const parameter of this.parameters) {
      if (!parameter.hasGradient) continue;
      kernels.axpy(parameter.length, -this.learningRateOf(parameter), parameter.gradientPointer, parameter.pointer);
      parameter.zeroGrad();
    }
  }

  override stateDict(): OptimizerState {
    return { learningRate: this.learningRate, steps: 0, slots: {} };
  }

  override loadStateDict(state: OptimizerState): void {
    this.learningRate = state.learningRate;
  }
}
