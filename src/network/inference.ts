/** What a network says of rows: predictions and evaluations, a part of the rows at a time, at once or in turns. */

import type { Engine } from "../create-engine.js";
import { type Minibatch, Minibatches } from "../dataset/minibatches.js";
import { checkCounts, type Rows } from "../dataset/rows.js";
import { CsrMatrix } from "../engine/csr.js";
import { Matrix, MatrixBuffer, MOST_FLOAT } from "../engine/matrix.js";
import type { Kernels, Pointer } from "../wasm/kernels.js";
import { type EvaluateOptions, type Evaluation, type Predictions, tallyFor } from "./evaluation.js";
import type { Loss } from "./losses/loss.js";

/** Rows that are taken at a time: large enough for the kernels to run at full speed, small enough for the caches. */
const PART_ROWS = 256;

/** The index of the first of n floats that is NaN or infinite; −1 if there is none. */
export function firstNonFinite(kernels: Kernels, n: number, pointer: Pointer): number {
  return kernels.firstOutside(n, -MOST_FLOAT, MOST_FLOAT, pointer);
}

/** What inference asks of its network. */
export interface Predictor {
  readonly engine: Engine;
  readonly loss: Loss;
  /** The outputs in evaluation mode; valid until the next call. */
  outputsOf(input: Matrix | CsrMatrix): Matrix;
}

/** The generators below end with their result; between two parts of the rows they yield. */
export type Parts<T> = Generator<void, T, undefined>;

/** The passes of a network in evaluation mode. Owns the room for their results. */
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

  /** Class indices, or 0/1 labels, row by row. @throws RangeError when an output is not a finite number */
  *classes(input: Matrix | CsrMatrix): Parts<Int32Array> {
    const classes = new Collected<Int32Array>(Int32Array, input.rows);
    yield* this.#pass(input, (outputs, row) => classes.add(this.#classesOf(outputs, row), outputs, row));
    return classes.values;
  }

  /** Probabilities, row by row. @throws as `classes` */
  *probabilities(input: Matrix | CsrMatrix): Parts<Float32Array> {
    const probabilities = new Collected<Float32Array>(Float32Array, input.rows);
    yield* this.#pass(input, (outputs, row) => probabilities.add(this.#probabilitiesOf(outputs, row), outputs, row));
    return probabilities.values;
  }

  /** The outputs themselves, row by row. */
  *values(input: Matrix | CsrMatrix): Parts<Float32Array> {
    const values = new Collected<Float32Array>(Float32Array, input.rows);
    yield* this.#pass(input, (outputs, row) => values.add(outputs.data, outputs, row));
    return values.values;
  }

  /** Classes and probabilities, or values, of the same passes. @throws as `classes` */
  *predictions(data: Matrix | CsrMatrix | Rows): Parts<Predictions> {
    const predictions = this.#collectPredictions(data.rows);
    yield* this.#pass(data, (outputs, row) => predictions.add(outputs, row));
    return predictions.result();
  }

  /** Loss and metrics over all rows. @throws RangeError when an output for classes is not a finite number, or no row counts */
  *evaluation(data: Rows, options: EvaluateOptions): Parts<Evaluation> {
    checkCounts("evaluate: data", data);
    const { loss } = this.#network;
    const tally = tallyFor(loss.activation, options);
    const predictions = options.predictions ? this.#collectPredictions(data.rows) : undefined;
    let total = 0;
    let divisor = 0;
    const ofValues = loss.activation === "identity";
    yield* this.#pass(data, (outputs, row, batch) => {
      const { targets, weights } = batch as Minibatch;
      loss.compute(outputs, targets, weights);
      total += loss.total;
      divisor += loss.divisor;
      tally.add(outputs, loss.targets, ofValues ? undefined : this.#classesOf(outputs, row));
      predictions?.add(outputs, row);
    });
    const reduced = loss.reduction === "mean" ? total / divisor : total;
    return { loss: reduced, ...tally.result(), ...(predictions && { predictions: predictions.result() }) };
  }

  #collectPredictions(rows: number) {
    const ofValues = this.#network.loss.activation === "identity";
    const values = new Collected<Float32Array>(Float32Array, rows);
    const classes = new Collected<Int32Array>(Int32Array, rows);
    return {
      add: (outputs: Matrix, row: number): void => {
        if (!ofValues) classes.add(this.#classesOf(outputs, row), outputs, row);
        values.add(ofValues ? outputs.data : this.#probabilitiesOf(outputs, row), outputs, row);
      },
      result: (): Predictions =>
        ofValues ? { values: values.values } : { classes: classes.values, probabilities: values.values },
    };
  }

  /**
   * Hands the outputs of each part of the rows to `read`, with the number of the first row. Between two parts it yields; rows of
   * which there are none are one empty part.
   *
   * @param read is given the batch, too, if the rows are those of a data set
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
    const batches = new Minibatches(this.#network.engine, data, PART_ROWS, false);
    try {
      batches.order.arrange();
      for (let index = 0; index < batches.count; ++index) {
        if (index > 0) yield;
        const batch = batches.at(index);
        read(this.#network.outputsOf(batch.inputs), index * PART_ROWS, batch);
      }
    } finally {
      batches.dispose();
    }
  }

  /** A view, valid until the next call. @param row of the first output, for messages */
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

  /** The largest of NaNs is none, though the kernel has one. @throws RangeError */
  #checkFinite({ rows, columns, pointer, data }: Matrix, firstRow: number): void {
    const { kernels } = this.#network.engine;
    const index = firstNonFinite(kernels, rows * columns, pointer);
    if (index < 0) return;
    const row = firstRow + Math.floor(index / columns);
    const why = "the inputs or the network's weights are not finite";
    throw new RangeError(`network: outputs of row ${row}: expected finite numbers, got ${data[index]}: ${why}`);
  }
}

/** What parts of the rows give, one after the other in one array, which is made when it is known how much a row gives. */
class Collected<T extends Float32Array | Int32Array> {
  readonly #Values: new (
    length: number,
  ) => T;
  readonly #rows: number;
  #values: T | undefined;

  constructor(Values: new (length: number) => T, rows: number) {
    this.#Values = Values;
    this.#rows = rows;
  }

  /** @param row of the first of the outputs' rows */
  add(part: T, { rows }: Matrix, row: number): void {
    const perRow = rows === 0 ? 0 : part.length / rows;
    this.#values ??= new this.#Values(perRow * this.#rows);
    this.#values.set(part, perRow * row);
  }

  /** Of all rows. */
  get values(): T {
    return this.#values ?? new this.#Values(0);
  }
}
