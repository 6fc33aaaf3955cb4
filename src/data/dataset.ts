/** A labelled data set in linear memory, checked once as it enters. */

import { type CsrMatrix, compress, densityLimit } from "../csr.js";
import { ShapeError } from "../errors.js";
import { ByteMatrix, checkFinite, Labels, Matrix } from "../matrix.js";
import type { Kernels } from "../wasm/kernels.js";
import type { LinearMemory } from "../wasm/memory.js";
import type { DataSource } from "./source.js";

/** Options of `engine.dataset`. */
export interface DatasetOptions {
  /** Refuse NaN and ±∞ in the inputs; default true. */
  readonly checkFinite?: boolean;
  /**
   * Keep only what is not zero, and let a first Dense layer pass over the rest: by default where less than 40 % is not
   * zero. Sparse and dense sums are rounded differently.
   */
  readonly sparse?: boolean | "auto";
  /** Number of classes, if more than the largest label says. */
  readonly classes?: number;
}

/**
 * Inputs [rows, columns] and one label a row. Made by `engine.dataset`. The inputs are kept sparse where that is faster, as
 * bytes if they came as bytes, else as floats.
 */
export class Dataset {
  readonly inputs: Matrix | ByteMatrix | CsrMatrix;
  readonly targets: Labels;
  readonly rows: number;
  readonly columns: number;

  constructor(kernels: Kernels, memory: LinearMemory, source: DataSource, options: DatasetOptions = {}) {
    const { inputs, shape, targets, scale = 1 } = source;
    const { sparse = "auto", checkFinite: finite = true } = options;
    const [rows = 0, ...rest] = shape;
    const columns = rest.reduce((product, size) => product * size, 1);
    if (targets.length !== rows) {
      throw new ShapeError(`data set: expected one target for each of the ${rows} rows, got ${targets.length}`);
    }
    checkInputs(inputs, rows, columns, scale, finite);
    this.rows = rows;
    this.columns = columns;
    const most = densityLimit(sparse);
    this.inputs =
      (most > 0 ? compress(kernels, memory, rows, columns, inputs, scale, most) : undefined) ??
      (inputs instanceof Uint8Array
        ? new ByteMatrix(memory, rows, columns, inputs, scale)
        : new Matrix(memory, rows, columns, inputs));
    try {
      this.targets = new Labels(memory, targets, options.classes);
    } catch (error) {
      this.inputs.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.inputs.dispose();
    this.targets.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function checkInputs(inputs: unknown, rows: number, columns: number, scale: number, finite: boolean): void {
  if (!(inputs instanceof Uint8Array) && !(inputs instanceof Float32Array)) {
    throw new TypeError(`inputs: expected a Float32Array or Uint8Array, got ${typeof inputs}`);
  }
  if (inputs.length !== rows * columns) {
    throw new ShapeError(`inputs ${rows} × ${columns}: expected ${rows * columns} values, got ${inputs.length}`);
  }
  if (!Number.isFinite(scale)) throw new RangeError(`scale: expected a finite number, got ${scale}`);
  if (inputs instanceof Uint8Array) return;
  if (scale !== 1) throw new RangeError(`scale: only bytes are scaled, expected 1 for float inputs, got ${scale}`);
  if (finite) checkFinite(inputs, columns);
}
