/** A labelled data set in linear memory, checked once as it enters. */

import { ShapeError } from "../errors.js";
import { ByteMatrix, checkFinite, Labels, Matrix } from "../matrix.js";
import type { LinearMemory } from "../wasm/memory.js";
import type { DataSource } from "./source.js";

/** Options of `engine.dataset`. */
export interface DatasetOptions {
  /** Refuse NaN and ±∞ in the inputs; default true. */
  readonly checkFinite?: boolean;
  /** Number of classes, if more than the largest label says. */
  readonly classes?: number;
}

/** Inputs [rows, columns], kept as bytes if they came as bytes, and one label a row. Made by `engine.dataset`. */
export class Dataset {
  readonly inputs: Matrix | ByteMatrix;
  readonly targets: Labels;
  readonly rows: number;
  readonly columns: number;

  constructor(memory: LinearMemory, source: DataSource, options: DatasetOptions = {}) {
    const { inputs, shape, targets, scale = 1 } = source;
    const [rows = 0, ...rest] = shape;
    const columns = rest.reduce((product, size) => product * size, 1);
    if (targets.length !== rows) {
      throw new ShapeError(`data set: expected one target for each of the ${rows} rows, got ${targets.length}`);
    }
    this.rows = rows;
    this.columns = columns;
    if (inputs instanceof Uint8Array) {
      this.inputs = new ByteMatrix(memory, rows, columns, inputs, scale);
    } else if (inputs instanceof Float32Array) {
      if (scale !== 1) throw new RangeError(`scale: only bytes are scaled, expected 1 for float inputs, got ${scale}`);
      if (options.checkFinite ?? true) checkFinite(inputs, columns);
      this.inputs = new Matrix(memory, rows, columns, inputs);
    } else {
      throw new TypeError(`inputs: expected a Float32Array or Uint8Array, got ${typeof inputs}`);
    }
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
