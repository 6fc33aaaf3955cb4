import { checkInteger } from "../../checks/check-options.js";
import { type OptionTable, readOptions } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import { Allocation } from "../../engine/allocation.js";
import { MatrixBuffer } from "../../engine/buffers.js";
import { checkColumns, type Matrix } from "../../engine/matrix.js";
import type { DirectStep, Parameter } from "../parameter.js";
import { Affine, checkFeatures } from "./affine.js";
import { Layer, type LayerConfig } from "./layer.js";
import { checkAttach, checkGradOutput, checkInput } from "./operands.js";

/** Options of a layer normalization. */
export interface LayerNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
}

export const LAYER_NORM_OPTIONS = {
  epsilon: { kind: "number", positive: true, default: 1e-5 },
} as const satisfies OptionTable;

/**
 * Y = gamma·(X − mean) / √(variance + epsilon) + beta with the mean and variance (divided by the columns) of each row.
 * Ba, Kiros and Hinton 2016; the same as PyTorch's LayerNorm.
 */
export class LayerNorm extends Layer {
  readonly features: number;
  readonly epsilon: number;
  #engine: Engine | undefined;
  #affine!: Affine;
  #output!: MatrixBuffer;
  #gradInput!: MatrixBuffer;
  /** The mean and 1 / √(variance + epsilon) of each row in the last forward pass [batch, 1]. */
  #mean!: MatrixBuffer;
  #inverse!: MatrixBuffer;
  /** Where the backward kernel sums the gradients of gamma and beta in double precision. */
  #sums!: Allocation;

  /** @throws TypeError, RangeError for sizes and options of a wrong type or value */
  constructor(features: number, options: LayerNormOptions = {}) {
    super();
    checkInteger("LayerNorm: features", features, 1);
    const { epsilon } = readOptions("LayerNorm", options, LAYER_NORM_OPTIONS, "LayerNorm: ");
    this.features = features;
    this.epsilon = epsilon;
  }

  override attach(engine: Engine, inputs: number | undefined): number {
    checkAttach(this, this.#engine, engine, inputs);
    checkFeatures(this.features, inputs);
    const { memory } = engine;
    memory.allOrNothing(() => {
      this.#affine = new Affine(engine, this.features);
      this.#sums = new Allocation(memory, 2 * this.features * 8, "a layer normalization's sums");
    });
    this.#output = new MatrixBuffer(memory);
    this.#gradInput = new MatrixBuffer(memory);
    this.#mean = new MatrixBuffer(memory);
    this.#inverse = new MatrixBuffer(memory);
    this.#engine = engine;
    return this.features;
  }

  override forward(input: Matrix): Matrix {
    checkInput(this, this.#engine, input);
    checkColumns("LayerNorm: input", this.features, input);
    const { gamma, beta } = this.#affine;
    const output = this.#output.shaped(input.rows, this.features);
    (this.#engine as Engine).kernels.layerNormForward(
      input.rows,
      this.features,
      this.epsilon,
      input.pointer,
      gamma.pointer,
      beta.pointer,
      this.#mean.shaped(input.rows, 1).pointer,
      this.#inverse.shaped(input.rows, 1).pointer,
      output.pointer,
    );
    return output;
  }

  override backward(input: Matrix, gradOutput: Matrix, step?: DirectStep): Matrix {
    checkInput(this, this.#engine, input);
    checkColumns("LayerNorm: input", this.features, input);
    checkGradOutput(this, input, gradOutput);
    const affine = this.#affine;
    const gradInput = this.#gradInput.shaped(input.rows, this.features);
    (this.#engine as Engine).kernels.layerNormBackward(
      input.rows,
      this.features,
      input.pointer,
      this.#mean.shaped(input.rows, 1).pointer,
      this.#inverse.shaped(input.rows, 1).pointer,
      affine.gamma.pointer,
      gradOutput.pointer,
      this.#sums.pointer,
      affine.gradGammaPointer,
      affine.gradBetaPointer,
      gradInput.pointer,
    );
    affine.learn(step);
    return gradInput;
  }

  /** `gamma` and `beta` [features]. */
  override parameters(): readonly Parameter[] {
    return [this.#affine.gamma, this.#affine.beta];
  }

  override config(): LayerConfig {
    const { features, epsilon } = this;
    return { type: "layerNorm", features, epsilon };
  }

  override dispose(): void {
    for (const block of [this.#affine, this.#output, this.#gradInput, this.#mean, this.#inverse, this.#sums])
      block?.dispose();
  }
}
