/** Sparse matrices: the elements that are not zero, row by row. */

import { checkBoolean, checkInteger, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import type { Kernels } from "../wasm/kernels.js";
import type { LinearMemory } from "../wasm/memory.js";
import { Allocation, checkLinearMemory, checkMemory } from "./allocation.js";
import { checkKernels } from "./check-engine.js";
import { checkCount, checkFinite, checkSlice } from "./check-shape.js";
import { type CsrData, checkCsr } from "./csr-data.js";
import { checkMatrix, type Matrix } from "./matrix.js";

/** Elements in linear memory, for one matrix or for all that are made of its rows. */
class Elements {
  readonly indices: Allocation;
  readonly values: Allocation;

  constructor(memory: LinearMemory, count: number, what: string) {
    // Kernels store four at a time.
    const bytes = (count + 3) * 4;
    this.indices = new Allocation(memory, bytes, what);
    this.values = new Allocation(memory, bytes, what);
  }

  dispose(): void {
    this.indices.dispose();
    this.values.dispose();
  }
}

/** Where each row's elements begin and end: byte addresses of arrays of element numbers. */
interface Bounds {
  readonly starts: number;
  readonly ends: number;
  dispose(): void;
}

/** Bounds that are allocated; for rows that follow each other one array of rows + 1 numbers, else two of `rows`. */
class OwnBounds implements Bounds {
  readonly #allocation: Allocation;
  readonly #distance: number;

  constructor(memory: LinearMemory, rows: number, consecutive: boolean, what: string) {
    this.#allocation = new Allocation(memory, (consecutive ? rows + 1 : 2 * rows) * 4, what);
    this.#distance = (consecutive ? 1 : rows) * 4;
  }

  /** @throws DisposedError */
  get starts(): number {
    return this.#allocation.pointer;
  }

  get ends(): number {
    return this.#allocation.pointer + this.#distance;
  }

  dispose(): void {
    this.#allocation.dispose();
  }
}

/** A float32 matrix [rows, columns] of which only the elements that are not zero are kept. Made by `engine.csr`. */
export class CsrMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly memory: LinearMemory;
  readonly #elements: Elements;
  readonly #bounds: Bounds;
  /** Whether the elements are another matrix's. */
  readonly #borrows: boolean;

  /** Contents undefined: of `elements`, or of room for so many new ones. @throws TypeError, ShapeError for impossible sizes */
  constructor(memory: LinearMemory, rows: number, columns: number, elements: Elements | number, bounds?: Bounds) {
    checkLinearMemory(memory);
    checkCount("rows", rows);
    checkCount("columns", columns);
    if (typeof elements === "number") checkCount("elements", elements);
    else if (!(elements instanceof Elements)) throw wrongType("elements", "a number of elements", elements);
    if (bounds !== undefined && typeof bounds?.starts !== "number") throw wrongType("bounds", "bounds of rows", bounds);
    const what = `sparse matrix ${rows} × ${columns}`;
    this.rows = rows;
    this.columns = columns;
    this.memory = memory;
    this.#borrows = typeof elements !== "number";
    [this.#elements, this.#bounds] = memory.allOrNothing(() => [
      typeof elements === "number" ? new Elements(memory, elements, what) : elements,
      bounds ?? new OwnBounds(memory, rows, !this.#borrows, what),
    ]);
  }

  /**
   * @throws TypeError for parts of a wrong type; ShapeError for lengths that do not fit; RangeError for row bounds that are not
   * ascending integers, columns that are not ascending integers in [0, columns), and, unless `finite` is false, NaN or ±∞
   */
  static from(memory: LinearMemory, rows: number, columns: number, data: CsrData, finite = true): CsrMatrix {
    checkCount("rows", rows);
    checkCount("columns", columns);
    checkBoolean("checkFinite", finite);
    checkCsr(rows, columns, data);
    if (finite) checkFinite(data.values, Number.POSITIVE_INFINITY);
    const matrix = new CsrMatrix(memory, rows, columns, data.values.length);
    memory.i32(matrix.indicesPointer, data.indices.length).set(data.indices);
    memory.f32(matrix.valuesPointer, data.values.length).set(data.values);
    memory.i32(matrix.startsPointer, rows + 1).set(data.indptr);
    return matrix;
  }

  get startsPointer(): number {
    return this.#bounds.starts;
  }

  get endsPointer(): number {
    return this.#bounds.ends;
  }

  get indicesPointer(): number {
    return this.#elements.indices.pointer;
  }

  get valuesPointer(): number {
    return this.#elements.values.pointer;
  }

  /** A matrix of `rows` rows of this one, not yet chosen: `gatherRows` does that. It shares the elements. */
  selection(rows: number): CsrMatrix {
    return new CsrMatrix(this.memory, rows, this.columns, this.#elements);
  }

  /** The rows from `begin` up to `end` as a matrix that shares this one's elements. @throws RangeError unless 0 ≤ begin ≤ end ≤ rows; DisposedError */
  slice(begin: number, end: number): CsrMatrix {
    checkSlice(begin, end, this.rows);
    const own = this.#bounds;
    // Looked up with each use: bounds that are disposed of say so.
    const bounds = {
      get starts() {
        return own.starts + begin * 4;
      },
      get ends() {
        return own.ends + begin * 4;
      },
      dispose: () => {},
    };
    return new CsrMatrix(this.memory, end - begin, this.columns, this.#elements, bounds);
  }

  /** Makes this matrix, a selection of `source`, the rows whose indices lie at `order`. @throws TypeError, RangeError */
  gatherRows(kernels: Kernels, source: CsrMatrix, order: number): void {
    checkKernels("gatherRows", kernels);
    if (!(source instanceof CsrMatrix)) throw wrongType("gatherRows: source", "a CsrMatrix", source);
    checkMemory("gatherRows: source", this.memory, source);
    checkInteger("gatherRows: order", order, 0, this.memory.byteLength - this.rows * 4);
    // A bound is four bytes, as a float is: a row of one column.
    kernels.gatherRows(this.rows, 1, order, source.startsPointer, this.startsPointer);
    kernels.gatherRows(this.rows, 1, order, source.endsPointer, this.endsPointer);
  }

  /** Writes all elements, zeros included, to `target` of the same shape. @throws TypeError, ShapeError for anything else */
  expandInto(kernels: Kernels, target: Matrix): void {
    checkKernels("expandInto", kernels);
    checkMatrix("expandInto: target", this.memory, target);
    if (target.rows !== this.rows || target.columns !== this.columns) {
      const got = `${target.rows} × ${target.columns}`;
      throw new ShapeError(`expandInto: target: expected ${this.rows} × ${this.columns}, got ${got}`);
    }
    kernels.expandRows(
      this.rows,
      this.columns,
      this.startsPointer,
      this.endsPointer,
      this.indicesPointer,
      this.valuesPointer,
      target.pointer,
    );
  }

  /** Frees the row bounds, and the elements unless they belong to another matrix. */
  dispose(): void {
    this.#bounds.dispose();
    if (this.#borrows) return;
    this.#elements.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
