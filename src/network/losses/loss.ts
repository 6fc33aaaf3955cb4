/** The contract of a loss: what the network calls, and what a custom loss has to write. */

import { checkChoice } from "../../checks/check-options.js";
import { checkWeightValues } from "../../checks/check-weights.js";
import { ShapeError } from "../../checks/errors.js";
import type { Engine } from "../../create-engine.js";
import { MatrixBuffer } from "../../engine/buffers.js";
import { checkEngine } from "../../engine/check-engine.js";
import { MOST_FLOAT } from "../../engine/check-shape.js";
import { checkMatrix, type Matrix } from "../../engine/matrix.js";
import { checkIsTargets, type Targets } from "./targets.js";

/** mean: divided by the number of what is summed, or the sum of its weights; sum: not divided. */
export type Reduction = "mean" | "sum";

export const REDUCTIONS = ["mean", "sum"] as const satisfies readonly Reduction[];

/** A built-in loss as a model file has it: its type and its options. */
export interface LossConfig {
  readonly type: string;
  readonly [option: string]: string | number | boolean | readonly number[];
}

/**
 * L = Σᵢ wᵢ·ℓ(outputs[i, :], targets[i]) / d: ℓ is a row's loss, w the sample weights (1 if there are none), and d the
 * `divisor` for the reduction `mean`, 1 for `sum`. The gradient comes from the same pass as the losses.
 */
export abstract class Loss {
  /** What turns the network's outputs into predictions. */
  abstract readonly activation: "softmax" | "sigmoid" | "identity";
  readonly reduction: Reduction;
  /** Of the last `compute`: Σᵢ wᵢ·ℓᵢ, and what a mean divides it by. */
  total = 0;
  divisor = 1;
  /** Of the last `compute`: the targets as `convert` gave them, valid until the next call. */
  targets!: Targets;
  protected engine!: Engine;
  /** Of the outputs that are checked: the same object in every step. */
  readonly #shape = { rows: 0, columns: 0 };
  #results: { readonly losses: MatrixBuffer; readonly gradient: MatrixBuffer } | undefined;

  /** @throws TypeError, RangeError for an unknown reduction */
  constructor(reduction: Reduction = "mean") {
    checkChoice("reduction", reduction, REDUCTIONS);
    this.reduction = reduction;
  }

  /** Called by the network, or whoever uses the loss, before any other method. @throws TypeError; Error when called twice */
  attach(engine: Engine): void {
    if (this.#results) throw new Error("this loss already belongs to a network");
    checkEngine(this.constructor.name, engine);
    this.engine = engine;
    this.#results = { losses: new MatrixBuffer(engine.memory), gradient: new MatrixBuffer(engine.memory) };
  }

  /**
   * The reduced loss of a batch; `gradient` is set for the same outputs. NaN for an empty batch's mean, 0 for one
   * whose weights are all 0.
   *
   * @param outputs [batch, outputs]
   * @param weights sample weights [batch, 1]
   * @throws ShapeError when the shapes differ; RangeError, TypeError for targets this loss cannot take, TypeError for anything
   * but matrices, RangeError for those of another engine and for weights that are not finite numbers of at least 0
   */
  compute(outputs: Matrix, targets: Targets, weights?: Matrix): number {
    const results = this.#attached();
    checkMatrix("outputs", this.engine.memory, outputs);
    this.check(outputs.rows, outputs.columns, targets, weights);
    this.targets = this.convert(outputs, targets);
    const losses = results.losses.shaped(outputs.rows, 1);
    const gradient = results.gradient.shaped(outputs.rows, outputs.columns);
    this.divisor = this.computeDivisor(outputs, this.targets, weights);
    // Rows that all count nothing have nothing to say: the loss is 0, and so is its gradient.
    const nothing = this.divisor === 0 && outputs.rows > 0;
    const scale = this.reduction === "mean" ? (nothing ? 0 : 1 / this.divisor) : 1;
    this.run(outputs, this.targets, weights, scale, losses, gradient);
    this.total = this.engine.kernels.sum(losses.rows, losses.pointer);
    return this.reduction === "mean" && !nothing ? this.total / this.divisor : this.total;
  }

  /** Whether `compute` takes them for outputs [rows, columns]; the network asks before it begins a pass. @throws as `compute` */
  check(rows: number, columns: number, targets: Targets, weights?: Matrix): void {
    this.#attached();
    const { memory } = this.engine;
    checkIsTargets(memory, targets);
    if (weights !== undefined) checkMatrix("weights", memory, weights);
    if (targets.rows !== rows) {
      throw new ShapeError(`targets: expected one for each of the ${rows} rows, got ${targets.rows}`);
    }
    if (weights && (weights.rows !== rows || weights.columns !== 1)) {
      throw new ShapeError(`weights: expected ${rows} × 1, got ${weights.rows} × ${weights.columns}`);
    }
    // As of the targets, whose check it stands beside, a few cycles a row: a weight below 0 would climb.
    if (weights && this.engine.kernels.firstOutside(weights.rows, 0, MOST_FLOAT, weights.pointer) >= 0) {
      checkWeightValues("weights", weights.data);
    }
    const shape = this.#shape;
    shape.rows = rows;
    shape.columns = columns;
    this.checkTargets(shape, targets);
    this.checkMeaning(columns, targets);
  }

  /** wᵢ·ℓᵢ of each row [batch, 1] of the last `compute`. @throws TypeError for anything but its outputs */
  rowLosses(outputs: Matrix): Matrix {
    const { losses } = this.#attached();
    checkMatrix("outputs", this.engine.memory, outputs);
    return losses.shaped(outputs.rows, 1);
  }

  /** ∂L/∂outputs [batch, outputs] of the last `compute`. @throws TypeError for anything but its outputs */
  gradient(outputs: Matrix): Matrix {
    const { gradient } = this.#attached();
    checkMatrix("outputs", this.engine.memory, outputs);
    return gradient.shaped(outputs.rows, outputs.columns);
  }

  #attached(): { readonly losses: MatrixBuffer; readonly gradient: MatrixBuffer } {
    if (!this.#results) throw new Error("loss: attach it to an engine first");
    return this.#results;
  }

  /** What a model file says of a built-in loss; undefined for one that cannot be saved. */
  config(): LossConfig | undefined {
    return undefined;
  }

  dispose(): void {
    this.#results?.losses.dispose();
    this.#results?.gradient.dispose();
  }

  /** @throws ShapeError, RangeError, TypeError for targets that do not fit outputs of that shape, which need not be there yet */
  protected abstract checkTargets(outputs: Pick<Matrix, "rows" | "columns">, targets: Targets): void;

  /**
   * Whether the targets' values are what the loss is defined for: `check` asks for each batch, `fit` for all rows before it
   * begins, with the number of the outputs' columns. Any values are by default.
   *
   * @throws RangeError naming the loss, what it takes, and the first value that is something else
   */
  checkMeaning(_columns: number, _targets: Targets): void {}

  /** The targets in the form that `run` takes: labels as values, for example. The same targets by default. */
  protected convert(_outputs: Matrix, targets: Targets): Targets {
    return targets;
  }

  /** losses[i] ← wᵢ·ℓᵢ; gradient ← scale·∂(Σ losses)/∂outputs. */
  protected abstract run(
    outputs: Matrix,
    targets: Targets,
    weights: Matrix | undefined,
    scale: number,
    losses: Matrix,
    gradient: Matrix,
  ): void;

  /** What a mean divides by: the rows, or the sum of their weights. */
  protected computeDivisor(outputs: Matrix, _targets: Targets, weights: Matrix | undefined): number {
    return weights ? this.engine.kernels.sum(weights.rows, weights.pointer) : outputs.rows;
  }
}
