/** Matrices of bytes: data sets of images take a quarter of the memory of floats. */

import { type Bounds, checkNumber, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import { isUint8Array } from "../checks/typed-arrays.js";
import type { LinearMemory } from "../wasm/memory.js";
import { Allocation } from "./allocation.js";
import { checkCount } from "./check-shape.js";

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
