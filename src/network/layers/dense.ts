import { checkInteger } from "../../checks/check-options.js";
import { ShapeError } from "../../checks/errors.js";
import { type OptionTable, readOptions } from "../../checks/option-table.js";
import type { Engine } from "../../create-engine.js";
import { checkMemory } from "../../engine/allocation.js";
import { MatrixBuffer } from "../../engine/buffers.js";
import { CsrBuffer, densityLimit } from "../../engine/compress.js";
import { CsrMatrix } from "../../engine/csr.js";
import { checkColumns, type Matrix } from "../../engine/matrix.js";
import { type Initializer, type InitializerName, initialWeights, resolveInitializer } from "../initializers.js";
import { type DirectStep, Parameter } from "../parameter.js";
import { Layer, type LayerConfig } from "./layer.js";
import { checkAttach, checkGradOutput, checkInput } from "./operands.js";

/** Options of a dense layer. */
export interface DenseOptions {
  /** This layer's learning rate, instead of the optimizer's; a schedule scales both. */
  readonly learningRate?: number;
  /**
   * First layer only: compress dense inputs and skip their zeros. `auto`, the default, does so for batches with less than 40 %
   * nonzero elements. Up to 1024 inputs the results are the same bit for bit; with more, sums round differently.
   */
  readonly sparse?: boolean | "auto";
  /** Initial weights; default `glorotUniform`, as in Keras. Biases begin at zero. */
  readonly init?: InitializerName | Initializer;
}

/** As many weights as fit into the linear memory. */
const MOST_WEIGHTS = 2 ** 30;
/** Rows that the kernels sum up before they add to a weight: KC_ROWS in assembly/products/blocking.ts. */
const BLOCK_ROWS = 256;

export const DENSE_OPTIONS = {
  learningRate: { kind: "number" },
  sparse: { kind: "other", default: "auto" },
  init: { kind: "other", default: "glorotUniform" },
} as const satisfies OptionTable;

/**
 * The affine map Y = X·W + b. X: [batch, inputs], W: [inputs, outputs], b: [outputs], Y: [batch, outputs].
 * Gradients: ∂W = Xᵀ·G, ∂b = Σᵢ G[i, :], ∂X = G·Wᵀ. Plain gradient descent steps in the same product.
 */
export class Dense extends Layer {
  override readonly takesSparse = true;
  readonly inputs: number;
  readonly outputs: number;
  readonly learningRate: number | undefined;
  readonly #init: Initializer;
  /** Density up to which a batch is compressed. */
  #sparseBelow: number;
  #engine: Engine | undefined;
  #weights!: Parameter;
  #biases!: Parameter;
  #parameters: readonly Parameter[] = [];
  #output!: MatrixBuffer;
  #gradInput!: MatrixBuffer;
  #compressed!: CsrBuffer;
  /** The sparse form of the last `forward`'s input, if it has one. */
  #sparseInput: CsrMatrix | undefined;

  /**
   * @throws RangeError for sizes that are not integers from 1, a learning rate that is negative or not finite, an unknown
   * init; TypeError for unknown options and values of a wrong type
   */
  constructor(inputs: number, outputs: number, options: DenseOptions = {}) {
    const { learningRate, init, sparse } = readOptions("Dense", options, DENSE_OPTIONS, "Dense: ");
    super();
    checkInteger("Dense: inputs", inputs, 1);
    checkInteger("Dense: outputs", outputs, 1);
    this.inputs = inputs;
    this.outputs = outputs;
    this.learningRate = learningRate;
    this.#init = resolveInitializer(init as InitializerName | Initializer);
    this.#sparseBelow = densityLimit(sparse as boolean | "auto");
  }

  override attach(engine: Engine, inputs: number | undefined): number {
    checkAttach(this, this.#engine, engine, inputs);
    if (inputs !== undefined && inputs !== this.inputs) {
      throw new ShapeError(`expected an input of ${this.inputs} columns, got ${inputs} from the layer before`);
    }
    if (this.#sparseBelow === 1 && inputs !== undefined) {
      throw new RangeError("sparse: true: expected a first layer, which sees data, got one behind another");
    }
    if (this.inputs * this.outputs > MOST_WEIGHTS) {
      throw new RangeError(`expected at most ${MOST_WEIGHTS} weights, got ${this.inputs} × ${this.outputs}`);
    }
    // Only a first layer sees data: the density of hidden activations changes as the network learns.
    if (inputs !== undefined) this.#sparseBelow = 0;
    this.#compressed = new CsrBuffer(engine.kernels, engine.memory);
    this.#output = new MatrixBuffer(engine.memory);
    this.#gradInput = new MatrixBuffer(engine.memory);
    // Memory first, so that a lack of it throws before many weights are drawn.
    engine.memory.allOrNothing(() => {
      this.#weights = new Parameter(engine, "weights", [this.inputs, this.outputs], this.learningRate);
      this.#biases = new Parameter(engine, "biases", [this.outputs], this.learningRate);
      this.#weights.set(initialWeights(this.#init, engine.random, this.inputs, this.outputs));
    });
    this.#parameters = [this.#weights, this.#biases];
    this.#engine = engine;
    return this.outputs;
  }

  /** Also takes sparse inputs. */
  override forward(input: Matrix | CsrMatrix): Matrix {
    const { kernels, team } = this.#checkedEngine(input);
    const { rows } = input;
    const output = this.#output.shaped(rows, this.outputs);
    const sparse = this.#sparseForm(input);
    this.#sparseInput = sparse;
    const weights = this.#weights.pointer;
    const biases = this.#biases.pointer;
    if (sparse) {
      const { startsPointer, endsPointer, indicesPointer, valuesPointer } = sparse;
      kernels.sparseForward(
        rows,
        this.inputs,
        this.outputs,
        startsPointer,
        endsPointer,
        indicesPointer,
        valuesPointer,
        weights,
        biases,
        output.pointer,
        team,
      );
    } else {
      const { pointer } = input as Matrix;
      kernels.denseForward(rows, this.inputs, this.outputs, pointer, weights, biases, output.pointer, team);
    }
    return output;
  }

  #sparseForm(input: Matrix | CsrMatrix): CsrMatrix | undefined {
    if (input instanceof CsrMatrix) return input;
    return this.#sparseBelow > 0 ? this.#compressed.compress(input, this.#sparseBelow) : undefined;
  }

  /** gradInput = gradOutput·Wᵀ, with the weights from before a step. */
  override backward(input: Matrix, gradOutput: Matrix, step?: DirectStep): Matrix {
    const { kernels, team } = this.#checkedEngine(input);
    checkGradOutput(this, this.#output.shaped(input.rows, this.outputs), gradOutput);
    const gradInput = this.#gradInput.shaped(input.rows, this.inputs);
    kernels.denseInputGradient(
      input.rows,
      this.inputs,
      this.outputs,
      gradOutput.pointer,
      this.#weights.pointer,
      gradInput.pointer,
      team,
    );
    this.learn(input, gradOutput, step);
    return gradInput;
  }

  override learn(input: Matrix | CsrMatrix, gradOutput: Matrix, step?: DirectStep): void {
    const { kernels } = this.#checkedEngine(input);
    const { rows } = input;
    checkGradOutput(this, this.#output.shaped(rows, this.outputs), gradOutput);
    const sparse = input instanceof CsrMatrix ? input : this.#sparseInput;
    const { target, alpha, accumulates } = this.#weights.destination(step);
    // Adding to the weights rounds to their last place once for each block of rows. A batch of several blocks is summed first:
    // small contributions would get lost one by one.
    const isSummedFirst = rows > BLOCK_ROWS && target === this.#weights.pointer;
    const sum = isSummedFirst ? this.#weights.gradientPointer : target;
    this.#addWeightGradient(
      sparse ?? (input as Matrix),
      gradOutput,
      sum,
      isSummedFirst ? 1 : alpha,
      accumulates && !isSummedFirst,
    );
    if (isSummedFirst) kernels.axpy(this.#weights.length, alpha, sum, target);
    const biases = this.#biases.destination(step);
    kernels.biasGradient(rows, this.outputs, biases.alpha, gradOutput.pointer, biases.accumulates, biases.target);
  }

  /** @throws as `checkInput`, and ShapeError for another number of columns */
  #checkedEngine(input: Matrix | CsrMatrix): Engine {
    const engine = this.#engine;
    if (engine && input instanceof CsrMatrix) checkMemory("Dense: input", engine.memory, input);
    else checkInput(this, engine, input as Matrix);
    checkColumns("Dense: input", this.inputs, input);
    return engine as Engine;
  }

  /** target ← alpha·Xᵀ·G + (accumulate ? target : 0). */
  #addWeightGradient(
    input: Matrix | CsrMatrix,
    gradOutput: Matrix,
    target: number,
    alpha: number,
    accumulate: boolean,
  ) {
    const { kernels, team } = this.#engine as Engine;
    const { rows } = input;
    if (input instanceof CsrMatrix) {
      const { startsPointer, endsPointer, indicesPointer, valuesPointer } = input;
      kernels.sparseWeightGradient(
        rows,
        this.inputs,
        this.outputs,
        alpha,
        startsPointer,
        endsPointer,
        indicesPointer,
        valuesPointer,
        gradOutput.pointer,
        accumulate,
        target,
        team,
      );
      return;
    }
    kernels.denseWeightGradient(
      rows,
      this.inputs,
      this.outputs,
      alpha,
      input.pointer,
      gradOutput.pointer,
      accumulate,
      target,
      team,
    );
  }

  /** `weights` [inputs, outputs] and `biases` [outputs]. */
  override parameters(): readonly Parameter[] {
    return this.#parameters;
  }

  override config(): LayerConfig {
    const { inputs, outputs, learningRate } = this;
    return { type: "dense", inputs, outputs, ...(learningRate !== undefined && { learningRate }) };
  }

  override dispose(): void {
    for (const block of [this.#weights, this.#biases, this.#output, this.#gradInput, this.#compressed])
      block?.dispose();
  }
}
