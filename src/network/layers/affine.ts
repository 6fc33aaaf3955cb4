import { checkInteger } from "../../checks/check-options.js";
import { ShapeError } from "../../checks/errors.js";
import type { Engine } from "../../create-engine.js";
import { Allocation } from "../../engine/allocation.js";
import { type DirectStep, Parameter } from "../parameter.js";

/** The learnable gamma and beta [features] of both normalizations, and room for their gradients. */
export class Affine {
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly #engine: Engine;
  readonly #features: number;
  readonly #gradients: Allocation;

  /** Initially gamma is 1 and beta is 0. */
  constructor(engine: Engine, features: number) {
    this.#engine = engine;
    this.#features = features;
    this.gamma = new Parameter(engine, "gamma", [features]);
    this.beta = new Parameter(engine, "beta", [features]);
    this.gamma.set(new Float32Array(features).fill(1));
    this.#gradients = new Allocation(engine.memory, 2 * features * 4, "a normalization's gradients");
  }

  /** Addresses where the backward kernel writes the gradients of gamma and beta. */
  get gradGammaPointer(): number {
    return this.#gradients.pointer;
  }

  get gradBetaPointer(): number {
    return this.#gradients.pointer + this.#features * 4;
  }

  /** Adds both gradients to the parameters. @param step of the backward pass */
  learn(step: DirectStep | undefined): void {
    const { kernels } = this.#engine;
    const gamma = this.gamma.destination(step);
    kernels.biasGradient(1, this.#features, gamma.alpha, this.gradGammaPointer, gamma.accumulates, gamma.target);
    const beta = this.beta.destination(step);
    kernels.biasGradient(1, this.#features, beta.alpha, this.gradBetaPointer, beta.accumulates, beta.target);
  }

  dispose(): void {
    this.gamma.dispose();
    this.beta.dispose();
    this.#gradients.dispose();
  }
}

/** @throws TypeError, RangeError for anything but a number of columns; ShapeError if the previous layer has another number of columns */
export function checkFeatures(features: number, inputs: number | undefined): void {
  if (inputs === undefined || inputs === features) return;
  checkInteger("inputs", inputs, 1);
  throw new ShapeError(`expected an input of ${features} columns, got ${inputs} from the layer before`);
}
