import { checkInteger } from "../../checks/check-options.js";
import { ShapeError } from "../../checks/errors.js";
import { type OptionTable, readOptions } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import { Allocation } from "../../engine/allocation.js";
import { MatrixBuffer } from "../../engine/buffers.js";
import { checkColumns, type Matrix } from "../../engine/matrix.js";
import type { DirectStep, Parameter, State } from "../parameter.js";
import { Affine, checkFeatures } from "./affine.js";
import { Layer, type LayerConfig } from "./layer.js";
import { checkAttach, checkGradOutput, checkInput } from "./operands.js";
import { RunningArray } from "./running-array.js";

/** Options of a batch normalization. */
export interface BatchNormOptions {
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
  /** The share of a batch's statistics in the running statistics; default 0.1. Keras's momentum is 1 minus this. */
  readonly momentum?: number;
}

export const BATCH_NORM_OPTIONS = {
  epsilon: { kind: "number", positive: true, default: 1e-5 },
  momentum: { kind: "number", default: 0.1, most: 1 },
} as const satisfies OptionTable;

/**
 * Y = gamma·(X − mean) / √(variance + epsilon) + beta, column by column. In training, mean and variance are those of the batch
 * (the variance divided by the rows). Otherwise they are the running statistics, which each training pass moves towards the
 * batch's by `momentum` (the variance divided by the rows − 1). Ioffe and Szegedy 2015; the same as PyTorch's BatchNorm1d.
 */
export class BatchNorm extends Layer {
  readonly features: number;
  readonly epsilon: number;
  readonly momentum: number;
  #engine: Engine | undefined;
  #affine!: Affine;
  #runningMean!: RunningArray;
  #runningVariance!: RunningArray;
  #output!: MatrixBuffer;
  #gradInput!: MatrixBuffer;
  /** The batch's means and 1 / √(variance + epsilon) in the last forward pass. */
  #batchMean!: Allocation;
  #inverse!: Allocation;
  /** Whether the last forward pass used the batch's statistics. */
  #ofBatch = false;

  /** @throws TypeError, RangeError for sizes and options of a wrong type or value */
  constructor(features: number, options: BatchNormOptions = {}) {
    super();
    checkInteger("BatchNorm: features", features, 1);
    const { epsilon, momentum } = readOptions("BatchNorm", options, BATCH_NORM_OPTIONS, "BatchNorm: ");
    this.features = features;
    this.epsilon = epsilon;
    this.momentum = momentum;
  }

  override attach(engine: Engine, inputs: number | undefined): number {
    checkAttach(this, this.#engine, engine, inputs);
    checkFeatures(this.features, inputs);
    const { features } = this;
    const { memory } = engine;
    memory.allOrNothing(() => {
      this.#affine = new Affine(engine, features);
      this.#runningMean = new RunningArray(memory, "runningMean", features, 0);
      this.#runningVariance = new RunningArray(memory, "runningVariance", features, 1);
      this.#batchMean = new Allocation(memory, features * 4, "batch means");
      this.#inverse = new Allocation(memory, features * 4, "inverse deviations");
    });
    this.#output = new MatrixBuffer(memory);
    this.#gradInput = new MatrixBuffer(memory);
    this.#engine = engine;
    return features;
  }

  /** @throws ShapeError in training for a batch of one row, whose variance is undefined */
  override forward(input: Matrix): Matrix {
    checkInput(this, this.#engine, input);
    checkColumns("BatchNorm: input", this.features, input);
    const { kernels } = this.#engine as Engine;
    const { rows } = input;
    if (this.training && rows === 1) {
      throw new ShapeError("BatchNorm: input: expected at least 2 rows in training, got 1");
    }
    this.#ofBatch = this.training && rows > 0;
    const output = this.#output.shaped(rows, this.features);
    const mean = this.#mean;
    const inverse = this.#inverse.pointer;
    const runningMean = this.#runningMean.pointer;
    const runningVariance = this.#runningVariance.pointer;
    const { features, epsilon, momentum } = this;
    if (this.#ofBatch) {
      const statistics = kernels.batchNormStatistics;
      statistics(rows, features, epsilon, momentum, input.pointer, mean, inverse, runningMean, runningVariance);
    } else {
      kernels.batchNormInverse(features, epsilon, runningVariance, inverse);
    }
    const { gamma, beta } = this.#affine;
    kernels.batchNormForward(rows, features, input.pointer, mean, inverse, gamma.pointer, beta.pointer, output.pointer);
    return output;
  }

  /** In training, differentiates through the batch's mean and variance; otherwise they are constants. */
  override backward(input: Matrix, gradOutput: Matrix, step?: DirectStep): Matrix {
    checkInput(this, this.#engine, input);
    checkColumns("BatchNorm: input", this.features, input);
    checkGradOutput(this, input, gradOutput);
    const affine = this.#affine;
    const gradInput = this.#gradInput.shaped(input.rows, this.features);
    (this.#engine as Engine).kernels.batchNormBackward(
      input.rows,
      this.features,
      this.#ofBatch,
      input.pointer,
      this.#mean,
      this.#inverse.pointer,
      affine.gamma.pointer,
      gradOutput.pointer,
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

  /** `runningMean` and `runningVariance` [features]. */
  override buffers(): readonly State[] {
    return [this.#runningMean, this.#runningVariance];
  }

  override config(): LayerConfig {
    const { features, epsilon, momentum } = this;
    return { type: "batchNorm", features, epsilon, momentum };
  }

  override dispose(): void {
    for (const block of [this.#affine, this.#runningMean, this.#runningVariance]) block?.dispose();
    for (const block of [this.#batchMean, this.#inverse, this.#output, this.#gradInput]) block?.dispose();
  }

  /** The means of the last forward pass. */
  get #mean(): number {
    return this.#ofBatch ? this.#batchMean.pointer : this.#runningMean.pointer;
  }
}
