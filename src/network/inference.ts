/** Predictions and evaluations, a part of the rows at a time. */

import { ShapeError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { type Minibatch, Minibatches } from "../dataset/minibatches.js";
import { checkCounts, type Rows } from "../dataset/rows.js";
import { MatrixBuffer } from "../engine/buffers.js";
import { MOST_FLOAT } from "../engine/check-shape.js";
import { CsrMatrix } from "../engine/csr.js";
import { Matrix } from "../engine/matrix.js";
import type { Kernels, Pointer } from "../wasm/kernels.js";
import { type EvaluateOptions, type Evaluation, type Predictions, tallyFor } from "./evaluation.js";
import type { Loss } from "./losses/loss.js";

/** Rows of one part: large enough for the kernels to run at full speed, small enough for the caches. */
const PART_ROWS = 256;

/** The index of the first of n floats that is NaN or infinite; −1 if there is none. */
export function firstNonFinite(kernels: Kernels, n: number, pointer: Pointer): number {
  return kernels.firstOutside(n, -MOST_FLOAT, MOST_FLOAT, pointer);
}

/** A kind of prediction. */
export type Kind = keyof Predictions;

/** The kinds of prediction that a loss allows. */
export function kindsOf({ activation }: Loss): readonly Kind[] {
  return activation === "identity" ? ["values"] : ["classes", "probabilities"];
}

/** @throws TypeError, ShapeError unless this loss and this number of outputs allow the kind of prediction */
export function checkKind(loss: Loss, outputs: number | undefined, kind: Kind): void {
  if (kind !== "values" && loss.activation === "softmax" && outputs === 1) {
    const instead = "pass the loss it was trained with: loadModel(engine, bytes, name, { loss })";
    throw new ShapeError(`network: softmax: expected at least 2 outputs, one for each class, got 1: ${instead}`);
  }
  if (kindsOf(loss).includes(kind)) return;
  const [got, method] =
    kind === "values"
      ? ["a loss of classes", "predict or predictProbabilities"]
      : ["a regression loss", "predictValues"];
  throw new TypeError(`network: ${loss.constructor.name} is ${got}: use ${method}`);
}

/** The part of a network that inference uses. */
export interface Predictor {
  readonly engine: Engine;
  readonly loss: Loss;
  /** The outputs in evaluation mode; valid until the next call. */
  outputsOf(input: Matrix | CsrMatrix): Matrix;
}

/** Work that yields between two parts of the rows and returns its result. */
export type Parts<T> = Generator<void, T, undefined>;

/** A network's predictions and evaluations. Owns the buffer for a part's results. */
export class Inference {
  readonly #network: Predictor;
  /** Probabilities or classes of a part. */
  readonly #results: MatrixBuffer;

  constructor(network: Predictor) {
    this.#network = network;
    this.#results = new MatrixBuffer(network.engine.memory);
  }

  dispose(): void {
    this.#results.dispose();
  }

  /** Classes, probabilities or values from one forward pass. @throws RangeError when an output for classes is not a finite number */
  *predictions(data: Matrix | CsrMatrix | Rows, kinds: readonly Kind[]): Parts<Predictions> {
    const predictions: Predictions = {};
    yield* this.#pass(data, (outputs, row) => this.#collect(predictions, kinds, data.rows, outputs, row));
    return predictions;
  }

  /** Loss and metrics over all rows. @throws RangeError when an output for classes is not a finite number, or no row counts */
  *evaluation(data: Rows, options: EvaluateOptions): Parts<Evaluation> {
    checkCounts("evaluate: data", data);
    const { loss } = this.#network;
    const tally = tallyFor(loss.activation, options);
    const predictions: Predictions = {};
    let total = 0;
    let divisor = 0;
    const ofValues = loss.activation === "identity";
    yield* this.#pass(data, (outputs, row, batch) => {
      const { targets, weights } = batch as Minibatch;
      loss.compute(outputs, targets, weights);
      total += loss.total;
      divisor += loss.divisor;
      tally.add(outputs, loss.targets, ofValues ? undefined : this.#classesOf(outputs, row));
      if (options.predictions) this.#collect(predictions, kindsOf(loss), data.rows, outputs, row);
    });
    const reduced = loss.reduction === "mean" ? total / divisor : total;
    return { loss: reduced, ...tally.result(), ...(options.predictions && { predictions }) };
  }

  /** Copies a part's predictions into arrays for all rows. @param row the part's first row */
  #collect(
    arrays: { -readonly [Name in Kind]?: Predictions[Name] },
    kinds: readonly Kind[],
    rows: number,
    outputs: Matrix,
    row: number,
  ): void {
    for (const kind of kinds) {
      const part = this.#read(kind, outputs, row);
      const perRow = outputs.rows === 0 ? 0 : part.length / outputs.rows;
      if (row === 0) arrays[kind] = new (kind === "classes" ? Int32Array : Float32Array)(perRow * rows) as never;
      arrays[kind]?.set(part, perRow * row);
    }
  }

  /** A view, valid until the next call. */
  #read(kind: Kind, outputs: Matrix, row: number): Int32Array | Float32Array {
    if (kind === "values") return outputs.data;
    return kind === "classes" ? this.#classesOf(outputs, row) : this.#probabilitiesOf(outputs, row);
  }

  /**
   * Calls `read` with the outputs of each part and its first row. Yields between two parts. Data without rows are one empty part.
   *
   * @param read also gets the batch if `data` is a data set
   */
  *#pass(
    data: Matrix | CsrMatrix | Rows,
    read: (outputs: Matrix, row: number, batch?: Minibatch) => void,
  ): Parts<void> {
    if (!(data instanceof Matrix || data instanceof CsrMatrix)) return yield* this.#passOverSet(data, read);
    const { rows } = data;
    for (let row = 0; row < rows || row === 0; row += PART_ROWS) {
      if (row > 0) yield;
      const end = Math.min(rows, row + PART_ROWS);
      read(this.#network.outputsOf(end - row === rows ? data : data.slice(row, end)), row);
    }
  }

  *#passOverSet(data: Rows, read: (outputs: Matrix, row: number, batch: Minibatch) => void): Parts<void> {
    let row = 0;
    for (const batch of new Minibatches(this.#network.engine, data, PART_ROWS, false).once()) {
      if (row > 0) yield;
      read(this.#network.outputsOf(batch.inputs), row, batch);
      row += PART_ROWS;
    }
  }

  /** A view, valid until the next call. @param row the part's first row, for messages */
  #classesOf(outputs: Matrix, row: number): Int32Array {
    this.#checkFinite(outputs, row);
    const { engine, loss } = this.#network;
    const { rows, columns, pointer, data } = outputs;
    const perRow = loss.activation === "sigmoid" ? columns : 1;
    // An index takes four bytes, as a float does.
    const indices = this.#results.shaped(rows, perRow).pointer;
    const classes = engine.memory.i32(indices, rows * perRow);
    if (loss.activation === "sigmoid")
      for (let i = 0; i < classes.length; ++i) classes[i] = (data[i] as number) > 0 ? 1 : 0;
    else engine.kernels.argmaxRows(rows, columns, pointer, indices);
    return classes;
  }

  /** A view, as above. */
  #probabilitiesOf(outputs: Matrix, row: number): Float32Array {
    this.#checkFinite(outputs, row);
    const { engine, loss } = this.#network;
    const { rows, columns, pointer } = outputs;
    const probabilities = this.#results.shaped(rows, columns);
    if (loss.activation === "sigmoid") engine.kernels.sigmoidForward(rows * columns, pointer, probabilities.pointer);
    else engine.kernels.softmax(rows, columns, pointer, probabilities.pointer);
    return probabilities.data;
  }

  /** The kernels return a class even for NaN. @throws RangeError for outputs that are not finite */
  #checkFinite({ rows, columns, pointer, data }: Matrix, firstRow: number): void {
    const { kernels } = this.#network.engine;
    const index = firstNonFinite(kernels, rows * columns, pointer);
    if (index < 0) return;
    const row = firstRow + Math.floor(index / columns);
    const why = "an input or a weight is not finite";
    throw new RangeError(`network: outputs of row ${row}: expected finite numbers, got ${data[index]}: ${why}`);
  }
}
