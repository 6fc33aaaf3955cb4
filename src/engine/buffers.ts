/** Matrices and labels in memory that grows to the largest batch and is reused for smaller ones. */

import { DisposedError } from "../checks/errors.js";
import type { LinearMemory } from "../wasm/memory.js";
import { Allocation, Borrowed, checkLinearMemory } from "./allocation.js";
import { checkCount } from "./check-shape.js";
import { Labels } from "./labels.js";
import { Matrix } from "./matrix.js";

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
