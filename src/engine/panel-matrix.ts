/** The layout of a dense layer's weights: panels of eight columns. */

import { checkNumberList } from "../checks/check-list.js";
import { ShapeError } from "../checks/errors.js";
import type { LinearMemory } from "../wasm/memory.js";
import { Allocation } from "./allocation.js";
import { checkCount } from "./check-shape.js";

const { floor } = Math;

/** Columns of a panel. */
const PANEL = 8;

/**
 * A matrix [rows, columns] held as ⌈columns / 8⌉ panels of `rows` × 8 floats, so that the matrix product streams it
 * without packing. Columns beyond the last are zero.
 */
export class PanelMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Floats in memory, padding included. */
  readonly length: number;
  readonly #memory: LinearMemory;
  readonly #allocation: Allocation;

  /** All zeros at first. @throws TypeError, ShapeError for impossible sizes */
  constructor(memory: LinearMemory, rows: number, columns: number) {
    checkCount("rows", rows);
    checkCount("columns", columns);
    this.rows = rows;
    this.columns = columns;
    this.length = Math.ceil(columns / PANEL) * PANEL * rows;
    this.#memory = memory;
    this.#allocation = new Allocation(memory, this.length * 4, `weights ${rows} × ${columns}`);
    memory.f32(this.pointer, this.length).fill(0);
  }

  /** Byte address of the first panel. @throws DisposedError */
  get pointer(): number {
    return this.#allocation.pointer;
  }

  /** A copy of the elements, row by row. @throws DisposedError */
  toArray(): Float32Array {
    const panels = this.#memory.f32(this.pointer, this.length);
    const values = new Float32Array(this.rows * this.columns);
    for (let i = 0; i < values.length; ++i) values[i] = panels[this.#offset(i)] as number;
    return values;
  }

  /** Sets the elements, given row by row. @throws TypeError for anything but a list of numbers; ShapeError for a wrong length */
  set(values: ArrayLike<number>): void {
    this.check("weights", values);
    const panels = this.#memory.f32(this.pointer, this.length);
    for (let i = 0; i < values.length; ++i) panels[this.#offset(i)] = values[i] as number;
  }

  /** @throws TypeError for anything but a list of numbers; ShapeError unless there is one for each element */
  check(what: string, values: ArrayLike<number>): void {
    checkNumberList(what, values);
    const count = this.rows * this.columns;
    if (values.length === count) return;
    throw new ShapeError(`${what}: expected ${this.rows} × ${this.columns} = ${count} values, got ${values.length}`);
  }

  dispose(): void {
    this.#allocation.dispose();
  }

  /** Where the i-th element, row by row, lies in the panels. */
  #offset(i: number): number {
    const row = floor(i / this.columns);
    const column = i - row * this.columns;
    const within = column % PANEL;
    return (column - within) * this.rows + row * PANEL + within;
  }
}
