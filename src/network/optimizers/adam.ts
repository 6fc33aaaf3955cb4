/** Adam, and AdamW, which keeps weight decay out of the moments. */

import { checkBetas } from "../../checks/check-options.js";
import { type OptionTable, readOptions } from "../../checks/option-table.js";
import { integerPower } from "../../engine/reproducible-math.js";
import type { Parameter } from "../parameter.js";
import { type GradientTerms, KernelOptimizer, OPTIMIZER_OPTIONS, type OptimizerOptions } from "./kernel-optimizer.js";
import type { OptimizerConfig } from "./optimizer.js";

/** Options of Adam and AdamW, as PyTorch's; `learningRate` is 0.001 by default. */
export interface AdamOptions extends OptimizerOptions {
  /** β₁ and β₂; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** ε; default 1e-8. */
  readonly epsilon?: number;
}

export const ADAM_OPTIONS = {
  learningRate: { kind: "number", default: 0.001 },
  ...OPTIMIZER_OPTIONS,
  betas: { kind: "other", default: [0.9, 0.999] },
  epsilon: { kind: "number", positive: true, default: 1e-8 },
} as const satisfies OptionTable;

/**
 * m ← β₁·m + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g²; w ← w − η·m̂ / (√ŝ + ε) with m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) in step
 * t, counted from 1 (Kingma and Ba 2015). As PyTorch's Adam; its options in camelCase (eps: epsilon).
 */
export class Adam extends KernelOptimizer {
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  /** 1 / (1 − β₁ᵗ) and 1 / √(1 − β₂ᵗ). */
  #meanCorrection = 1;
  #rootCorrection = 1;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: AdamOptions = {}) {
    const { learningRate, betas, epsilon } = readOptions("Adam", options, ADAM_OPTIONS);
    checkBetas(betas);
    super(learningRate, options, ["means", "squares"]);
    this.#betas = [...(betas as readonly [number, number])];
    this.#epsilon = epsilon;
  }

  protected override beginStep(step: number): void {
    const [beta1, beta2] = this.#betas;
    this.#meanCorrection = 1 / (1 - integerPower(beta1, step));
    this.#rootCorrection = 1 / Math.sqrt(1 - integerPower(beta2, step));
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1 }: GradientTerms): void {
    const { kernels, team } = this.engine;
    const [beta1, beta2] = this.#betas;
    const learningRate = this.learningRateOf(parameter);
    const shrinks = this.decoupled && this.decays(parameter);
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
      learningRate * this.#meanCorrection,
      shrinks ? 1 - learningRate * this.weightDecay : 1,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      this.#rootCorrection,
      this.#epsilon,
      team,
    );
  }

  override config(): OptimizerConfig {
    return this.configOf(this.decoupled ? "adamw" : "adam", { betas: this.#betas, epsilon: this.#epsilon });
  }
}

export const ADAMW_OPTIONS = {
  ...ADAM_OPTIONS,
  weightDecay: { kind: "number", default: 0.01 },
} as const satisfies OptionTable;

/**
 * Adam with w ← (1 − η·λ₂)·w before each step, instead of λ₂·w in the gradient (Loshchilov and Hutter 2019). As PyTorch's
 * AdamW; `weightDecay` is 0.01 by default.
 */
export class AdamW extends Adam {
  protected override readonly decoupled = true;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: AdamOptions = {}) {
    const { weightDecay } = readOptions("AdamW", options, ADAMW_OPTIONS);
    super({ ...options, weightDecay });
  }
}
