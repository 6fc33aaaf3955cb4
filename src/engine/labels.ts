/** Class indices in linear memory. */

import { checkList } from "../checks/check-list.js";
import { checkInteger, describe } from "../checks/check-options.js";
import type { LinearMemory } from "../wasm/memory.js";
import { Allocation, checkAllocation } from "./allocation.js";
import { checkCount } from "./check-shape.js";

// Held here: where globals are looked up through a context, as in Jest, each look costs as much as a hundred checks.
const { isInteger } = Number;

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
