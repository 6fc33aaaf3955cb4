import { checkNumberList } from "../../checks/check-list.js";
import { ShapeError } from "../../checks/errors.js";
import { Matrix } from "../../engine/matrix.js";
import type { LinearMemory } from "../../wasm/memory.js";
import type { State } from "../parameter.js";

/** An array [length] that a layer itself updates, such as running means. */
export class RunningArray implements State {
  readonly name: string;
  readonly shape: readonly [number];
  readonly #values: Matrix;

  constructor(memory: LinearMemory, name: string, length: number, initial: number) {
    this.name = name;
    this.shape = [length];
    this.#values = new Matrix(memory, 1, length);
    this.#values.data.fill(initial);
  }

  /** Byte address. @throws DisposedError */
  get pointer(): number {
    return this.#values.pointer;
  }

  toArray(): Float32Array {
    return this.#values.data.slice();
  }

  set(values: ArrayLike<number>): void {
    checkNumberList(this.name, values);
    const [length] = this.shape;
    if (values.length !== length) {
      throw new ShapeError(`${this.name}: expected ${length} values, got ${values.length}`);
    }
    this.#values.data.set(values);
  }

  dispose(): void {
    this.#values.dispose();
  }
}
