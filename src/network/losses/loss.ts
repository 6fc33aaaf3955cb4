/** The contract of a loss: the methods that the network calls and that a custom loss overrides. */

import { checkChoice } from "../../checks/check-options.js";
import { checkWeightValues } from "../../checks/check-weights.js";
import { ShapeError } from "../../checks/errors.js";
import type { Engine } from "../../create-engine.js";
import { MatrixBuffer } from "../../engine/buffers.js";
import { checkEngine } from "../../engine/check-engine.js";
import { MOST_FLOAT } from "../../engine/check-shape.js";
import { checkMatrix, type Matrix } from "../../engine/matrix.js";
import { checkIsTargets, type Targets } from "./targets.js";

/** `mean` divides the sum by the number of terms, or by the sum of the sample weights; `sum` does not divide. */
export type Reduction = "mean" | "sum";

export const REDUCTIONS = ["mean", "sum"] as const satisfies readonly Reduction[];

/** A built-in loss in a model file: type and options. */
export interface LossConfig {
  readonly type: string;
  readonly [option: string]: string | number | boolean | readonly number[];
}

/**
 * L = Σᵢ wᵢ·ℓ(outputs[i, :], targets[i]) / d: ℓ is a row's loss, w the sample weights (1 if there are none), and d the
 * `divisor` for the reduction `mean`, 1 for `sum`. The gradient comes from the same pass as the losses.
 */
export abstract class Loss {
  /** The function that turns the network's outputs into predictions. */
  abstract readonly activation: "softmax" | "sigmoid" | "identity";
  readonly reduction: Reduction;
  /** Σᵢ wᵢ·ℓᵢ of the last `compute`, and the divisor of its mean. */
  total = 0;
  divisor = 1;
  /** The converted targets of the last `compute`, valid until the next call. */
  targets!: Targets;
  protected engine!: Engine;
  /** The shape of the outputs to check: the same object in every step. */
  readonly #shape = { rows: 0, columns: 0 };
  #results: { readonly losses: MatrixBuffer; readonly gradient: MatrixBuffer } | undefined;

  /** @throws TypeError, RangeError for an unknown reduction */
  constructor(reduction: Reduction = "mean") {
    checkChoice("reduction", reduction, REDUCTIONS);
    this.reduction = reduction;
  }

  /** The network calls this before any other method; so must you if you use the loss alone. @throws TypeError; Error when called twice */
  attach(engine: Engine): void {
    if (this.#results) throw new Error("this loss already belongs to a network");
    checkEngine(this.constructor.name, engine);
    this.engine = engine;
    this.#results = { losses: new MatrixBuffer(engine.memory), gradient: new MatrixBuffer(engine.memory) };
  }

  /**
   * The reduced loss of a batch; also computes `gradient`. The mean of an empty batch is NaN; 0 if all sample weights are 0.
   *
   * @param outputs [batch, outputs]
   * @param weights sample weights [batch, 1]
   * @throws ShapeError if the shapes differ; RangeError, TypeError for targets that this loss does not accept; TypeError for
   * anything but matrices; RangeError for those of another engine and for sample weights that are not finite or below 0
   */
  compute(outputs: Matrix, targets: Targets, weights?: Matrix): number {
    const results = this.#attached();
    checkMatrix("outputs", this.engine.memory, outputs);
    this.check(outputs.rows, outputs.columns, targets, weights);
    this.targets = this.convert(outputs, targets);
    const losses = results.losses.shaped(outputs.rows, 1);
    const gradient = results.gradient.shaped(outputs.rows, outputs.columns);
    this.divisor = this.computeDivisor(outputs, this.targets, weights);
    // If all sample weights are 0, so are the loss and its gradient.
    const nothing = this.divisor === 0 && outputs.rows > 0;
    const scale = this.reduction === "mean" ? (nothing ? 0 : 1 / this.divisor) : 1;
    this.run(outputs, this.targets, weights, scale, losses, gradient);
    this.total = this.engine.kernels.sum(losses.rows, losses.pointer);
    return this.reduction === "mean" && !nothing ? this.total / this.divisor : this.total;
  }

  /** The checks of `compute` for outputs [rows, columns]; the network runs them before a pass. @throws as `compute` */
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
    // A weight below 0 would maximize the loss. Costs a few cycles a row.
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

  /** A built-in loss's entry in a model file; undefined for one that files cannot keep. */
  config(): LossConfig | undefined {
    return undefined;
  }

  dispose(): void {
    this.#results?.losses.dispose();
    this.#results?.gradient.dispose();
  }

  /** @throws ShapeError, RangeError, TypeError for targets that do not fit outputs of this shape */
  protected abstract checkTargets(outputs: Pick<Matrix, "rows" | "columns">, targets: Targets): void;

  /**
   * Checks that the loss is defined for the targets' values. `check` calls it for each batch, `fit` for all rows before it
   * begins, with the number of outputs. Accepts any value by default.
   *
   * @throws RangeError that names the loss, the values it accepts, and the first other value
   */
  checkMeaning(_columns: number, _targets: Targets): void {}

  /** Converts the targets for `run`, for example labels to numbers. Returns them unchanged by default. */
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

  /** The divisor of a mean: the number of rows, or the sum of their sample weights. */
  protected computeDivisor(outputs: Matrix, _targets: Targets, weights: Matrix | undefined): number {
    return weights ? this.engine.kernels.sum(weights.rows, weights.pointer) : outputs.rows;
  }
}
