/** Gradient descent, with optional momentum. */

import { type OptionTable, readOptions } from "../../checks/option-table.js";
import type { Parameter } from "../parameter.js";
import { type GradientTerms, KernelOptimizer, OPTIMIZER_OPTIONS, type OptimizerOptions } from "./kernel-optimizer.js";
import type { OptimizerConfig } from "./optimizer.js";

/** Options of SGD, as PyTorch's; `learningRate` is 0.1 by default. */
export interface SGDOptions extends OptimizerOptions {
  /** μ; default 0, which keeps no velocity. */
  readonly momentum?: number;
  /** τ; default 0. */
  readonly dampening?: number;
  /** Nesterov's momentum; default false. */
  readonly nesterov?: boolean;
}

export const SGD_OPTIONS = {
  learningRate: { kind: "number", default: 0.1 },
  ...OPTIMIZER_OPTIONS,
  momentum: { kind: "number", default: 0 },
  dampening: { kind: "number", default: 0, most: 1 },
  nesterov: { kind: "boolean", default: false },
} as const satisfies OptionTable;

/**
 * v ← μ·v + (1 − τ)·g (at the first step v ← g); w ← w − η·v, or w ← w − η·(g + μ·v) for Nesterov's momentum. Without a
 * momentum w ← w − η·g. As PyTorch's SGD; its options in camelCase. Plain gradient descent, without momentum, penalties and
 * clipping, keeps no gradients: the backward pass moves the parameters.
 */
export class SGD extends KernelOptimizer {
  readonly #momentum: number;
  readonly #dampening: number;
  readonly #nesterov: boolean;
  #gain = 1;

  /** @throws TypeError, RangeError for options of a wrong type or value; RangeError for Nesterov's momentum with dampening or of 0 */
  constructor(options: SGDOptions = {}) {
    const { learningRate, momentum, dampening, nesterov } = readOptions("SGD", options, SGD_OPTIONS);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      const got = `${momentum} and ${dampening}`;
      throw new RangeError(`nesterov: expected a momentum above 0 and a dampening of 0, got ${got}`);
    }
    if (dampening > 0 && momentum === 0)
      throw new RangeError("dampening: expected a momentum above 0 with it, got none");
    super(learningRate, options, momentum > 0 ? ["velocity"] : []);
    this.#momentum = momentum;
    this.#dampening = dampening;
    this.#nesterov = nesterov;
  }

  override get direct(): boolean {
    return this.#momentum === 0 && this.isPlain;
  }

  protected override beginStep(step: number): void {
    this.#gain = step === 1 ? 1 : 1 - this.#dampening;
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1 }: GradientTerms): void {
    const { kernels, team } = this.engine;
    kernels.sgdStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slotPointer("velocity", index),
      scale,
      limit,
      l2,
      l1,
      this.learningRateOf(parameter),
      this.#momentum,
      this.#gain,
      this.#nesterov,
      team,
    );
  }

  override config(): OptimizerConfig {
    return this.configOf("sgd", { momentum: this.#momentum, dampening: this.#dampening, nesterov: this.#nesterov });
  }
}
