/** Adagrad. */

import { type OptionTable, readOptions } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import type { Parameter } from "../parameter.js";
import { type GradientTerms, KernelOptimizer, OPTIMIZER_OPTIONS, type OptimizerOptions } from "./kernel-optimizer.js";
import type { OptimizerConfig } from "./optimizer.js";

/** Options of Adagrad, as PyTorch's; `learningRate` is 0.01 by default. */
export interface AdagradOptions extends OptimizerOptions {
  /** κ; default 0. */
  readonly learningRateDecay?: number;
  /** The initial s; default 0. */
  readonly initialAccumulatorValue?: number;
  /** ε; default 1e-10. */
  readonly epsilon?: number;
}

export const ADAGRAD_OPTIONS = {
  learningRate: { kind: "number", default: 0.01 },
  ...OPTIMIZER_OPTIONS,
  learningRateDecay: { kind: "number", default: 0 },
  initialAccumulatorValue: { kind: "number", default: 0 },
  epsilon: { kind: "number", positive: true, default: 1e-10 },
} as const satisfies OptionTable;

/**
 * s ← s + g²; w ← w − η / (1 + (t − 1)·κ) · g / (√s + ε) in step t, counted from 1. As PyTorch's Adagrad; its options in
 * camelCase (lr_decay: learningRateDecay).
 */
export class Adagrad extends KernelOptimizer {
  readonly #learningRateDecay: number;
  readonly #initialAccumulatorValue: number;
  readonly #epsilon: number;
  #factor = 1;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: AdagradOptions = {}) {
    const read = readOptions("Adagrad", options, ADAGRAD_OPTIONS);
    const { learningRate, learningRateDecay, initialAccumulatorValue, epsilon } = read;
    super(learningRate, options, ["squares"]);
    this.#learningRateDecay = learningRateDecay;
    this.#initialAccumulatorValue = initialAccumulatorValue;
    this.#epsilon = epsilon;
  }

  override attach(engine: Engine, parameters: readonly Parameter[]): void {
    super.attach(engine, parameters);
    this.fillSlot("squares", this.#initialAccumulatorValue);
  }

  protected override beginStep(step: number): void {
    this.#factor = 1 / (1 + (step - 1) * this.#learningRateDecay);
  }

  protected override move(parameter: Parameter, index: number, { scale, limit, l2, l1 }: GradientTerms): void {
    const { kernels, team } = this.engine;
    kernels.adagradStep(
      parameter.length,
      parameter.pointer,
      parameter.gradientPointer,
      this.slotPointer("squares", index),
      scale,
      limit,
      l2,
      l1,
      this.learningRateOf(parameter) * this.#factor,
      this.#epsilon,
      team,
    );
  }

  override config(): OptimizerConfig {
    return this.configOf("adagrad", {
      learningRateDecay: this.#learningRateDecay,
      initialAccumulatorValue: this.#initialAccumulatorValue,
      epsilon: this.#epsilon,
    });
  }
}
