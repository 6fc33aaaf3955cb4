/** A labelled data set in linear memory, checked once as it enters. */

import {
  checkBoolean,
  checkNumber,
  checkOptions,
  checkRecord,
  type OptionNames,
  wrongType,
} from "../checks/check-options.js";
import { checkWeightValues } from "../checks/check-weights.js";
import { ShapeError } from "../checks/errors.js";
import { isFloat32Array, isInt32Array, isUint8Array } from "../checks/typed-arrays.js";
import { checkLinearMemory } from "../engine/allocation.js";
import { BYTE_SCALES, ByteMatrix } from "../engine/byte-matrix.js";
import { checkKernels } from "../engine/check-engine.js";
import { checkFinite } from "../engine/check-shape.js";
import { compress, densityLimit } from "../engine/compress.js";
import { CsrMatrix } from "../engine/csr.js";
import type { CsrData } from "../engine/csr-data.js";
import { Labels } from "../engine/labels.js";
import { Matrix } from "../engine/matrix.js";
import type { Kernels } from "../wasm/kernels.js";
import type { LinearMemory } from "../wasm/memory.js";
import type { DataSource, SparseSource } from "./data-source.js";

const { isFinite: isFiniteNumber } = Number;

/** Options of `engine.dataset`. */
export interface DatasetOptions {
  /** Refuse NaN and ±∞ in the inputs; default true. */
  readonly checkFinite?: boolean;
  /**
   * Keep only what is not zero, and let a first Dense layer pass over the rest: by default where less than 40 % is not
   * zero. Up to 1024 columns training gives the same bits either way.
   */
  readonly sparse?: boolean | "auto";
  /** Number of classes, if more than the largest label says. */
  readonly classes?: number;
}

const SOURCE: OptionNames<DataSource> = { inputs: true, shape: true, targets: true, weights: true, scale: true };
const OPTIONS: OptionNames<DatasetOptions> = { checkFinite: true, sparse: true, classes: true };

/**
 * Inputs [rows, columns] and targets: one label a row, or a row of values. Made by `engine.dataset`. The inputs are kept sparse where that is faster, as
 * bytes if they came as bytes, else as floats.
 */
export class Dataset {
  readonly inputs: Matrix | ByteMatrix | CsrMatrix;
  /** Class indices, or [rows, outputs] values, 0/1 labels or probabilities. */
  readonly targets: Labels | Matrix;
  /** Sample weights [rows, 1]; undefined if all rows count the same. */
  readonly weights: Matrix | undefined;
  readonly rows: number;
  readonly columns: number;

  constructor(kernels: Kernels, memory: LinearMemory, source: DataSource | SparseSource, options: DatasetOptions = {}) {
    checkKernels("data set", kernels);
    checkLinearMemory(memory);
    checkSource(source);
    const { inputs, shape, targets } = source;
    const { scale = 1 } = source as DataSource;
    checkOptions("data set", options, OPTIONS);
    const { sparse = "auto", checkFinite: finite = true } = options;
    checkBoolean("checkFinite", finite);
    const [rows = 0, ...rest] = shape;
    const columns = rest.reduce((product, size) => product * size, 1);
    if (options.classes !== undefined && isFloat32Array(targets)) {
      throw new RangeError(
        "classes: expected class indices as targets, an Int32Array or Uint8Array, got a Float32Array",
      );
    }
    const outputs = targetColumns(targets, rows);
    checkScale(inputs, scale);
    if (!isCsr(inputs)) checkInputs(inputs, rows, columns, finite);
    checkWeights(source.weights, rows);
    this.rows = rows;
    this.columns = columns;
    const placed = memory.allOrNothing(() => ({
      inputs: isCsr(inputs)
        ? placeCsr(kernels, memory, rows, columns, inputs, sparse, finite)
        : placeRows(kernels, memory, rows, columns, inputs, scale, sparse),
      targets: isFloat32Array(targets)
        ? new Matrix(memory, rows, outputs, targets)
        : new Labels(memory, targets, options.classes),
      weights: source.weights && new Matrix(memory, rows, 1, source.weights),
    }));
    this.inputs = placed.inputs;
    this.targets = placed.targets;
    this.weights = placed.weights;
  }

  dispose(): void {
    this.inputs.dispose();
    this.targets.dispose();
    this.weights?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function isCsr(inputs: DataSource["inputs"] | CsrData): inputs is CsrData {
  return typeof inputs === "object" && inputs !== null && "indptr" in inputs;
}

/** Stores the inputs sparse if that is faster or requested; bytes stay bytes. */
function placeRows(
  kernels: Kernels,
  memory: LinearMemory,
  rows: number,
  columns: number,
  inputs: Float32Array | Uint8Array,
  scale: number,
  sparse: boolean | "auto",
): Matrix | ByteMatrix | CsrMatrix {
  const most = densityLimit(sparse);
  const compressed = most > 0 ? compress(kernels, memory, rows, columns, inputs, scale, most) : undefined;
  if (compressed) return compressed;
  return isUint8Array(inputs)
    ? new ByteMatrix(memory, rows, columns, inputs, scale)
    : new Matrix(memory, rows, columns, inputs);
}

/** Keeps sparse inputs sparse, unless `sparse` is false or dense inputs are faster. */
function placeCsr(
  kernels: Kernels,
  memory: LinearMemory,
  rows: number,
  columns: number,
  inputs: CsrData,
  sparse: boolean | "auto",
  finite: boolean,
): Matrix | CsrMatrix {
  const most = densityLimit(sparse);
  const matrix = CsrMatrix.from(memory, rows, columns, inputs, finite);
  if (inputs.values.length <= rows * columns * most) return matrix;
  const dense = new Matrix(memory, rows, columns);
  matrix.expandInto(kernels, dense);
  matrix.dispose();
  return dense;
}

/** @throws TypeError for other parts, and parts of a wrong type: a Float64Array of targets would be taken for labels */
function checkSource(source: DataSource | SparseSource): void {
  checkRecord("data set", source, "an object with inputs, shape and targets");
  checkOptions("data set: source", source, SOURCE);
  const { shape, targets, weights } = source;
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw wrongType("shape", "a list of integers of at least 0", shape);
  }
  if (!(isUint8Array(targets) || isInt32Array(targets) || isFloat32Array(targets))) {
    throw wrongType("targets", "a Uint8Array, Int32Array or Float32Array", targets);
  }
  if (weights !== undefined && !isFloat32Array(weights)) throw wrongType("weights", "a Float32Array", weights);
}

function checkScale(inputs: unknown, scale: number): void {
  checkNumber("scale", scale, BYTE_SCALES);
  if (scale === 1 || isUint8Array(inputs)) return;
  throw new RangeError(`scale: only bytes are scaled, expected 1, got ${scale}`);
}

function checkInputs(inputs: unknown, rows: number, columns: number, finite: boolean): void {
  if (!isUint8Array(inputs) && !isFloat32Array(inputs)) {
    throw wrongType("inputs", "a Float32Array or Uint8Array", inputs);
  }
  if (inputs.length !== rows * columns) {
    throw new ShapeError(`inputs ${rows} × ${columns}: expected ${rows * columns} values, got ${inputs.length}`);
  }
  if (finite && !isUint8Array(inputs)) checkFinite(inputs, columns);
}

/** Columns of the targets. @throws ShapeError unless there are as many for each row; RangeError for NaN and ±∞ */
function targetColumns(targets: DataSource["targets"], rows: number): number {
  const values = isFloat32Array(targets);
  const columns = values ? targets.length / rows : 1;
  if (values ? !Number.isInteger(columns) || columns < 1 : targets.length !== rows) {
    const expected = values ? "as many targets" : "one target";
    throw new ShapeError(`data set: expected ${expected} for each of the ${rows} rows, got ${targets.length}`);
  }
  const bad = values ? targets.findIndex((value) => !isFiniteNumber(value)) : -1;
  if (bad < 0) return columns;
  throw new RangeError(`targets: expected finite numbers, got ${targets[bad]} in row ${Math.floor(bad / columns)}`);
}

/** @throws ShapeError, RangeError unless there is a sample weight of at least 0 for each row */
function checkWeights(weights: Float32Array | undefined, rows: number): void {
  if (!weights) return;
  if (weights.length !== rows) {
    throw new ShapeError(`weights: expected one for each of the ${rows} rows, got ${weights.length}`);
  }
  checkWeightValues("weights", weights);
}
