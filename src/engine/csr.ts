/** Sparse matrices: the elements that are not zero, row by row. */

import { checkList, checkNumberList } from "../checks/check-list.js";
import {
  checkBoolean,
  checkInteger,
  checkOptions,
  checkRecord,
  describe,
  type OptionNames,
  wrongType,
} from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import type { Kernels } from "../wasm/kernels.js";
import type { LinearMemory } from "../wasm/memory.js";
import { checkKernels } from "./check-engine.js";
import {
  Allocation,
  checkCount,
  checkFinite,
  checkLinearMemory,
  checkMatrix,
  checkMemory,
  checkSlice,
  Matrix,
} from "./matrix.js";

const { isInteger } = Number;

/**
 * Share of elements that are not zero, below which a product is faster sparse than dense on every engine measured:
 * docs/performance.md. Fixed, because with more than 1024 columns the choice decides the rounding.
 */
export const SPARSE_BELOW = 0.4;

/** The density below which an option `sparse` has inputs treated as sparse. @throws TypeError for another value */
export function densityLimit(sparse: boolean | "auto"): number {
  if (sparse === "auto") return SPARSE_BELOW;
  if (typeof sparse === "boolean") return Number(sparse);
  throw wrongType("sparse", 'true, false or "auto"', sparse);
}

/** The parts of a sparse matrix in compressed-row form, as SciPy's csr_matrix and others name them. */
export interface CsrData {
  /** Where each row's elements begin, and where the last row's end: rows + 1 integers. */
  readonly indptr: ArrayLike<number>;
  /** Each element's column, ascending within a row. */
  readonly indices: ArrayLike<number>;
  /** Each element's value. */
  readonly values: ArrayLike<number>;
}

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

/** Compresses dense matrices into memory that is reused for every one that is not larger. */
export class CsrBuffer {
  readonly #kernels: Kernels;
  readonly #memory: LinearMemory;
  #matrix: CsrMatrix | undefined;
  #capacity = 0;

  constructor(kernels: Kernels, memory: LinearMemory) {
    this.#kernels = kernels;
    this.#memory = memory;
  }

  /** `dense` as a sparse matrix, valid until the next call; undefined when its density is above `most`. */
  compress(dense: Matrix, most: number): CsrMatrix | undefined {
    const { rows, columns, pointer } = dense;
    const limit = Math.floor(rows * columns * most);
    if (this.#matrix?.rows !== rows || this.#matrix.columns !== columns || this.#capacity < limit) {
      this.dispose();
      this.#matrix = new CsrMatrix(this.#memory, rows, columns, limit);
      this.#capacity = limit;
    }
    const { startsPointer, endsPointer, indicesPointer, valuesPointer } = this.#matrix;
    const count = this.#kernels.compressRows(
      rows,
      columns,
      pointer,
      0,
      limit,
      startsPointer,
      endsPointer,
      indicesPointer,
      valuesPointer,
    );
    return count < 0 ? undefined : this.#matrix;
  }

  dispose(): void {
    this.#matrix?.dispose();
    this.#matrix = undefined;
  }
}

/**
 * The rows of `scale`·`data` (bytes, or floats) as a sparse matrix; undefined when more than the share `most` of them is
 * not zero.
 */
export function compress(
  kernels: Kernels,
  memory: LinearMemory,
  rows: number,
  columns: number,
  data: Float32Array | Uint8Array,
  scale: number,
  most: number,
): CsrMatrix | undefined {
  const count = countNonZero(data);
  if (count > data.length * most) return undefined;
  const matrix = new CsrMatrix(memory, rows, columns, count);
  const chunkRows = Math.min(rows, Math.max(1, Math.floor(CHUNK_ELEMENTS / Math.max(columns, 1))));
  const chunk = new Matrix(memory, chunkRows, columns);
  // Rounded, as the kernel that gathers bytes has it: sparse and dense data hold the same floats.
  const factor = Math.fround(scale);
  let first = 0;
  for (let row = 0; row < rows; row += chunkRows) {
    const end = Math.min(row + chunkRows, rows);
    const part = data.subarray(row * columns, end * columns);
    const floats = chunk.data;
    for (let i = 0; i < part.length; ++i) floats[i] = factor * (part[i] as number);
    first += kernels.compressRows(
      end - row,
      columns,
      chunk.pointer,
      first,
      count - first,
      matrix.startsPointer + row * 4,
      matrix.endsPointer + row * 4,
      matrix.indicesPointer + first * 4,
      matrix.valuesPointer + first * 4,
    );
  }
  chunk.dispose();
  return matrix;
}

/** Elements that are brought into linear memory at a time. */
const CHUNK_ELEMENTS = 1 << 18;

function countNonZero(data: Float32Array | Uint8Array): number {
  let count = 0;
  for (let i = 0; i < data.length; ++i) count += data[i] === 0 ? 0 : 1;
  return count;
}

const PARTS: OptionNames<CsrData> = { indptr: true, indices: true, values: true };

function checkCsr(rows: number, columns: number, data: CsrData): void {
  checkRecord("csr", data, "an object with indptr, indices and values");
  checkOptions("csr: parts", data, PARTS);
  const { indptr, indices, values } = data;
  checkList("indptr", indptr, "a list of integers");
  checkList("indices", indices, "a list of integers");
  checkNumberList("values", values);
  if (indptr.length !== rows + 1) {
    throw new ShapeError(`indptr: expected ${rows + 1} values for ${rows} rows, got ${indptr.length}`);
  }
  if (indices.length !== values.length) {
    throw new ShapeError(`indices: expected one for each of the ${values.length} values, got ${indices.length}`);
  }
  for (let row = 0; row <= rows; ++row) {
    const bound = indptr[row] as number;
    const least = row === 0 ? 0 : (indptr[row - 1] as number);
    const most = row === 0 ? 0 : values.length;
    if (!isInteger(bound) || bound < least || bound > most || (row === rows && bound !== values.length)) {
      const expected = row === rows ? `the number of values, ${values.length}` : `an integer from ${least} to ${most}`;
      throw new RangeError(`indptr[${row}]: expected ${expected}, got ${describe(bound)}`);
    }
  }
  for (let row = 0; row < rows; ++row) {
    let least = 0;
    for (let element = indptr[row] as number; element < (indptr[row + 1] as number); ++element) {
      const column = indices[element] as number;
      if (!isInteger(column) || column < least || column >= columns) {
        throw new RangeError(
          `row ${row}, element ${element}: expected an ascending column from ${least} to ${columns - 1}, got ${describe(column)}`,
        );
      }
      least = column + 1;
    }
  }
}
