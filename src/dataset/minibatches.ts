/** Minibatches: rows gathered, in order or shuffled, into buffers that are reused from batch to batch. */

import { checkBoolean, checkInteger, checkOptions, type OptionNames, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import { checkMemory } from "../engine/allocation.js";
import { ByteMatrix } from "../engine/byte-matrix.js";
import { checkEngine } from "../engine/check-engine.js";
import { CsrMatrix } from "../engine/csr.js";
import { Labels } from "../engine/labels.js";
import { Matrix } from "../engine/matrix.js";
import { Random } from "../engine/random.js";
import type { Runtime } from "../engine/runtime.js";
import { checkIndices, checkRowWeights, isInputs, isTargets, type Rows } from "./rows.js";

/** One minibatch; all parts are overwritten by the next. */
export interface Minibatch {
  /** Sparse if the data set is. */
  readonly inputs: Matrix | CsrMatrix;
  readonly targets: Labels | Matrix;
  /** Sample weights [batch, 1], if the data has any. */
  readonly weights?: Matrix | undefined;
}

/** What minibatches are gathered from. */
export type MinibatchSource = Pick<Rows, "inputs" | "targets" | "weights" | "indices">;

/** Options of `iterateMinibatches`. */
export interface MinibatchOptions {
  /** Visit the rows in a new random order, drawn from this generator (or the engine's, for `true`); default in order. */
  readonly shuffle?: boolean | Random;
  /** Leave out a last batch that has fewer rows; default true, as training wants it. Evaluation uses every row. */
  readonly dropLast?: boolean;
  /** Sample weights [rows, 1], gathered with the rows. */
  readonly weights?: Matrix | undefined;
  /** Visit these rows only; default all of them. */
  readonly indices?: Int32Array | undefined;
  /** Leave out that many batches at the start, as if they had been seen; default 0. */
  readonly skip?: number;
}

const OPTIONS: OptionNames<MinibatchOptions> = {
  shuffle: true,
  dropLast: true,
  weights: true,
  indices: true,
  skip: true,
};

/**
 * Yields batches of `batchSize` rows of `inputs` and `targets`. The same buffers are filled again for every batch.
 *
 * @throws TypeError for anything of a wrong type; ShapeError when the row counts differ; RangeError for a batch size that is not
 * an integer from 1, for matrices of another engine, or, at the first batch, for an index that is none of the rows
 */
export function iterateMinibatches(
  engine: Runtime,
  inputs: Matrix | ByteMatrix | CsrMatrix,
  targets: Labels | Matrix,
  batchSize: number,
  options: MinibatchOptions = {},
): Generator<Minibatch, void, undefined> {
  checkOptions("minibatches", options, OPTIONS);
  checkEngine("minibatches", engine);
  checkSource(engine, { inputs, targets });
  checkInteger("batch size", batchSize, 1);
  checkSelection(inputs, options);
  return generate(engine, { inputs, targets }, batchSize, options);
}

/** @throws TypeError, ShapeError, RangeError for inputs and targets that are not a pair in the engine's memory */
function checkSource({ memory }: Runtime, { inputs, targets }: Pick<Rows, "inputs" | "targets">): void {
  if (!isInputs(inputs)) throw wrongType("minibatches: inputs", "a Matrix, ByteMatrix or CsrMatrix", inputs);
  if (!isTargets(targets)) throw wrongType("minibatches: targets", "Labels or a Matrix", targets);
  if (inputs.rows !== targets.rows) {
    throw new ShapeError(`minibatches: expected one target for each of the ${inputs.rows} rows, got ${targets.rows}`);
  }
  checkMemory("minibatches: inputs", memory, inputs);
  checkMemory("minibatches: targets", memory, targets);
}

/** @throws TypeError, ShapeError, RangeError for options that do not fit the rows */
function checkSelection(inputs: Matrix | ByteMatrix | CsrMatrix, options: MinibatchOptions): void {
  const { shuffle = false, dropLast = true, weights, indices, skip = 0 } = options;
  checkInteger("skip", skip, 0);
  checkBoolean("dropLast", dropLast);
  if (!(shuffle instanceof Random) && typeof shuffle !== "boolean") {
    throw wrongType("shuffle", "true, false or a Random", shuffle);
  }
  if (indices !== undefined) checkIndices("indices", indices);
  if (weights !== undefined) checkRowWeights("weights", inputs, weights);
}

function* generate(
  engine: Runtime,
  { inputs, targets }: Pick<Rows, "inputs" | "targets">,
  batchSize: number,
  { shuffle = false, dropLast = true, weights, indices, skip = 0 }: MinibatchOptions,
): Generator<Minibatch, void, undefined> {
  const data = { inputs, targets, weights, ...(indices && { indices }) };
  const batches = new Minibatches(engine, data, batchSize, dropLast);
  yield* batches.once(shuffle === true ? engine.random : shuffle || undefined, skip);
}

/**
 * The minibatches of a data set. Their buffers, and room for the order of the rows where the kernels that gather them read it, are
 * made once; a pass over the rows fills them again.
 */
export class Minibatches {
  /** Batches of a pass. */
  readonly count: number;
  /** Rows in them. */
  readonly rows: number;
  readonly #engine: Runtime;
  readonly #data: MinibatchSource;
  readonly #batchSize: number;
  readonly #order: Labels;
  readonly #whole: Minibatch | undefined;
  /** A last batch that has fewer rows. */
  readonly #rest: Minibatch | undefined;

  /**
   * @param dropLast leave out a last batch that has fewer rows
   * @throws TypeError, ShapeError, RangeError as `iterateMinibatches`
   */
  constructor(engine: Runtime, data: MinibatchSource, batchSize: number, dropLast: boolean) {
    checkSource(engine, data);
    const { inputs, indices } = data;
    this.#engine = engine;
    this.#data = data;
    this.#batchSize = batchSize;
    const rows = indices?.length ?? inputs.rows;
    const whole = Math.floor(rows / batchSize);
    const rest = dropLast ? 0 : rows % batchSize;
    this.count = whole + Number(rest > 0);
    this.rows = whole * batchSize + rest;
    [this.#order, this.#whole, this.#rest] = engine.memory.allOrNothing(() => [
      // Indices are checked as labels are; without them there is nothing to check.
      new Labels(engine.memory, indices ?? rows, Math.max(inputs.rows, 1)),
      whole > 0 ? allocate(engine, batchSize, data) : undefined,
      rest > 0 ? allocate(engine, rest, data) : undefined,
    ]);
  }

  /** Puts the rows in their own order, or with a generator in a random one. */
  arrange(random?: Random): void {
    const order = this.#order.data;
    const { indices } = this.#data;
    for (let i = 0; i < order.length; ++i) order[i] = indices?.[i] ?? i;
    random?.shuffle(order);
  }

  /** Batch number `index` of the order, from 0; overwritten by the next. */
  at(index: number): Minibatch {
    const first = index * this.#batchSize;
    const batch = (this.rows - first < this.#batchSize ? this.#rest : this.#whole) as Minibatch;
    gather(this.#engine, this.#data, this.#order.pointer + first * 4, batch);
    return batch;
  }

  /** One pass over them, in a random order if there is a generator, after which they are disposed of. @param skip batches to leave out */
  *once(random?: Random, skip = 0): Generator<Minibatch, void, undefined> {
    try {
      this.arrange(random);
      for (let index = skip; index < this.count; ++index) yield this.at(index);
    } finally {
      this.dispose();
    }
  }

  dispose(): void {
    this.#order.dispose();
    if (this.#whole) release(this.#whole);
    if (this.#rest) release(this.#rest);
  }
}

function allocate({ memory }: Runtime, rows: number, { inputs, targets, weights }: MinibatchSource): Minibatch {
  return memory.allOrNothing(() => ({
    inputs: inputs instanceof CsrMatrix ? inputs.selection(rows) : new Matrix(memory, rows, inputs.columns),
    targets:
      targets instanceof Matrix
        ? new Matrix(memory, rows, targets.columns)
        : new Labels(memory, rows, Math.max(targets.classes, 1)),
    weights: weights && new Matrix(memory, rows, 1),
  }));
}

function release(batch: Minibatch): void {
  batch.inputs.dispose();
  batch.targets.dispose();
  batch.weights?.dispose();
}

/** Copies the rows whose indices lie at `indicesPtr` into the batch. */
function gather(
  { kernels }: Runtime,
  { inputs, targets, weights }: MinibatchSource,
  indicesPtr: number,
  batch: Minibatch,
): void {
  const { rows, columns } = batch.inputs;
  if (inputs instanceof CsrMatrix) {
    (batch.inputs as CsrMatrix).gatherRows(kernels, inputs, indicesPtr);
  } else if (inputs instanceof ByteMatrix) {
    kernels.gatherByteRows(rows, columns, inputs.scale, indicesPtr, inputs.pointer, (batch.inputs as Matrix).pointer);
  } else {
    kernels.gatherRows(rows, columns, indicesPtr, inputs.pointer, (batch.inputs as Matrix).pointer);
  }
  // A label is four bytes, as a float is: a row of one column.
  const targetColumns = targets instanceof Matrix ? targets.columns : 1;
  kernels.gatherRows(rows, targetColumns, indicesPtr, targets.pointer, batch.targets.pointer);
  if (weights && batch.weights) kernels.gatherRows(rows, 1, indicesPtr, weights.pointer, batch.weights.pointer);
}
