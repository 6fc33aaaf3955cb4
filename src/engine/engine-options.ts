/** Options of an engine, and its report about itself. */

import type { OptionNames } from "../checks/check-options.js";
import type { BinaryOptions } from "../wasm/binaries.js";
import type { ThreadWorker } from "../wasm/thread-worker.js";
import type { Tile } from "../wasm/tile.js";
import type { Variant } from "../wasm/variant.js";

/** Options of `createEngine`. */
export interface EngineOptions extends BinaryOptions {
  /**
   * Threads that share the work, this one included; `auto` (the default) takes one for each core, eight at most. Their
   * number changes no bit of a result.
   */
  readonly threads?: number | "auto";
  /** Which binary; `auto` (the default) takes relaxed SIMD where the engine has it. */
  readonly variant?: Variant | "auto";
  /** The same bits on every machine and engine; takes the `simd` binary. Default false. */
  readonly deterministic?: boolean;
  /**
   * Let V8 join the kernels' vectors into 256-bit ones, for up to twice the speed: an experiment of V8's, in Node from 23.5
   * on x64, for the whole process and for good. Optimised kernels must give the bits of plain ones before they are used,
   * which takes 0.4 s. `info()` says whether it is on. Default false.
   */
  readonly revectorize?: boolean;
  /** The micro-kernel's tile; `auto` (the default) times each for some milliseconds. No tile changes a bit of a result. */
  readonly tile?: Tile | "auto";
  /**
   * How far the linear memory may grow, from 4 MiB (2²²) to 4 GiB − 64 KiB, the default: for devices, and limits of address space,
   * on which less is to be reserved. Where an engine refuses, less is taken; `info()` says how much, and why.
   */
  readonly maximumBytes?: number;
  /** Seed of the initial weights and shuffles, an integer from 0; default 0. */
  readonly seed?: number;
  /**
   * Starts a worker that runs `simdgrad/worker` as a module, in place of the library's own way: for scripts that are loaded from
   * another origin, or served in a way of their own. Called once for each thread but the first. If one does not start,
   * `createEngine` throws a `WorkerError`.
   */
  readonly createWorker?: () => ThreadWorker;
}

/** Their names, for the check. */
export const ENGINE_OPTIONS: OptionNames<EngineOptions> = {
  threads: true,
  variant: true,
  deterministic: true,
  revectorize: true,
  tile: true,
  maximumBytes: true,
  seed: true,
  wasmUrl: true,
  wasmBinary: true,
  wasmModule: true,
  createWorker: true,
};

/** The binary, threads, tile and memory of an engine, and why each was chosen. */
export interface EngineInfo {
  readonly variant: Variant;
  readonly variantReason: string;
  readonly threads: number;
  readonly threadsReason: string;
  /** Whether 256-bit vectors are on. */
  readonly revectorize: boolean;
  readonly revectorizeReason: string;
  /** The micro-kernel's tile, rows × columns. */
  readonly tile: Tile;
  readonly tileReason: string;
  readonly seed: number;
  /** Size of the linear memory, in bytes, and how far it can grow. */
  readonly memoryBytes: number;
  readonly memoryMaximumBytes: number;
  /** How views of it, such as `matrix.data`, stay valid when it grows: it is shared, resizable, or of fixed size. */
  readonly memoryReason: string;
  /** Of these, handed out to matrices, weights and buffers. */
  readonly memoryBytesInUse: number;
}
