/** LinearMemory: an aligned allocator for the linear memory that all kernels share. */

import { checkInteger } from "../checks/check-options.js";
import type { WebAssemblyMemoryLike } from "../checks/platform-types.js";

const PAGE_BYTES = 65536;
const INITIAL_PAGES = 64;
/** One page less than the 4 GiB that WebAssembly allows, so that the address after the last byte is a 32-bit number. */
const MAXIMUM_PAGES = 65535;
/** Initial size of a memory that can neither be shared nor grow in place: 1 GiB. Untouched pages cost nothing. */
const RESERVED_PAGES = 16384;
/** A cache line: allocations never share one, and vectors never cross its end. */
const ALIGNMENT = 64;

/** A memory, its maximum size, and how its views stay valid. */
export interface MemoryChoice {
  readonly memory: WebAssemblyMemoryLike;
  readonly maximumBytes: number;
  readonly reason: string;
}

/** The least and the most that `maximumBytes` can be. */
export const LEAST_MAXIMUM_BYTES = INITIAL_PAGES * PAGE_BYTES;
export const MOST_MAXIMUM_BYTES = MAXIMUM_PAGES * PAGE_BYTES;

/**
 * Creates a memory whose views stay valid. When a plain memory grows, its views are detached: their length becomes 0, and
 * writes to them silently do nothing. So the memory is shared, or it grows in place if the engine has resizable buffers, or
 * it has its full size from the start. If the engine refuses a size, half of it is tried, and so on.
 *
 * @param mostBytes maximum size
 * @throws RangeError if not even 4 MiB are available
 */
export function createMemory(shared: boolean, mostBytes = MOST_MAXIMUM_BYTES): MemoryChoice {
  const most = Math.floor(mostBytes / PAGE_BYTES);
  const growing = (pages: number) => ({ initial: INITIAL_PAGES, maximum: pages });
  if (shared) {
    return tryPages(most, "shared", (pages) => new WebAssembly.Memory({ ...growing(pages), shared }));
  }
  if ("toResizableBuffer" in WebAssembly.Memory.prototype) {
    return tryPages(most, "resizable", (pages) => {
      const memory = new WebAssembly.Memory(growing(pages)) as WebAssembly.Memory & {
        toResizableBuffer(): ArrayBuffer;
      };
      // From now on `memory.buffer` is this buffer, even after the memory grows.
      memory.toResizableBuffer();
      return memory;
    });
  }
  const fixed = (pages: number) => new WebAssembly.Memory({ initial: pages, maximum: pages });
  return tryPages(Math.min(most, RESERVED_PAGES), "of fixed size, as the engine cannot resize it", fixed);
}

function tryPages(most: number, kind: string, make: (pages: number) => WebAssembly.Memory): MemoryChoice {
  for (let pages = most; ; pages = Math.max(INITIAL_PAGES, Math.floor(pages / 2))) {
    try {
      const reason = pages < most ? `${kind}, and smaller, as the engine refused more` : kind;
      return { memory: make(pages), maximumBytes: pages * PAGE_BYTES, reason };
    } catch (cause) {
      if (pages > INITIAL_PAGES) continue;
      const message =
        `linear memory: expected room for ${megabytes(LEAST_MAXIMUM_BYTES)}, got the refusal "${(cause as Error).message}": ` +
        "dispose of other engines; under a limit of address space (ulimit -v), start Node with --disable-wasm-trap-handler";
      throw new RangeError(message, { cause });
    }
  }
}

function megabytes(value: number): string {
  return `${(value / 2 ** 20).toFixed(1)} MiB`;
}

/** You can call `dispose` more than once. */
interface Disposable {
  dispose(): void;
}

interface Block {
  readonly pointer: number;
  readonly bytes: number;
}

/** First-fit allocation from a list of free blocks. The memory grows if none fits, and never shrinks. */
export class LinearMemory {
  readonly #memory: WebAssemblyMemoryLike;
  /** Maximum size. */
  readonly maximumBytes: number;
  /** Free blocks in order of address. No two are adjacent, and none is last. */
  readonly #free: Block[] = [];
  readonly #used = new Map<number, number>();
  /** First address that was never allocated. */
  #top: number;
  #bytesInUse = 0;
  /** Blocks allocated by the current `allOrNothing`. */
  #made: Disposable[] | undefined;

  /** @param base the first address that may be allocated */
  constructor(memory: WebAssemblyMemoryLike, base: number, maximumBytes = MOST_MAXIMUM_BYTES) {
    this.#memory = memory;
    this.maximumBytes = maximumBytes;
    this.#top = align(base);
  }

  /** Bytes allocated and not freed, including padding. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** Size of the linear memory. */
  get byteLength(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * Allocates `bytes` bytes, 64-byte aligned. Their contents are undefined. Returns the address.
   *
   * @throws TypeError, RangeError unless it is a number of bytes; RangeError if the memory cannot grow enough
   */
  allocate(bytes: number): number {
    // NaN would become an address, and so would all later addresses.
    checkInteger("linear memory: bytes", bytes, 0);
    const size = align(Math.max(bytes, 1));
    const index = this.#free.findIndex((block) => block.bytes >= size);
    const block = this.#free[index];
    const pointer = block ? block.pointer : this.#extend(size);
    if (block) {
      const rest = block.bytes - size;
      this.#free.splice(index, 1, ...(rest > 0 ? [{ pointer: pointer + size, bytes: rest }] : []));
    }
    this.#used.set(pointer, size);
    this.#bytesInUse += size;
    return pointer;
  }

  /** @throws RangeError unless `pointer` is an address in use */
  free(pointer: number): void {
    const bytes = this.#used.get(pointer);
    if (bytes === undefined) throw new RangeError(`free: address ${pointer} is not in use`);
    this.#used.delete(pointer);
    this.#bytesInUse -= bytes;
    let index = this.#free.findIndex((block) => block.pointer > pointer);
    if (index < 0) index = this.#free.length;
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before !== undefined && before.pointer + before.bytes === pointer;
    const joinsAfter = after !== undefined && pointer + bytes === after.pointer;
    const start = joinsBefore ? before.pointer : pointer;
    const end = joinsAfter ? after.pointer + after.bytes : pointer + bytes;
    const first = joinsBefore ? index - 1 : index;
    const joined = Number(joinsBefore) + Number(joinsAfter);
    if (end === this.#top) {
      this.#free.splice(first, joined);
      this.#top = start;
    } else {
      this.#free.splice(first, joined, { pointer: start, bytes: end - start });
    }
  }

  /**
   * Returns what `work` returns. If `work` throws, disposes of all blocks that it reported with `made`: code that allocates
   * several blocks gets all of them or none.
   */
  allOrNothing<T>(work: () => T): T {
    const outer = this.#made;
    const made: Disposable[] = [];
    this.#made = made;
    try {
      const result = work();
      for (const block of made) outer?.push(block);
      return result;
    } catch (error) {
      for (const block of made) block.dispose();
      throw error;
    } finally {
      this.#made = outer;
    }
  }

  /** Reports a new block, which is disposed of if the current `allOrNothing` fails. */
  made(block: Disposable): void {
    this.#made?.push(block);
  }

  /** A view of `length` floats. */
  f32(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, pointer, length);
  }

  /** A view of `length` 32-bit integers. */
  i32(pointer: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, pointer, length);
  }

  /** A view of `length` bytes. */
  u8(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, pointer, length);
  }

  #extend(bytes: number): number {
    const pointer = this.#top;
    const missing = pointer + bytes - this.byteLength;
    if (missing > 0) {
      try {
        this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
      } catch (cause) {
        const limit = `${megabytes(this.maximumBytes)} at most`;
        const message = `linear memory: cannot grow by ${megabytes(missing)} beyond ${megabytes(this.byteLength)} (${limit})`;
        throw new RangeError(message, { cause });
      }
    }
    this.#top = pointer + bytes;
    return pointer;
  }
}

function align(value: number): number {
  return Math.ceil(value / ALIGNMENT) * ALIGNMENT;
}
