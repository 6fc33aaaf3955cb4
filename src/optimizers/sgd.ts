/** Gradient descent, with momentum if wanted. */

import type { Engine } from "../engine.js";
import type { Parameter } from "../parameter.js";
import { checkNumber, Optimizer, type OptimizerOptions, type StepGradient } from "./optimizer.js";

/** Options of SGD, beside those of all optimizers. PyTorch's, but for the learning rate's default of 0.1. */
export interface SGDOptions extends OptimizerOptions {
  /** μ; default 0. */
  readonly momentum?: number;
  /** τ; default 0. */
  readonly dampening?: number;
  /** Look ahead by one step of the momentum; default false. */
  readonly nesterov?: boolean;
}

/**
 * v ← μ·v + (1 − τ)·g (at first v ← g); θ ← θ − η·v, or θ − η·(g + μ·v) with `nesterov`. PyTorch's `SGD`.
 * Without momentum, penalties and clipping the step is taken within the backward pass, and no gradient is kept.
 */
export class SGD extends Optimizer {
  readonly momentum: number;
  readonly dampening: number;
  readonly nesterov: boolean;

  /** @throws RangeError, TypeError for options out of range, unknown ones, and nesterov without momentum */
  constructor(options: SGDOptions = {}) {
    super({ learningRate: 0.1, ...options }, ["momentum", "dampening", "nesterov"]);
    const { momentum = 0, dampening = 0, nesterov = false } = options;
    checkNumber("momentum", momentum, 0);
    checkNumber("dampening", dampening, 0);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError("nesterov: expected a momentum above 0 and no dampening with it");
    }
    this.momentum = momentum;
    this.dampening = dampening;
    this.nesterov = nesterov;
  }

  override attach(engine: Engine, parameters: readonly Parameter[]): void {
    super.attach(engine, parameters);
    if (this.momentum > 0) this.addSlot("velocity");
  }

  override get direct(): boolean {
    const clips = this.clipValue < Number.POSITIVE_INFINITY || this.clipNorm < Number.POSITIVE_INFINITY;
    return this.momentum === 0 && this.weightDecay === 0 && this.l1 === 0 && !clips;
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1, rate }: StepGradient): void {
    this.engine.kernels.sgdStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slot("velocity", index),
      scale,
      limit,
      l2,
      l1,
      rate,
      this.momentum,
      this.steps === 1 ? 1 : 1 - this.dampening,
      this.nesterov,
      this.engine.team,
    );
  }
}
