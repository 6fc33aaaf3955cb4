/** The contract of an optimizer: it moves parameters against their gradients. */

import { checkNumber, wrongType } from "../../checks/check-options.js";
import type { Engine } from "../../create-engine.js";
import { checkMemory } from "../../engine/allocation.js";
import { checkEngine } from "../../engine/check-engine.js";
import { type DirectStep, Parameter } from "../parameter.js";

/** Everything that an optimizer's later steps depend on, besides its options. */
export interface OptimizerState {
  readonly learningRate: number;
  /** Steps taken. */
  readonly steps: number;
  /** slots[name][i]: an array in the i-th parameter's shape, row by row. */
  readonly slots: Readonly<Record<string, readonly Float32Array[]>>;
}

/** A built-in optimizer in a file: type and options, plain JSON. */
export interface OptimizerConfig {
  readonly type: string;
  readonly [option: string]: string | number | boolean | readonly number[];
}

/** An optimizer belongs to one network, which attaches it. */
export abstract class Optimizer implements DirectStep {
  #learningRate!: number;
  readonly initialLearningRate: number;
  protected engine!: Engine;
  protected parameters: readonly Parameter[] = [];

  /** @throws TypeError, RangeError for a learning rate that is not a number, negative or not finite */
  constructor(learningRate: number) {
    this.learningRate = learningRate;
    this.initialLearningRate = learningRate;
  }

  /** η. You may change it between steps, as schedules do. */
  get learningRate(): number {
    return this.#learningRate;
  }

  /** @throws TypeError, RangeError for anything that is not a number, negative or not finite */
  set learningRate(value: number) {
    checkNumber("learningRate", value);
    this.#learningRate = value;
  }

  /** Called by the network: the place to allocate. @throws TypeError, RangeError for parameters of another engine; Error when called twice */
  attach(engine: Engine, parameters: readonly Parameter[]): void {
    this.checkAttach(engine, parameters);
    this.engine = engine;
    this.parameters = parameters;
  }

  /** The checks of `attach`, for subclasses that allocate before they call it. */
  protected checkAttach(engine: Engine, parameters: readonly Parameter[]): void {
    if (this.engine) throw new Error("this optimizer already belongs to a network");
    checkEngine(this.constructor.name, engine);
    if (!Array.isArray(parameters)) throw wrongType("parameters", "a list of Parameters", parameters);
    for (let i = 0; i < parameters.length; ++i) {
      checkParameter(`parameters[${i}]`, parameters[i]);
      checkMemory(`parameters[${i}]`, engine.memory, parameters[i] as Parameter);
    }
  }

  /** Whether the step is plain gradient descent, which a backward pass can take: see `DirectStep`. */
  get direct(): boolean {
    return false;
  }

  /**
   * Moves every parameter against its gradient and clears the gradients. Skips parameters without a gradient, which no backward
   * pass has reached.
   *
   * @param gradientScale multiplies the gradients first: 1/n for the mean of n accumulated batches
   */
  abstract step(gradientScale?: number): void;

  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.zeroGrad();
  }

  /** A parameter's η: the schedule also scales a layer's own learning rate. */
  learningRateOf(parameter: Parameter): number {
    checkParameter("parameter", parameter);
    if (parameter.learningRate === undefined) return this.learningRate;
    const factor = this.initialLearningRate > 0 ? this.learningRate / this.initialLearningRate : 1;
    return parameter.learningRate * factor;
  }

  abstract stateDict(): OptimizerState;

  /** @throws ShapeError, RangeError, TypeError if the state does not fit; then nothing has changed */
  abstract loadStateDict(state: OptimizerState): void;

  /** Type and options of a built-in optimizer; undefined for one that files cannot keep. */
  config(): OptimizerConfig | undefined {
    return undefined;
  }

  dispose(): void {}
}

function checkParameter(what: string, parameter: unknown): void {
  if (!(parameter instanceof Parameter)) throw wrongType(what, "a Parameter", parameter);
}
