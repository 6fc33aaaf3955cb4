/** Compresses dense matrices if enough elements are zero. */

import { wrongType } from "../checks/check-options.js";
import type { Kernels } from "../wasm/kernels.js";
import type { LinearMemory } from "../wasm/memory.js";
import { CsrMatrix } from "./csr.js";
import { Matrix } from "./matrix.js";

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
  // Rounded as in the kernel that gathers bytes, so that sparse and dense data hold the same floats.
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
