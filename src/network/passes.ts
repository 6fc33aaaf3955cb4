/** Forward and backward passes through a network's layers. */

import { checkBoolean } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { MatrixBuffer } from "../engine/buffers.js";
import { CsrMatrix } from "../engine/csr.js";
import { checkMatrix, checkSameShape, type Matrix } from "../engine/matrix.js";
import { located } from "./attach-parts.js";
import type { Layer } from "./layers/layer.js";
import type { DirectStep } from "./parameter.js";

/** Runs one pass at a time. Creates no object in a pass. */
export class Passes {
  readonly #engine: Engine;
  readonly #layers: readonly Layer[];
  /** Columns of the result, undefined if no layer says. */
  readonly #outputs: number | undefined;
  /** The activations of all layers from the last `forward`; the list is reused. */
  readonly activations: Matrix[] = [];
  /** Room for a sparse batch in front of a layer that takes none. */
  readonly #expanded: MatrixBuffer;
  #training = false;
  /** Whether a pass is under way: layers hold what it needs until it ends. */
  #isRunning = false;

  constructor(engine: Engine, layers: readonly Layer[], outputs: number | undefined) {
    this.#engine = engine;
    this.#layers = layers;
    this.#outputs = outputs;
    this.#expanded = new MatrixBuffer(engine.memory);
  }

  /** Whether the layers are in training mode. */
  get training(): boolean {
    return this.#training;
  }

  set training(training: boolean) {
    if (training === this.#training) return;
    checkBoolean("network: training", training);
    this.#training = training;
    for (const layer of this.#layers) layer.training = training;
  }

  /** Begins a pass; call `end` afterwards. @throws Error within another pass */
  begin(): void {
    this.checkIdle();
    this.#isRunning = true;
  }

  end(): void {
    this.#isRunning = false;
  }

  /** @throws Error within a pass */
  checkIdle(): void {
    if (!this.#isRunning) return;
    throw new Error("the network is in the middle of a pass: layers and losses must not use it");
  }

  /** The activations of all layers for `input`; the list is reused. @throws what layers throw, with their index and name */
  forward(input: Matrix | CsrMatrix): readonly Matrix[] {
    let current = this.#firstInput(input);
    for (let index = 0; index < this.#layers.length; ++index) {
      const layer = this.#layers[index] as Layer;
      try {
        current = layer.forward(current);
        checkMatrix("output", this.#engine.memory, current);
        if (index === this.#layers.length - 1) this.#checkOutput(input.rows, current);
      } catch (error) {
        throw located(error, index, layer);
      }
      this.activations[index] = current;
    }
    return this.activations;
  }

  /** Adds each layer's gradients, or takes `step`. @throws what layers throw, with their index and name */
  backward(input: Matrix | CsrMatrix, gradOutput: Matrix, step: DirectStep | undefined): void {
    let gradient = gradOutput;
    for (let index = this.#layers.length - 1; index >= 0; --index) {
      const layer = this.#layers[index] as Layer;
      try {
        if (index === 0) layer.learn(this.#firstInput(input), gradient, step);
        else {
          const before = this.activations[index - 1] as Matrix;
          gradient = layer.backward(before, gradient, step);
          checkSameShape("input gradient", before, gradient);
        }
      } catch (error) {
        throw located(error, index, layer);
      }
    }
  }

  /** @throws ShapeError, TypeError unless `gradOutput` has the shape of the last outputs, and `input` as many rows; Error before `forward` */
  checkGradient({ rows }: Matrix | CsrMatrix, gradOutput: Matrix): void {
    const output = this.activations[this.#layers.length - 1];
    if (!output) throw new Error("network: backward: expected forward to be called first");
    if (output.rows !== rows)
      throw new ShapeError(`network: input: expected the ${output.rows} rows of forward, got ${rows}`);
    checkSameShape("network: gradOutput", output, gradOutput);
  }

  dispose(): void {
    this.#expanded.dispose();
  }

  /** The input as the first layer takes it. What that is once it was sparse, the first layer knows. */
  #firstInput(input: Matrix | CsrMatrix): Matrix {
    if (!(input instanceof CsrMatrix) || this.#layers[0]?.takesSparse) return input as Matrix;
    const dense = this.#expanded.shaped(input.rows, input.columns);
    input.expandInto(this.#engine.kernels, dense);
    return dense;
  }

  #checkOutput(rows: number, output: Matrix): void {
    const columns = this.#outputs ?? output.columns;
    if (output.rows === rows && output.columns === columns) return;
    throw new ShapeError(`output: expected ${rows} × ${columns}, got ${output.rows} × ${output.columns}`);
  }
}
