/** The engine: one linear memory, the kernels over it, the seeded generator. Everything else is made from an engine. */

import { Dataset, type DatasetOptions } from "./data/dataset.js";
import type { DataSource } from "./data/source.js";
import { DisposedError } from "./errors.js";
import { checkFinite, Labels, Matrix } from "./matrix.js";
import { Random } from "./random.js";
import { instantiateKernels, type Kernels } from "./wasm/kernels.js";
import { LinearMemory } from "./wasm/memory.js";
import { fastestTile, type Tile, tileWord } from "./wasm/tile.js";
import { chooseVariant, type Variant, type VariantChoice } from "./wasm/variant.js";

/** Options of `createEngine`. */
export interface EngineOptions {
  /** Which binary; `auto` (the default) takes relaxed SIMD where the engine has it. */
  readonly variant?: Variant | "auto";
  /** The micro-kernel's tile; `auto` (the default) times each for some milliseconds. No tile changes a bit of a result. */
  readonly tile?: Tile | "auto";
  /** Seed of the initial weights and shuffles, an integer from 0; default 0. */
  readonly seed?: number;
}

/** What an engine runs on, and why. */
export interface EngineInfo {
  readonly variant: Variant;
  readonly variantReason: string;
  readonly threads: number;
  /** The micro-kernel's tile, rows × columns. */
  readonly tile: Tile;
  readonly tileReason: string;
  readonly seed: number;
  /** Size of the linear memory, in bytes. */
  readonly memoryBytes: number;
  /** Of these, handed out to matrices, weights and buffers. */
  readonly memoryBytesInUse: number;
}

/** Pages of 64 KiB: the initial size, and WebAssembly's limit of 4 GiB. */
const INITIAL_PAGES = 64;
const MAXIMUM_PAGES = 65536;

/**
 * Compiles the kernels and lays out the memory.
 *
 * @throws RangeError for an unknown variant or an invalid seed; Error where WebAssembly SIMD is missing
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const random = new Random(options.seed ?? 0);
  const choice = chooseVariant(options.variant ?? "auto");
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES });
  const kernels = await instantiateKernels(choice.variant, memory);
  const { seed = 0, tile = "auto" } = options;
  return new Engine(kernels, new LinearMemory(memory, kernels.heapBase()), { random, seed, choice, tile });
}

interface EngineParts {
  readonly random: Random;
  readonly seed: number;
  readonly choice: VariantChoice;
  readonly tile: Tile | "auto";
}

/** Made by `createEngine`. */
export class Engine {
  /** The kernels' exports: a call costs no more than the call. */
  readonly kernels: Kernels;
  readonly memory: LinearMemory;
  readonly random: Random;
  /** Address of the descriptor that every kernel which splits its work takes. */
  readonly team: number;
  readonly #choice: VariantChoice;
  readonly #seed: number;
  readonly #tile: Tile;
  readonly #tileReason: string;
  #disposed = false;

  constructor(kernels: Kernels, memory: LinearMemory, { random, seed, choice, tile }: EngineParts) {
    this.kernels = kernels;
    this.memory = memory;
    this.random = random;
    this.#choice = choice;
    this.#seed = seed;
    this.team = memory.allocate(kernels.teamBytes());
    const work = memory.allocate(kernels.workBytes());
    this.#tile = tile === "auto" ? fastestTile(kernels, memory, this.team, work) : tile;
    this.#tileReason = tile === "auto" ? "the fastest when timed at the start" : "requested";
    kernels.initTeam(this.team, 1, tileWord(this.#tile), work);
  }

  /** What this engine runs on, and why. */
  info(): EngineInfo {
    return {
      variant: this.#choice.variant,
      variantReason: this.#choice.reason,
      threads: 1,
      tile: this.#tile,
      tileReason: this.#tileReason,
      seed: this.#seed,
      memoryBytes: this.memory.byteLength,
      memoryBytesInUse: this.memory.bytesInUse,
    };
  }

  /**
   * A matrix [rows, columns]; contents undefined unless `data` (row by row) is given.
   *
   * @throws ShapeError; RangeError for NaN or ±∞ in the data, unless `checkFinite` is false; DisposedError
   */
  matrix(
    rows: number,
    columns: number,
    data?: ArrayLike<number>,
    options: { readonly checkFinite?: boolean } = {},
  ): Matrix {
    this.#checkAlive();
    if (data && (options.checkFinite ?? true)) checkFinite(data, columns);
    return new Matrix(this.memory, rows, columns, data);
  }

  /** Class indices, one a row. @throws RangeError for a label that is not an integer in [0, classes); DisposedError */
  labels(values: ArrayLike<number>, classes?: number): Labels {
    this.#checkAlive();
    return new Labels(this.memory, values, classes);
  }

  /** Copies a data set into linear memory. @throws ShapeError, RangeError for NaN, ±∞ or bad labels; DisposedError */
  dataset(source: DataSource, options?: DatasetOptions): Dataset {
    this.#checkAlive();
    return new Dataset(this.memory, source, options);
  }

  /** Ends the engine: nothing can be made from it any more, and its memory goes once nothing else refers to it. */
  dispose(): void {
    this.#disposed = true;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #checkAlive(): void {
    if (this.#disposed) throw new DisposedError("the engine was used after it was disposed of");
  }
}
