/** A network: a list of layers, each applied to the result of the one before, under a softmax cross-entropy. */

import { CsrMatrix } from "./csr.js";
import type { Dataset } from "./data/dataset.js";
import { iterateMinibatches } from "./data/minibatches.js";
import type { Engine } from "./engine.js";
import { DisposedError } from "./errors.js";
import type { Layer } from "./layers/layer.js";
import { SoftmaxCrossEntropy } from "./losses.js";
import { type Labels, Matrix, MatrixBuffer } from "./matrix.js";

/** What `evaluate` finds. */
export interface Evaluation {
  /** Mean cross-entropy over all rows. */
  readonly loss: number;
  /** Share of rows whose class was predicted, 0 to 1. */
  readonly accuracy: number;
  /** confusion[label][prediction]: how many rows of class `label` were taken for `prediction`. */
  readonly confusion: readonly (readonly number[])[];
}

/** Rows that are evaluated at a time: large enough for the kernels to run at full speed, small enough for the caches. */
const EVALUATION_ROWS = 256;

export class Network {
  readonly engine: Engine;
  readonly layers: readonly Layer[];
  /** Columns of the result, undefined if no layer says. */
  readonly outputs: number | undefined;
  readonly #loss: SoftmaxCrossEntropy;
  readonly #activations: Matrix[] = [];
  /** Room for a batch's probabilities, or its predicted classes. */
  readonly #results: MatrixBuffer;
  /** Room for a sparse batch in front of a layer that takes none. */
  readonly #expanded: MatrixBuffer;
  #disposed = false;

  /** @throws ShapeError when two neighbours do not fit, with the layer's index and name; TypeError for an empty list */
  constructor(engine: Engine, layers: readonly Layer[]) {
    if (!Array.isArray(layers) || layers.length === 0) {
      throw new TypeError("network: expected a list of at least one layer");
    }
    this.engine = engine;
    this.layers = [...layers];
    let columns: number | undefined;
    for (const [index, layer] of this.layers.entries()) {
      columns = atLayer(index, layer, () => layer.attach(engine, columns));
    }
    this.outputs = columns;
    this.#loss = new SoftmaxCrossEntropy(engine);
    this.#results = new MatrixBuffer(engine.memory);
    this.#expanded = new MatrixBuffer(engine.memory);
  }

  /**
   * The activations of all layers for `input` [batch, inputs]; the last are the logits. They belong to the layers and are
   * valid until the next call; the list is reused too.
   */
  forward(input: Matrix | CsrMatrix): readonly Matrix[] {
    this.#check(input);
    let current = this.#firstInput(input);
    for (let index = 0; index < this.layers.length; ++index) {
      const layer = this.layers[index] as Layer;
      try {
        current = layer.forward(current);
      } catch (error) {
        throw located(error, index, layer);
      }
      this.#activations[index] = current;
    }
    return this.#activations;
  }

  /** The logits [batch, outputs] for `input`; valid until the next call. */
  logits(input: Matrix | CsrMatrix): Matrix {
    return this.forward(input)[this.layers.length - 1] as Matrix;
  }

  /** The index of the largest logit of each row; the first of equals. */
  predict(input: Matrix | CsrMatrix): Int32Array {
    return this.#argmax(this.logits(input)).slice();
  }

  /** softmax(logits) of each row, row by row. */
  predictProbabilities(input: Matrix | CsrMatrix): Float32Array {
    const { rows, columns, pointer } = this.logits(input);
    const probabilities = this.#results.shaped(rows, columns);
    this.engine.kernels.softmax(rows, columns, pointer, probabilities.pointer);
    return probabilities.data.slice();
  }

  /**
   * One step of gradient descent on a batch: forward, loss, backward through every layer, each moving its own parameters.
   *
   * @param input [batch, inputs]
   * @returns the mean loss of the batch, before the step
   * @throws ShapeError, RangeError for labels beyond the last class; nothing has moved then
   */
  train(input: Matrix | CsrMatrix, labels: Labels): number {
    const logits = this.logits(input);
    const loss = this.#loss.meanLoss(logits, labels);
    let gradient = this.#loss.gradient(logits);
    for (let index = this.layers.length - 1; index >= 0; --index) {
      const layer = this.layers[index] as Layer;
      try {
        if (index === 0) layer.learn(this.#firstInput(input), gradient);
        else gradient = layer.backward(this.#activations[index - 1] as Matrix, gradient);
      } catch (error) {
        throw located(error, index, layer);
      }
    }
    return loss;
  }

  /** Loss, accuracy and confusion matrix over every row of a data set; parameters stay as they are. */
  evaluate(data: Dataset): Evaluation {
    const { inputs, targets } = data;
    let total = 0;
    let confusion: number[][] = [];
    for (const batch of iterateMinibatches(this.engine, inputs, targets, EVALUATION_ROWS, { dropLast: false })) {
      const logits = this.logits(batch.inputs);
      if (confusion.length === 0) confusion = squareOfZeros(logits.columns);
      total += this.#loss.sumLoss(logits, batch.targets);
      const predictions = this.#argmax(logits);
      const labels = batch.targets.data;
      for (let row = 0; row < labels.length; ++row) {
        const counts = confusion[labels[row] as number] as number[];
        counts[predictions[row] as number] = (counts[predictions[row] as number] as number) + 1;
      }
    }
    const hits = confusion.reduce((sum, counts, label) => sum + (counts[label] as number), 0);
    return { loss: total / data.rows, accuracy: hits / data.rows, confusion };
  }

  /** Frees all layers' memory; the network and its layers cannot be used any more. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const layer of this.layers) layer.dispose();
    this.#loss.dispose();
    this.#results.dispose();
    this.#expanded.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Each row's predicted class: a view, valid until the next call. */
  #argmax({ rows, columns, pointer }: Matrix): Int32Array {
    // An index takes four bytes, as a float does.
    const indices = this.#results.shaped(rows, 1).pointer;
    this.engine.kernels.argmaxRows(rows, columns, pointer, indices);
    return this.engine.memory.i32(indices, rows);
  }

  /** The input as the first layer takes it. What that is once it was sparse, the first layer knows. */
  #firstInput(input: Matrix | CsrMatrix): Matrix {
    if (!(input instanceof CsrMatrix) || this.layers[0]?.takesSparse) return input as Matrix;
    const dense = this.#expanded.shaped(input.rows, input.columns);
    input.expandInto(this.engine.kernels, dense);
    return dense;
  }

  #check(input: Matrix | CsrMatrix): void {
    if (this.#disposed) throw new DisposedError("the network was used after it was disposed of");
    if (!(input instanceof Matrix || input instanceof CsrMatrix)) {
      throw new TypeError("network: input: expected a Matrix or CsrMatrix");
    }
    if (input.memory !== this.engine.memory) {
      throw new RangeError("network: input: expected a matrix of the network's own engine, got one of another");
    }
  }
}

function squareOfZeros(size: number): number[][] {
  return Array.from({ length: size }, () => new Array<number>(size).fill(0));
}

/** Runs `action`, adding the layer's position to what it throws. */
function atLayer<T>(index: number, layer: Layer, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw located(error, index, layer);
  }
}

/** The same error with the layer's index and name in front of its message. */
function located(error: unknown, index: number, layer: Layer): unknown {
  if (error instanceof Error) error.message = `layer ${index} (${layer.constructor.name}): ${error.message}`;
  return error;
}
