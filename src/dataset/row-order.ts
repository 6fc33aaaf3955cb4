/** The order in which rows are visited: their indices in linear memory, where the kernels that gather rows read them. */

import { Allocation } from "../engine/matrix.js";
import type { Random } from "../engine/random.js";
import type { LinearMemory } from "../wasm/memory.js";

/** Room for the indices, which is filled again for every pass over the rows. */
export class RowOrder {
  /** Rows that are visited. */
  readonly rows: number;
  readonly #memory: LinearMemory;
  readonly #indices: Int32Array | undefined;
  readonly #allocation: Allocation;

  /**
   * Contents undefined until `arrange`.
   *
   * @param rows of the data
   * @param indices the rows to visit, which are read with every `arrange`; all of them if left out
   * @throws RangeError for an index that is none of the rows
   */
  constructor(memory: LinearMemory, rows: number, indices?: Int32Array) {
    const strange = indices?.find((row) => !(row >= 0 && row < rows));
    if (strange !== undefined) throw new RangeError(`indices: expected rows from 0 to ${rows - 1}, got ${strange}`);
    this.rows = indices?.length ?? rows;
    this.#memory = memory;
    this.#indices = indices;
    this.#allocation = new Allocation(memory, this.rows * 4, "an order of rows");
  }

  /** Byte address of the first index, an int32. @throws DisposedError */
  get pointer(): number {
    return this.#allocation.pointer;
  }

  /** Puts the rows in their own order, or with a generator in a random one. */
  arrange(random?: Random): void {
    const order = this.#memory.i32(this.pointer, this.rows);
    if (this.#indices) order.set(this.#indices);
    else for (let row = 0; row < order.length; ++row) order[row] = row;
    random?.shuffle(order);
  }

  dispose(): void {
    this.#allocation.dispose();
  }
}
