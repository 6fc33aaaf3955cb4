/** Matrices in linear memory: an address and a shape. Shapes are checked here and in the layers; kernels trust them. */

import { checkList, checkNumberList } from "../checks/check-list.js";
import {
  type Bounds,
  checkInteger,
  checkNumber,
  describe,
  rangeFor,
  shownNumber,
  wrongType,
} from "../checks/check-options.js";
import { DisposedError, ShapeError } from "../checks/errors.js";
import { isUint8Array } from "../checks/typed-arrays.js";
import { LinearMemory } from "../wasm/memory.js";

/** The largest float32. */
export const MOST_FLOAT = 3.4028234663852886e38;

// Held here: where globals are looked up through a context, as in Jest, each look costs as much as a hundred checks.
const { isFinite: isFiniteNumber, isInteger, isSafeInteger } = Number;
const { floor, fround } = Math;

/** A block of linear memory with an owner: throws when used after it was freed. */
export class Allocation {
  readonly #memory: LinearMemory;
  readonly #what: string;
  #pointer: number;

  /** @throws TypeError for anything but an engine's memory; as `LinearMemory.allocate` */
  constructor(memory: LinearMemory, bytes: number, what: string) {
    checkLinearMemory(memory);
    this.#memory = memory;
    this.#what = what;
    this.#pointer = memory.allocate(bytes);
    memory.made(this);
  }

  /** @throws DisposedError after `dispose` */
  get pointer(): number {
    if (this.#pointer === 0) throw new DisposedError(`${this.#what} was used after it was disposed of`);
    return this.#pointer;
  }

  dispose(): void {
    if (this.#pointer !== 0) this.#memory.free(this.#pointer);
    this.#pointer = 0;
  }
}

/** A part of a block that belongs to another: nothing to free. */
class Borrowed {
  readonly #owner: { readonly pointer: number };
  readonly #offset: number;

  constructor(owner: { readonly pointer: number }, offset: number) {
    this.#owner = owner;
    this.#offset = offset;
  }

  /** @throws DisposedError once the owner is disposed of */
  get pointer(): number {
    return this.#owner.pointer + this.#offset;
  }

  dispose(): void {}
}

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

/** Scales with which every byte is a finite float. */
export const BYTE_SCALES: Bounds = { least: -1e36, most: 1e36 };

/** Bytes [rows, columns] that stand for floats: each is multiplied by `scale` when its row is gathered. */
export class ByteMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly scale: number;
  readonly memory: LinearMemory;
  readonly #allocation: Allocation;

  /** @throws TypeError for anything but bytes and numbers; ShapeError for impossible sizes or a length that does not fit */
  constructor(memory: LinearMemory, rows: number, columns: number, data: Uint8Array, scale: number) {
    checkCount("rows", rows);
    checkCount("columns", columns);
    if (!isUint8Array(data)) throw wrongType("byte matrix: data", "a Uint8Array", data);
    if (data.length !== rows * columns) {
      throw new ShapeError(`byte matrix ${rows} × ${columns}: expected ${rows * columns} bytes, got ${data.length}`);
    }
    checkNumber("scale", scale, BYTE_SCALES);
    this.memory = memory;
    this.rows = rows;
    this.columns = columns;
    this.scale = scale;
    this.#allocation = new Allocation(memory, data.length, `byte matrix ${rows} × ${columns}`);
    memory.u8(this.pointer, data.length).set(data);
  }

  /** Byte address of the first element. @throws DisposedError */
  get pointer(): number {
    return this.#allocation.pointer;
  }

  dispose(): void {
    this.#allocation.dispose();
  }
}

/** Class indices, one a row: int32 in linear memory. */
export class Labels {
  readonly rows: number;
  /** One more than the largest label that may occur. */
  readonly classes: number;
  readonly memory: LinearMemory;
  readonly #allocation: Allocation;
  #data: Int32Array | undefined;

  /**
   * @param values the labels; or their number, contents undefined
   * @throws RangeError for a label that is not an integer from 0 to classes − 1 (2³¹ − 1 when `classes` is left out), for
   * `classes` that is not an integer from 1; TypeError for anything but a list
   */
  constructor(memory: LinearMemory, values: ArrayLike<number> | number, classes?: number, allocation?: Allocation) {
    if (classes !== undefined) checkInteger("labels: classes", classes, 1);
    const isCount = typeof values === "number";
    if (isCount) checkCount("labels", values);
    checkAllocation(allocation);
    const largest = isCount ? -1 : largestLabel(values, classes);
    this.rows = isCount ? values : values.length;
    this.classes = classes ?? largest + 1;
    this.memory = memory;
    this.#allocation = allocation ?? new Allocation(memory, this.rows * 4, `${this.rows} labels`);
    if (!isCount) this.data.set(values);
  }

  /** Byte address of the first label. @throws DisposedError */
  get pointer(): number {
    return this.#allocation.pointer;
  }

  /** The labels: a view, valid until `dispose`. @throws DisposedError */
  get data(): Int32Array {
    const { pointer } = this;
    this.#data ??= this.memory.i32(pointer, this.rows);
    return this.#data;
  }

  dispose(): void {
    this.#allocation.dispose();
  }
}

/** The largest of the labels, −1 of none. @throws RangeError, TypeError as Labels */
function largestLabel(values: ArrayLike<number>, classes: number | undefined): number {
  checkList("labels", values, "a list of integers");
  let largest = -1;
  for (let row = 0; row < values.length; ++row) {
    const label = values[row] as number;
    if (!isInteger(label) || label < 0 || label > 0x7fffffff || (classes !== undefined && label >= classes)) {
      const range = classes !== undefined ? `0 to ${classes - 1}` : "0 upwards";
      throw new RangeError(`label of row ${row}: expected an integer from ${range}, got ${describe(label)}`);
    }
    if (label > largest) largest = label;
  }
  return largest;
}

/** Columns of a panel: the unit in which weights are laid out. */
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

/** Memory of four-byte elements that grows to the largest number ever asked for and is reused for every smaller one. */
class GrowingBlock {
  readonly #memory: LinearMemory;
  #allocation: Allocation | undefined;
  #capacity = 0;
  #disposed = false;

  constructor(memory: LinearMemory) {
    checkLinearMemory(memory);
    this.#memory = memory;
  }

  /**
   * Room for `count` elements, contents undefined.
   *
   * @throws RangeError when the memory cannot grow that far: the block is as large as before then; DisposedError
   */
  reserve(count: number): Allocation {
    if (this.#disposed) throw new DisposedError("a layer was used after it was disposed of");
    if (this.#allocation && count <= this.#capacity) return this.#allocation;
    // Given back first: a memory that holds the one or the other need not hold both.
    const before = this.#allocation;
    before?.dispose();
    this.#allocation = undefined;
    try {
      this.#allocation = this.#allocate(count);
      this.#capacity = count;
    } catch (error) {
      if (before) this.#allocation = this.#allocate(this.#capacity);
      throw error;
    }
    return this.#allocation;
  }

  dispose(): void {
    this.#allocation?.dispose();
    this.#allocation = undefined;
    this.#disposed = true;
  }

  #allocate(count: number): Allocation {
    return new Allocation(this.#memory, count * 4, "a layer's result");
  }
}

/** Memory that a layer keeps for its result: it grows to the largest batch seen and is reused for every smaller one. */
export class MatrixBuffer {
  readonly #memory: LinearMemory;
  readonly #block: GrowingBlock;
  #matrix: Matrix | undefined;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#block = new GrowingBlock(memory);
  }

  /**
   * The buffer as a matrix of this shape, contents undefined; the same object as before when the shape is the same.
   *
   * @throws TypeError, ShapeError for impossible sizes; RangeError when the memory cannot grow that far; DisposedError
   */
  shaped(rows: number, columns: number): Matrix {
    if (this.#matrix && this.#matrix.rows === rows && this.#matrix.columns === columns) return this.#matrix;
    checkCount("rows", rows);
    checkCount("columns", columns);
    this.#matrix = undefined;
    // Borrowed: who is given the result may dispose of it, as of any matrix, and not of the buffer.
    const place = new Borrowed(this.#block.reserve(rows * columns), 0);
    this.#matrix = new Matrix(this.#memory, rows, columns, undefined, place);
    return this.#matrix;
  }

  dispose(): void {
    this.#block.dispose();
    this.#matrix = undefined;
  }
}

/** As a MatrixBuffer, for labels. */
export class LabelsBuffer {
  readonly #memory: LinearMemory;
  readonly #block: GrowingBlock;
  #labels: Labels | undefined;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#block = new GrowingBlock(memory);
  }

  /** The buffer as that many labels, contents undefined; the same object as before when it was as many of as many classes. */
  shaped(rows: number, classes: number): Labels {
    if (this.#labels && this.#labels.rows === rows && this.#labels.classes === classes) return this.#labels;
    this.#labels = undefined;
    this.#labels = new Labels(this.#memory, rows, classes, this.#block.reserve(rows));
    return this.#labels;
  }

  dispose(): void {
    this.#block.dispose();
    this.#labels = undefined;
  }
}

/** @throws RangeError for what lies in the memory of another engine: its address means something else in this one's */
export function checkMemory(
  what: string,
  memory: LinearMemory,
  { memory: own }: { readonly memory: LinearMemory },
): void {
  if (own === memory) return;
  throw new RangeError(`${what}: expected one of the same engine, got one of another engine`);
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

/** @throws TypeError, RangeError naming the first value that is no number, NaN or infinite, or would be as a float32 */
export function checkFinite(values: ArrayLike<number>, columns: number): void {
  for (let index = 0; index < values.length; ++index) {
    const value = values[index] as number;
    // A float64 beyond float32's range would become infinite.
    if (isFiniteNumber(value) && isFiniteNumber(fround(value))) continue;
    const at =
      columns < Number.POSITIVE_INFINITY
        ? `row ${Math.floor(index / columns)}, column ${index % columns}`
        : `element ${index}`;
    if (typeof value !== "number") throw wrongType(`inputs: ${at}`, "a number", value);
    const got = shownNumber(value);
    throw new RangeError(`inputs: expected finite numbers, got ${got} at ${at} (checkFinite: false skips this check)`);
  }
}

/** @throws ShapeError unless `value` is an integer from 0 up */
export function checkCount(what: string, value: number): void {
  if (typeof value !== "number") throw wrongType(what, "a number", value);
  if (isSafeInteger(value) && value >= 0) return;
  throw new ShapeError(`${what}: expected an integer ${rangeFor(value, 0)}, got ${value}`);
}

/** @throws TypeError, RangeError unless 0 ≤ begin ≤ end ≤ rows */
export function checkSlice(begin: number, end: number, rows: number): void {
  checkInteger("slice: begin", begin, 0, rows);
  checkInteger("slice: end", end, begin, rows);
}

/** @throws TypeError for anything but an engine's memory */
export function checkLinearMemory(memory: unknown): void {
  if (!(memory instanceof LinearMemory)) throw wrongType("memory", "an engine's memory", memory);
}

function checkAllocation(allocation: unknown): void {
  if (allocation === undefined || allocation instanceof Allocation || allocation instanceof Borrowed) return;
  throw wrongType("allocation", "a block of memory", allocation);
}
