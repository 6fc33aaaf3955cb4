/** RMSProp. */

import { type OptionTable, readOptions } from "../../checks/option-table.js";
import type { Parameter } from "../parameter.js";
import { type GradientTerms, KernelOptimizer, OPTIMIZER_OPTIONS, type OptimizerOptions } from "./kernel-optimizer.js";
import type { OptimizerConfig } from "./optimizer.js";

/** Options of RMSProp, as PyTorch's; `learningRate` is 0.01 by default. */
export interface RMSPropOptions extends OptimizerOptions {
  /** α, the share that the mean square keeps; default 0.99. */
  readonly alpha?: number;
  /** ε; default 1e-8. */
  readonly epsilon?: number;
  /** μ; default 0, which keeps no velocity. */
  readonly momentum?: number;
  /** Divides by an estimate of the standard deviation instead of the root mean square; default false. */
  readonly centered?: boolean;
}

export const RMSPROP_OPTIONS = {
  learningRate: { kind: "number", default: 0.01 },
  ...OPTIMIZER_OPTIONS,
  alpha: { kind: "number", default: 0.99, most: 1 },
  epsilon: { kind: "number", positive: true, default: 1e-8 },
  momentum: { kind: "number", default: 0 },
  centered: { kind: "boolean", default: false },
} as const satisfies OptionTable;

/**
 * s ← α·s + (1 − α)·g²; d = g / (√s + ε); w ← w − η·d. Centered: m ← α·m + (1 − α)·g and s − m² in place of s under the root,
 * not less than 0. With momentum: v ← μ·v + d; w ← w − η·v. As PyTorch's RMSprop; its options in camelCase.
 */
export class RMSProp extends KernelOptimizer {
  readonly #alpha: number;
  readonly #epsilon: number;
  readonly #momentum: number;
  readonly #centered: boolean;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: RMSPropOptions = {}) {
    const read = readOptions("RMSProp", options, RMSPROP_OPTIONS);
    const { learningRate, alpha, epsilon, momentum, centered } = read;
    super(learningRate, options, ["squares", ...(centered ? ["means"] : []), ...(momentum > 0 ? ["velocity"] : [])]);
    this.#alpha = alpha;
    this.#epsilon = epsilon;
    this.#momentum = momentum;
    this.#centered = centered;
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1 }: GradientTerms): void {
    const { kernels, team } = this.engine;
    kernels.rmspropStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slotPointer("squares", index),
      this.slotPointer("means", index),
      this.slotPointer("velocity", index),
      scale,
      limit,
      l2,
      l1,
      this.learningRateOf(parameter),
      this.#alpha,
      1 - this.#alpha,
      this.#epsilon,
      this.#momentum,
      team,
    );
  }

  override config(): OptimizerConfig {
    const [alpha, epsilon, momentum, centered] = [this.#alpha, this.#epsilon, this.#momentum, this.#centered];
    return this.configOf("rmsprop", { alpha, epsilon, momentum, centered });
  }
}
