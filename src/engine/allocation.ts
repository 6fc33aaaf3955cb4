/** Blocks of linear memory with an owner, which throw when they are used after they were freed. */

import { wrongType } from "../checks/check-options.js";
import { DisposedError } from "../checks/errors.js";
import { LinearMemory } from "../wasm/memory.js";

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
export class Borrowed {
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

/** @throws RangeError for what lies in the memory of another engine: its address means something else in this one's */
export function checkMemory(
  what: string,
  memory: LinearMemory,
  { memory: own }: { readonly memory: LinearMemory },
): void {
  if (own === memory) return;
  throw new RangeError(`${what}: expected one of the same engine, got one of another engine`);
}

/** @throws TypeError for anything but an engine's memory */
export function checkLinearMemory(memory: unknown): void {
  if (!(memory instanceof LinearMemory)) throw wrongType("memory", "an engine's memory", memory);
}

export function checkAllocation(allocation: unknown): void {
  if (allocation === undefined || allocation instanceof Allocation || allocation instanceof Borrowed) return;
  throw wrongType("allocation", "a block of memory", allocation);
}
