/** The contract of an optimizer: it moves parameters against their gradients. */

import type { Engine } from "../engine.js";
import { ShapeError } from "../errors.js";
import { PanelMatrix } from "../matrix.js";
import type { Parameter } from "../parameter.js";

/** What all optimizers take; PyTorch's names and meanings. */
export interface OptimizerOptions {
  /** Step length. */
  readonly learningRate?: number;
  /** λ of the L2 penalty λ/2·Σθ²: λ·θ is added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** λ of the L1 penalty λ·Σ|θ|: λ·sign(θ) is added to the gradient. Default 0. */
  readonly l1?: number;
  /** What the two penalties apply to: `all` parameters (the default, as in PyTorch), or `weights`, those of two dimensions. */
  readonly decay?: "all" | "weights";
  /** Every element of the gradient is limited to ± this, before any penalty. */
  readonly clipValue?: number;
  /** The gradient of all parameters together is scaled down to this Euclidean norm if it is longer, before `clipValue`. */
  readonly clipNorm?: number;
}

/** All that an optimizer's later steps depend on, beside its options. */
export interface OptimizerState {
  readonly learningRate: number;
  /** Steps taken. */
  readonly steps: number;
  /** slots[name][i]: an array in the i-th parameter's shape, row by row. */
  readonly slots: Readonly<Record<string, readonly Float32Array[]>>;
}

/** What a kernel is given for a parameter: g = clamp(scale·∂θ, ±limit) + l2·θ + l1·sign(θ). */
export interface StepGradient {
  readonly scale: number;
  readonly limit: number;
  readonly l2: number;
  readonly l1: number;
  /** Step length. */
  readonly rate: number;
}

/** One optimizer serves one network, which attaches it. */
export abstract class Optimizer {
  /** The step length; may be changed between steps, as schedules do. */
  learningRate: number;
  readonly initialLearningRate: number;
  readonly weightDecay: number;
  readonly l1: number;
  readonly decay: "all" | "weights";
  readonly clipValue: number;
  readonly clipNorm: number;
  /** Steps taken. */
  protected steps = 0;
  protected engine!: Engine;
  protected parameters: readonly Parameter[] = [];
  readonly #slots: Record<string, PanelMatrix[]> = {};
  readonly #gradient = { scale: 1, limit: Number.POSITIVE_INFINITY, l2: 0, l1: 0, rate: 0 };

  /** @throws RangeError for options out of range, TypeError for unknown ones */
  constructor(options: OptimizerOptions & { readonly learningRate: number }, known: readonly string[] = []) {
    const { learningRate, weightDecay = 0, l1 = 0, decay = "all" } = options;
    const { clipValue = Number.POSITIVE_INFINITY, clipNorm = Number.POSITIVE_INFINITY } = options;
    const all = ["learningRate", "weightDecay", "l1", "decay", "clipValue", "clipNorm", ...known];
    const unknown = Object.keys(options).find((name) => !all.includes(name));
    if (unknown !== undefined) throw new TypeError(`option ${unknown}: expected one of ${all.join(", ")}`);
    for (const [name, value] of Object.entries({ learningRate, weightDecay, l1 })) checkNumber(name, value, 0);
    for (const [name, value] of Object.entries({ clipValue, clipNorm })) {
      if (!(value > 0)) throw new RangeError(`${name}: expected a number above 0, got ${value}`);
    }
    if (decay !== "all" && decay !== "weights") {
      throw new RangeError(`decay: expected "all" or "weights", got ${String(decay)}`);
    }
    this.learningRate = learningRate;
    this.initialLearningRate = learningRate;
    this.weightDecay = weightDecay;
    this.l1 = l1;
    this.decay = decay;
    this.clipValue = clipValue;
    this.clipNorm = clipNorm;
  }

  /** Called by the network: the place to allocate. @throws Error when called twice */
  attach(engine: Engine, parameters: readonly Parameter[]): void {
    if (this.engine) throw new Error("this optimizer already belongs to a network");
    this.engine = engine;
    this.parameters = parameters;
  }

  /** Whether the step is plain gradient descent, which a backward pass can take by itself; see `Parameter.destination`. */
  get direct(): boolean {
    return false;
  }

  /**
   * Moves every parameter that has a gradient against it; the gradients are zero from there on.
   *
   * @param scale what the gradients are multiplied by first: 1 / batches, when those of several batches were added up
   */
  step(scale = 1): void {
    ++this.steps;
    const gradient = this.#gradient;
    gradient.scale = scale * this.#normFactor(scale);
    gradient.limit = this.clipValue;
    for (let index = 0; index < this.parameters.length; ++index) {
      const parameter = this.parameters[index] as Parameter;
      if (!parameter.hasGradient) continue;
      const decays = this.decay === "all" || parameter.shape.length > 1;
      gradient.l2 = decays ? this.weightDecay : 0;
      gradient.l1 = decays ? this.l1 : 0;
      gradient.rate = this.learningRateOf(parameter);
      this.move(parameter, index, gradient);
      parameter.zeroGrad();
    }
  }

  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
  }

  /** The step length for a parameter: a layer's own one follows the schedule, too. */
  learningRateOf(parameter: Parameter): number {
    if (parameter.learningRate === undefined) return this.learningRate;
    const factor = this.initialLearningRate > 0 ? this.learningRate / this.initialLearningRate : 1;
    return parameter.learningRate * factor;
  }

  /** Copies of all that later steps depend on. */
  stateDict(): OptimizerState {
    const slots = Object.fromEntries(
      Object.entries(this.#slots).map(([name, arrays]) => [name, arrays.map((array) => array.toArray())]),
    );
    return { learningRate: this.learningRate, steps: this.steps, slots };
  }

  /** @throws ShapeError, RangeError when the state does not fit; nothing has changed then */
  loadStateDict({ learningRate, steps, slots }: OptimizerState): void {
    checkNumber("learningRate", learningRate, 0);
    if (!Number.isSafeInteger(steps) || steps < 0) {
      throw new RangeError(`steps: expected an integer of at least 0, got ${steps}`);
    }
    const describe = (all: Readonly<Record<string, readonly { readonly length: number }[]>>) =>
      JSON.stringify(
        Object.entries(all)
          .map(([name, arrays]) => [name, arrays.map(({ length }) => length)])
          .sort(),
      );
    const expected = Object.entries(this.#slots).map(([name, arrays]) => [
      name,
      arrays.map(({ rows, columns }) => ({ length: rows * columns })),
    ]);
    if (describe(Object.fromEntries(expected)) !== describe(slots)) {
      const names = Object.keys(this.#slots).join(", ") || "none";
      throw new ShapeError(`optimizer state: expected the slots ${names} in the parameters' shapes, got others`);
    }
    this.learningRate = learningRate;
    this.steps = steps;
    for (const [name, arrays] of Object.entries(this.#slots)) {
      arrays.forEach((array, index) => {
        array.set(slots[name]?.[index] as Float32Array);
      });
    }
  }

  dispose(): void {
    for (const arrays of Object.values(this.#slots)) for (const array of arrays) array.dispose();
  }

  /** Moves one parameter by its kernel; `index` is its place among all. */
  protected abstract move(parameter: Parameter, index: number, gradient: StepGradient): void;

  /** Allocates an array of zeros for each parameter, in its layout. To be called from `attach`. */
  protected addSlot(name: string): void {
    this.#slots[name] = this.parameters.map(({ shape }) => {
      const [rows, columns] = shape.length === 2 ? shape : [1, shape[0]];
      return new PanelMatrix(this.engine.memory, rows as number, columns as number);
    });
  }

  /** Byte address of a parameter's slot; 0 if there is no slot of that name. */
  protected slot(name: string, index: number): number {
    return this.#slots[name]?.[index]?.pointer ?? 0;
  }

  /** Sets every element of a slot. */
  protected fillSlot(name: string, value: number): void {
    for (const array of this.#slots[name] ?? []) array.set(new Float32Array(array.rows * array.columns).fill(value));
  }

  #normFactor(scale: number): number {
    if (this.clipNorm === Number.POSITIVE_INFINITY) return 1;
    const { kernels, team } = this.engine;
    let squares = 0;
    for (const parameter of this.parameters) {
      if (parameter.hasGradient) squares += kernels.sumOfSquares(parameter.length, parameter.gradientPointer, team);
    }
    // As PyTorch's clip_grad_norm_ has it, 1e-6 included.
    return Math.min(1, this.clipNorm / (Math.sqrt(squares) * Math.abs(scale) + 1e-6));
  }
}

/** @throws RangeError unless `value` is a finite number from `least` on, and below `below` */
export function checkNumber(name: string, value: number, least: number, below = Number.POSITIVE_INFINITY): void {
  if (typeof value === "number" && value >= least && value < below) return;
  const range =
    below < Number.POSITIVE_INFINITY
      ? `a number from ${least} to below ${below}`
      : `a finite number of at least ${least}`;
  throw new RangeError(`${name}: expected ${range}, got ${String(value)}`);
}
