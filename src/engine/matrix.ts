/** Matrices in linear memory: an address and a shape. Matrices and layers check shapes; kernels trust them. */

import { checkNumberList } from "../checks/check-list.js";
import { wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import { LinearMemory } from "../wasm/memory.js";
import { Allocation, Borrowed, checkAllocation, checkMemory } from "./allocation.js";
import { checkCount, checkSlice } from "./check-shape.js";

/** A row-major float32 matrix [rows, columns]. */
export class Matrix {
  readonly rows: number;
  readonly columns: number;
  /** The memory it lies in: operands of one kernel must share it. */
  readonly memory: LinearMemory;
  readonly #allocation: Allocation | Borrowed;
  #data: Float32Array | undefined;

  /**
   * Contents are undefined unless `data` is given.
   *
   * @throws ShapeError for impossible sizes or a length that does not fit; TypeError for anything but a list of numbers
   */
  constructor(
    memory: LinearMemory,
    rows: number,
    columns: number,
    data?: ArrayLike<number>,
    allocation?: Allocation | Borrowed,
  ) {
    checkCount("rows", rows);
    checkCount("columns", columns);
    if (data !== undefined) checkNumberList("matrix: data", data);
    if (data !== undefined && data.length !== rows * columns) {
      throw new ShapeError(`matrix ${rows} × ${columns}: expected ${rows * columns} values, got ${data.length}`);
    }
    checkAllocation(allocation);
    this.memory = memory;
    this.rows = rows;
    this.columns = columns;
    this.#allocation = allocation ?? new Allocation(memory, rows * columns * 4, `matrix ${rows} × ${columns}`);
    if (data) this.data.set(data);
  }

  /** Byte address of the first element. @throws DisposedError */
  get pointer(): number {
    return this.#allocation.pointer;
  }

  /** The elements, row by row: a view, valid until `dispose`. @throws DisposedError */
  get data(): Float32Array {
    const { pointer } = this;
    // Kept: a view is as large as ten numbers, and losses look at one in every step.
    this.#data ??= this.memory.f32(pointer, this.rows * this.columns);
    return this.#data;
  }

  /** The rows from `begin` up to `end` as a matrix that shares this one's elements. @throws RangeError unless 0 ≤ begin ≤ end ≤ rows */
  slice(begin: number, end: number): Matrix {
    checkSlice(begin, end, this.rows);
    const place = new Borrowed(this.#allocation, begin * this.columns * 4);
    return new Matrix(this.memory, end - begin, this.columns, undefined, place);
  }

  dispose(): void {
    this.#allocation.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** @throws TypeError for anything but a matrix; RangeError for one in the memory of another engine */
export function checkMatrix(what: string, memory: LinearMemory, matrix: unknown): void {
  if (!(matrix instanceof Matrix)) throw wrongType(what, "a Matrix", matrix);
  checkMemory(what, memory, matrix);
}

/** @throws TypeError for anything but a matrix, RangeError for one of another engine; ShapeError unless both have the same shape */
export function checkSameShape(what: string, expected: Matrix, got: Matrix): void {
  checkMatrix(what, expected.memory, got);
  if (expected.rows === got.rows && expected.columns === got.columns) return;
  throw new ShapeError(`${what}: expected ${expected.rows} × ${expected.columns}, got ${got.rows} × ${got.columns}`);
}

/** @throws TypeError for anything but a matrix, dense or sparse; ShapeError unless it has that many columns */
export function checkColumns(
  what: string,
  expected: number,
  matrix: { readonly rows: number; readonly columns: number; readonly memory: LinearMemory },
): void {
  // A CsrMatrix by what it has: its file imports this one.
  const isMatrix =
    matrix instanceof Matrix || (matrix?.memory instanceof LinearMemory && "startsPointer" in (matrix as object));
  if (!isMatrix) throw wrongType(what, "a Matrix", matrix);
  if (matrix.columns === expected) return;
  throw new ShapeError(
    `${what}: expected ${expected} columns, got ${matrix.columns} (${matrix.rows} × ${matrix.columns})`,
  );
}
