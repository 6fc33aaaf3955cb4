/** Parameter: a learnable array and its gradient. */

import { checkNumberList } from "../checks/check-list.js";
import { checkNumber, checkText, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { checkEngine } from "../engine/check-engine.js";
import { PanelMatrix } from "../engine/panel-matrix.js";
import type { LinearMemory } from "../wasm/memory.js";

const { isFinite: isFiniteNumber } = Number;

/** A named array of a layer, learnable or not. Model files keep it. */
export interface State {
  /** `weights`, `biases`, … */
  readonly name: string;
  readonly shape: readonly number[];
  /** A copy of the values, row by row. */
  toArray(): Float32Array;
  /** Sets the values. @throws ShapeError for a wrong length */
  set(values: ArrayLike<number>): void;
}

/** Plain gradient descent in the backward pass itself, w ← w − η·∂w: an optimizer with `direct` true. */
export interface DirectStep {
  /** A parameter's η, finite. */
  learningRateOf(parameter: Parameter): number;
}

/** Where a backward pass puts a parameter's gradient: target ← alpha·gradient + (accumulates ? target : 0). */
export interface GradientDestination {
  /** Byte address of panels, the layout of the values. */
  readonly target: number;
  readonly alpha: number;
  readonly accumulates: boolean;
}

/**
 * A learnable array [rows, columns] or [columns], in panels of eight columns whose padding is zero and stays zero (see
 * `PanelMatrix`; an array of one dimension is one row). The gradient has the same layout in a second buffer,
 * allocated on first use: plain gradient descent needs none.
 */
export class Parameter implements State {
  readonly name: string;
  readonly shape: readonly number[];
  /** The layer's learning rate, instead of the optimizer's. */
  readonly learningRate: number | undefined;
  readonly #engine: Engine;
  readonly #values: PanelMatrix;
  #gradient: PanelMatrix | undefined;
  #gradientIsZero = true;
  readonly #destination = { target: 0, alpha: 1, accumulates: false };

  /** All zeros at first. @throws TypeError, ShapeError, RangeError for anything but an engine, a name and one or two sizes */
  constructor(
    engine: Engine,
    name: string,
    shape: readonly [number] | readonly [number, number],
    learningRate?: number,
  ) {
    checkEngine("Parameter", engine);
    checkText("Parameter: name", name);
    checkShape(shape);
    if (learningRate !== undefined) checkNumber("Parameter: learningRate", learningRate);
    this.name = name;
    this.shape = shape;
    this.learningRate = learningRate;
    this.#engine = engine;
    this.#values = this.#allocate();
  }

  /** The memory it lies in. */
  get memory(): LinearMemory {
    return this.#engine.memory;
  }

  /** Floats in memory, padding included: the length for an optimizer's kernel. */
  get length(): number {
    return this.#values.length;
  }

  /** Byte address of the values. @throws DisposedError */
  get pointer(): number {
    return this.#values.pointer;
  }

  /** Byte address of the gradient's buffer; its contents are valid only while `hasGradient`. */
  get gradientPointer(): number {
    this.#gradient ??= this.#allocate();
    return this.#gradient.pointer;
  }

  /** Whether a backward pass has written a gradient since `zeroGrad`. */
  get hasGradient(): boolean {
    return !this.#gradientIsZero;
  }

  /**
   * Where a backward pass writes the gradient. Call it once a pass: afterwards the gradient counts as written. Reuses the object
   * it returns.
   *
   * @param step the backward pass's argument: if given, the target is the values themselves, so read the old ones before
   * @throws TypeError for anything but a step, RangeError for a learning rate that is not finite
   */
  destination(step?: DirectStep): GradientDestination {
    const destination = this.#destination;
    if (step !== undefined) {
      destination.target = this.#values.pointer;
      destination.alpha = -this.#rateOf(step);
      destination.accumulates = true;
      return destination;
    }
    destination.target = this.gradientPointer;
    destination.alpha = 1;
    destination.accumulates = !this.#gradientIsZero;
    this.#gradientIsZero = false;
    return destination;
  }

  /**
   * Adds a gradient, given row by row: for layers written in TypeScript.
   *
   * @param step the backward pass's argument: if given, the values move at once
   * @throws TypeError; ShapeError for a wrong length; as `destination`
   */
  addGradient(values: ArrayLike<number>, step?: DirectStep): void {
    this.#values.check("gradient", values);
    if (step !== undefined) {
      const rate = this.#rateOf(step);
      this.set(this.toArray().map((value, i) => value - rate * (values[i] as number)));
      return;
    }
    const gradient = this.gradient();
    this.gradientPointer;
    (this.#gradient as PanelMatrix).set(gradient.map((value, i) => value + (values[i] as number)));
    this.#gradientIsZero = false;
  }

  /** A copy of the gradient, row by row; zeros after `zeroGrad`. */
  gradient(): Float32Array {
    if (this.#gradientIsZero || !this.#gradient) return new Float32Array(this.#values.rows * this.#values.columns);
    return this.#gradient.toArray();
  }

  /** Sets the gradient, given row by row, bit for bit: restores a saved one. @throws TypeError, ShapeError */
  setGradient(values: ArrayLike<number>): void {
    this.#values.check("gradient", values);
    this.#gradient ??= this.#allocate();
    this.#gradient.set(values);
    this.#gradientIsZero = false;
  }

  /** Clears the gradient: the next backward pass overwrites the buffer. */
  zeroGrad(): void {
    this.#gradientIsZero = true;
  }

  toArray(): Float32Array {
    return this.#values.toArray();
  }

  set(values: ArrayLike<number>): void {
    this.#values.set(values);
  }

  dispose(): void {
    this.#values.dispose();
    this.#gradient?.dispose();
  }

  #rateOf(step: DirectStep): number {
    if (typeof (step as Partial<DirectStep> | null)?.learningRateOf !== "function")
      throw wrongType("step", "an Optimizer", step);
    const rate = step.learningRateOf(this);
    if (!isFiniteNumber(rate)) checkNumber("learningRate", rate);
    return rate;
  }

  #allocate(): PanelMatrix {
    const [rows, columns] = this.shape.length === 2 ? this.shape : [1, this.shape[0]];
    return new PanelMatrix(this.#engine.memory, rows as number, columns as number);
  }
}

function checkShape(shape: readonly number[]): void {
  if (!Array.isArray(shape)) throw wrongType("Parameter: shape", "a list of one or two sizes", shape);
  checkNumberList("Parameter: shape", shape);
  if (shape.length === 1 || shape.length === 2) return;
  throw new ShapeError(`Parameter: shape: expected one or two sizes, got ${shape.length}`);
}
