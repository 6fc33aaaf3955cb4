/** The base of the built-in optimizers: clipping, penalties, and their arrays for each parameter. */

import { ANY_NUMBER, checkNumber } from "../../checks/check-options.js";
import { type OptionTable, type OptionValues, readValues } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import { PanelMatrix } from "../../engine/panel-matrix.js";
import type { Parameter } from "../parameter.js";
import { Optimizer, type OptimizerConfig, type OptimizerState } from "./optimizer.js";
import { checkState } from "./state.js";

const { isFinite: isFiniteNumber } = Number;

/** Options of every built-in optimizer; no penalty and no clipping by default. */
export interface OptimizerOptions {
  readonly learningRate?: number;
  /** λ₂ (PyTorch's weight_decay): adds λ₂·w to the gradient; AdamW instead shrinks the weights. */
  readonly weightDecay?: number;
  /** λ₁ (the l1 of Keras's regularizers): adds λ₁·sign(w) to the gradient. */
  readonly l1?: number;
  /** Which parameters both penalize: all (the default), or only weights, not biases and other one-dimensional arrays. */
  readonly decay?: "all" | "weights";
  /** Clips each element of the gradient to [−clipValue, clipValue] (PyTorch's clip_grad_value_). */
  readonly clipValue?: number;
  /** Scales all gradients down together so that their norm is at most this (PyTorch's clip_grad_norm_). */
  readonly clipNorm?: number;
}

/** The options with defaults and limits. */
export const OPTIMIZER_OPTIONS = {
  weightDecay: { kind: "number", default: 0 },
  l1: { kind: "number", default: 0 },
  decay: { kind: "choice", default: "all", choices: ["all", "weights"] },
  clipValue: { kind: "number", positive: true },
  clipNorm: { kind: "number", positive: true },
} as const satisfies OptionTable;

/** How a parameter's gradient enters its step: max(−limit, min(limit, scale·∂w)) + l2·w + l1·sign(w). */
export interface GradientTerms {
  scale: number;
  limit: number;
  l2: number;
  l1: number;
}

/**
 * The gradient of a step is g = clip(scale·∂w) + λ₂·w + λ₁·sign(w): the caller's scale times that of `clipNorm`, then
 * `clipValue`. A kernel moves the parameter in one pass over the memory. A step allocates nothing.
 */
export abstract class KernelOptimizer extends Optimizer {
  /** λ₂. If the penalty depends on the batch, set it before each step. */
  protected weightDecay: number;
  /** Whether weightDecay stays out of the gradient, as in AdamW. */
  protected readonly decoupled: boolean = false;
  readonly #options: Omit<OptionValues<typeof OPTIMIZER_OPTIONS>, "weightDecay">;
  readonly #slotNames: readonly string[];
  #slots: Readonly<Record<string, readonly PanelMatrix[]>> = {};
  readonly #terms: GradientTerms = { scale: 1, limit: Number.POSITIVE_INFINITY, l2: 0, l1: 0 };
  #steps = 0;

  /**
   * @param slotNames names of the arrays it keeps in each parameter's shape, zero at first
   * @throws TypeError, RangeError for options of a wrong type or value
   */
  constructor(learningRate: number, options: OptimizerOptions, slotNames: readonly string[]) {
    super(learningRate);
    const { weightDecay, l1, decay, clipValue, clipNorm } = readValues(options, OPTIMIZER_OPTIONS);
    if (options.decay !== undefined && options.weightDecay === undefined && options.l1 === undefined) {
      throw new RangeError("decay: expected weightDecay or l1 with it, got neither");
    }
    this.weightDecay = weightDecay;
    this.#options = { l1, decay, clipValue, clipNorm };
    this.#slotNames = slotNames;
    this.#terms.limit = clipValue ?? Number.POSITIVE_INFINITY;
  }

  override attach(engine: Engine, parameters: readonly Parameter[]): void {
    this.checkAttach(engine, parameters);
    const makeSlot = ({ shape }: Parameter) => {
      const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
      return new PanelMatrix(engine.memory, rows as number, columns as number);
    };
    this.#slots = engine.memory.allOrNothing(() =>
      Object.fromEntries(this.#slotNames.map((name) => [name, parameters.map(makeSlot)])),
    );
    super.attach(engine, parameters);
  }

  /** Steps taken. */
  get steps(): number {
    return this.#steps;
  }

  /** √Σ ∂w² over all parameters' gradients. */
  gradientNorm(): number {
    const { kernels, team } = this.engine;
    let total = 0;
    for (const parameter of this.parameters) {
      if (parameter.hasGradient) total += kernels.sumOfSquares(parameter.length, parameter.gradientPointer, team);
    }
    return Math.sqrt(total);
  }

  /** Whether the step uses the gradient unchanged. */
  protected get isPlain(): boolean {
    const { l1, clipNorm, clipValue } = this.#options;
    return this.weightDecay === 0 && l1 === 0 && clipNorm === undefined && clipValue === undefined;
  }

  override step(gradientScale = 1): void {
    if (!isFiniteNumber(gradientScale)) checkNumber("gradientScale", gradientScale, ANY_NUMBER);
    const terms = this.#terms;
    terms.scale = gradientScale * this.#clipFactor(gradientScale);
    let isFirst = true;
    for (let index = 0; index < this.parameters.length; ++index) {
      const parameter = this.parameters[index] as Parameter;
      if (!parameter.hasGradient) continue;
      if (isFirst) this.beginStep(++this.#steps);
      isFirst = false;
      const decays = this.decays(parameter);
      terms.l2 = decays && !this.decoupled ? this.weightDecay : 0;
      terms.l1 = decays ? this.#options.l1 : 0;
      this.move(parameter, index, terms);
      parameter.zeroGrad();
    }
  }

  /** min(1, clipNorm / (norm + 1e-6)), as in PyTorch; NaN if a gradient has NaN. */
  #clipFactor(gradientScale: number): number {
    const { clipNorm } = this.#options;
    if (clipNorm === undefined) return 1;
    return Math.min(1, clipNorm / (Math.abs(gradientScale) * this.gradientNorm() + 1e-6));
  }

  /** Whether penalties apply to a parameter. */
  protected decays({ shape }: Parameter): boolean {
    return this.#options.decay === "all" || shape.length > 1;
  }

  /** Called before step number `step`, counted from 1, moves the parameters. */
  protected beginStep(_step: number): void {}

  /** Moves the index-th parameter. */
  protected abstract move(parameter: Parameter, index: number, terms: GradientTerms): void;

  /** Address of the index-th parameter's slot; 0 if the optimizer has no such slot. */
  protected slotPointer(name: string, index: number): number {
    return this.#slots[name]?.[index]?.pointer ?? 0;
  }

  /** Sets every element of a slot, padding included. */
  protected fillSlot(name: string, value: number): void {
    for (const { pointer, length } of this.#slots[name] ?? []) this.engine.memory.f32(pointer, length).fill(value);
  }

  override stateDict(): OptimizerState {
    const entries = Object.entries(this.#slots).map(([name, arrays]) => [name, arrays.map((array) => array.toArray())]);
    return { learningRate: this.learningRate, steps: this.#steps, slots: Object.fromEntries(entries) };
  }

  override loadStateDict(state: OptimizerState): void {
    if (!this.engine) throw new Error("optimizer: create a network with it before you load a state");
    checkState(state, this.#slotNames, this.parameters);
    this.learningRate = state.learningRate;
    this.#steps = state.steps;
    for (const [name, arrays] of Object.entries(this.#slots)) {
      for (const [index, array] of arrays.entries()) array.set(state.slots[name]?.[index] as Float32Array);
    }
  }

  /** Type and options, for `config`. */
  protected configOf(type: string, options: Omit<OptimizerConfig, "type">): OptimizerConfig {
    const { initialLearningRate: learningRate, weightDecay } = this;
    return { type, learningRate, ...options, weightDecay, ...this.#options } as OptimizerConfig;
  }

  override dispose(): void {
    for (const arrays of Object.values(this.#slots)) for (const array of arrays) array.dispose();
  }
}
