/** What a network says of rows: predictions and evaluations, a part of the rows at a time, at once or in turns. */

import type { Engine } from "../create-engine.js";
import { iterateMinibatches } from "../dataset/minibatches.js";
import { checkCounts, type Rows } from "../dataset/rows.js";
import type { CsrMatrix } from "../engine/csr.js";
import { type Matrix, MatrixBuffer, MOST_FLOAT } from "../engine/matrix.js";
import type { Kernels, Pointer } from "../wasm/kernels.js";
import { type EvaluateOptions, type Evaluation, tallyFor } from "./evaluation.js";
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
    return yield* this.#collect(input, Int32Array, (outputs, row) => this.#classesOf(outputs, row));
  }

  /** Probabilities, row by row. @throws as `classes` */
  *probabilities(input: Matrix | CsrMatrix): Parts<Float32Array> {
    return yield* this.#collect(input, Float32Array, (outputs, row) => this.#probabilitiesOf(outputs, row));
  }

  /** The outputs themselves, row by row. */
  *values(input: Matrix | CsrMatrix): Parts<Float32Array> {
    return yield* this.#collect(input, Float32Array, ({ data }) => data);
  }

  /** Loss and metrics over all rows. @throws RangeError when an output for classes is not a finite number, or no row counts */
  *evaluation(data: Rows, options: EvaluateOptions): Parts<Evaluation> {
    checkCounts("evaluate: data", data);
    const { inputs, targets, weights, indices } = data;
    const { engine, loss } = this.#network;
    const tally = tallyFor(loss.activation, options);
    let total = 0;
    let divisor = 0;
    let row = 0;
    const selection = { dropLast: false, weights, indices };
    for (const batch of iterateMinibatches(engine, inputs, targets, PART_ROWS, selection)) {
      if (row > 0) yield;
      const outputs = this.#network.outputsOf(batch.inputs);
      loss.compute(outputs, batch.targets, batch.weights);
      total += loss.total;
      divisor += loss.divisor;
      tally.add(outputs, loss.targets, () => this.#classesOf(outputs, row));
      row += outputs.rows;
    }
    return { loss: loss.reduction === "mean" ? total / divisor : total, ...tally.result() };
  }

  /** What `read` gives for each part of the rows, one after the other. */
  *#collect<T extends Float32Array | Int32Array>(
    input: Matrix | CsrMatrix,
    Results: new (length: number) => T,
    read: (outputs: Matrix, row: number) => T,
  ): Parts<T> {
    const { rows } = input;
    let results: T | undefined;
    for (let row = 0; row < rows || !results; row += PART_ROWS) {
      if (row > 0) yield;
      const end = Math.min(rows, row + PART_ROWS);
      const part = read(this.#network.outputsOf(end - row === rows ? input : input.slice(row, end)), row);
      results ??= new Results(rows === 0 ? 0 : (part.length / (end - row)) * rows);
      results.set(part, rows === 0 ? 0 : (part.length / (end - row)) * row);
    }
    return results;
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
