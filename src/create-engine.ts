/** The engine: one linear memory, its kernels, the seeded generator. It creates matrices and data sets. */

import { findChangedKernel, switchOnRevectorize } from "#platform";
import { checkNumberList } from "./checks/check-list.js";
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkOptions,
  messageOf,
  type OptionNames,
  wrongType,
} from "./checks/check-options.js";
import { DisposedError, WorkerError } from "./checks/errors.js";
import type { WebAssemblyModuleLike } from "./checks/platform-types.js";
import type { DataSource, SparseSource } from "./dataset/data-source.js";
import { Dataset, type DatasetOptions } from "./dataset/dataset.js";
import { checkFinite } from "./engine/check-shape.js";
import { CsrMatrix } from "./engine/csr.js";
import type { CsrData } from "./engine/csr-data.js";
import { ENGINE_OPTIONS, type EngineInfo, type EngineOptions } from "./engine/engine-options.js";
import { Labels } from "./engine/labels.js";
import { Matrix } from "./engine/matrix.js";
import { Random } from "./engine/random.js";
import type { Runtime } from "./engine/runtime.js";
import { type Binaries, chooseBinaries } from "./wasm/binaries.js";
import { instantiateKernels, type Kernels } from "./wasm/kernels.js";
import { createMemory, LEAST_MAXIMUM_BYTES, LinearMemory, MOST_MAXIMUM_BYTES } from "./wasm/memory.js";
import type { ThreadWorker } from "./wasm/thread-worker.js";
import { chooseThreads, NoWorkerError, obstacleToSharing, type ThreadsChoice, WorkerPool } from "./wasm/threads.js";
import { checkTile, fastestTile, type Tile, type TileChoice, tileWord } from "./wasm/tile.js";
import { chooseVariant, type VariantChoice } from "./wasm/variant.js";

/**
 * Compiles the kernels, lays out the memory and starts the workers. The memory is shared if possible. Views such as
 * `matrix.data` stay valid when it grows. Without workers or shared memory the engine runs on one thread, and `info()` says why.
 * A needed binary and your `createWorker` must work.
 *
 * @throws RangeError for an unknown variant, an invalid number of threads or seed, or a binary that is needed and not given;
 * TypeError for options of a wrong type or that exclude each other; FormatError for anything that is not a binary; LoadError
 * if one cannot be loaded; WorkerError if a worker of `createWorker` does not start within ten seconds; Error where
 * WebAssembly SIMD is missing, or `revectorize` changes a result
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  checkOptions("createEngine", options, ENGINE_OPTIONS);
  const { seed = 0, tile = "auto", deterministic = false, revectorize = false, createWorker } = options;
  const { variant: requested = "auto", threads: wanted = "auto", maximumBytes = MOST_MAXIMUM_BYTES } = options;
  const random = new Random(seed);
  checkBoolean("deterministic", deterministic);
  checkTile(tile);
  checkBoolean("revectorize", revectorize);
  checkInteger("maximumBytes", maximumBytes, LEAST_MAXIMUM_BYTES, MOST_MAXIMUM_BYTES);
  if (createWorker !== undefined) checkFunction("createWorker", createWorker, "a function that starts a worker");
  const binaries = chooseBinaries(options);
  const variant = chooseVariant(requested, deterministic, binaries);
  const obstacle = obstacleToSharing();
  const threads = chooseThreads(wanted, obstacle);
  const settings = { random, seed, variant, tile, maximumBytes, revectorize: chooseRevectorize(revectorize) };
  const shared = `${variant.variant}-shared` as const;
  let notShared = obstacle ?? `${binaries.option} has no ${shared}`;
  if (obstacle === undefined && binaries.has(shared)) {
    const module = await binaries.compile(shared);
    try {
      return await createShared(settings, threads, module, createWorker);
    } catch (error) {
      // A createWorker that fails is the caller's bug: throw instead of falling back.
      if (createWorker && (error instanceof WorkerError || error instanceof NoWorkerError)) throw error;
      const message = messageOf(error);
      notShared = threads.count > 1 ? `workers could not be started: ${message}` : message;
    }
  }
  if (threads.count > 1) threads.reason = notShared;
  return createUnshared(settings, threads, binaries, notShared);
}

/**
 * @param notShared why the memory is not shared
 * @throws RangeError when the binary for unshared memory was not given; what `compile` throws
 */
async function createUnshared(
  settings: Omit<EngineSettings, "threads" | "memoryReason">,
  threads: ThreadsChoice,
  binaries: Binaries,
  notShared: string,
): Promise<Engine> {
  const { variant } = settings.variant;
  if (!binaries.has(variant)) {
    throw new RangeError(`${binaries.option}: expected ${variant}, as memory is not shared (${notShared}), got none`);
  }
  const { memory, maximumBytes, reason } = createMemory(false, settings.maximumBytes);
  const kernels = await instantiateKernels(await binaries.compile(variant), memory);
  const linearMemory = new LinearMemory(memory, kernels.heapBase(), maximumBytes);
  const team = layOutTeam(kernels, linearMemory, 1, settings);
  const memoryReason = `${reason}; not shared: ${notShared}`;
  return new Engine(kernels, linearMemory, team, { ...settings, threads: { ...threads, count: 1 }, memoryReason });
}

/** @throws RangeError when the shared memory cannot be had; WorkerError when a worker does not start */
async function createShared(
  settings: Omit<EngineSettings, "threads" | "memoryReason">,
  threads: ThreadsChoice,
  module: WebAssemblyModuleLike,
  createWorker?: () => ThreadWorker,
): Promise<Engine> {
  const { memory, maximumBytes, reason: memoryReason } = createMemory(true, settings.maximumBytes);
  const workers = new WorkerPool(memory, createWorker);
  const kernels = await instantiateKernels(module, memory, workers.awaitParts);
  const linearMemory = new LinearMemory(memory, kernels.heapBase(), maximumBytes);
  const team = layOutTeam(kernels, linearMemory, threads.count, settings);
  await workers.start(module, kernels, team.pointer, threads.count);
  return new Engine(kernels, linearMemory, team, { ...settings, threads, workers, memoryReason });
}

interface TeamLayout extends TileChoice {
  readonly pointer: number;
}

/** Allocates the descriptor of the threads, an argument of every kernel that splits its work, and chooses the tile. */
function layOutTeam(
  kernels: Kernels,
  memory: LinearMemory,
  threads: number,
  { tile, revectorize }: Pick<EngineSettings, "tile" | "revectorize">,
): TeamLayout {
  const pointer = memory.allocate(kernels.teamBytes());
  const work = memory.allocate(kernels.workBytes() * threads);
  if (revectorize.on) checkRevectorized(kernels, memory, pointer, work);
  const chosen = tile === "auto" ? fastestTile(kernels, memory, pointer, work) : { tile, reason: "requested" };
  kernels.initTeam(pointer, threads, tileWord(chosen.tile), work);
  return { pointer, ...chosen };
}

interface RevectorizeChoice {
  readonly on: boolean;
  readonly reason: string;
}

function chooseRevectorize(requested: boolean): RevectorizeChoice {
  if (!requested) return { on: false, reason: "not requested" };
  const obstacle = switchOnRevectorize();
  return obstacle
    ? { on: false, reason: obstacle }
    : { on: true, reason: "requested, and every kernel keeps its bits" };
}

/** @throws Error when a kernel's bits change with the widest tile, which 256-bit vectors suit best */
function checkRevectorized(kernels: Kernels, memory: LinearMemory, team: number, work: number): void {
  kernels.initTeam(team, 1, tileWord("4x16"), work);
  const changed = findChangedKernel(kernels, memory, team);
  if (changed === undefined) return;
  throw new Error(`revectorize: the kernel ${changed} gives other results with it; do without the option`);
}

interface EngineSettings {
  readonly random: Random;
  readonly seed: number;
  readonly variant: VariantChoice;
  readonly threads: ThreadsChoice;
  readonly tile: Tile | "auto";
  readonly maximumBytes: number;
  readonly revectorize: RevectorizeChoice;
  readonly workers?: WorkerPool;
  readonly memoryReason: string;
}

/** Options of methods that take numbers from you. */
export interface FiniteOptions {
  /** Refuse NaN and ±∞; default true. */
  readonly checkFinite?: boolean;
}

const FINITE_OPTIONS: OptionNames<FiniteOptions> = { checkFinite: true };

function checksFinite(what: string, options: FiniteOptions): boolean {
  checkOptions(what, options, FINITE_OPTIONS);
  const { checkFinite: finite = true } = options;
  checkBoolean("checkFinite", finite);
  return finite;
}

/** Made by `createEngine`. */
export class Engine implements Runtime {
  /** The exports of the binary, without wrappers. */
  readonly kernels: Kernels;
  readonly memory: LinearMemory;
  readonly random: Random;
  /** Address of the descriptor of the threads (OpenMP's team), an argument of every kernel that splits its work. */
  readonly team: number;
  readonly #tile: TileChoice;
  readonly #settings: EngineSettings;
  #disposed = false;

  constructor(kernels: Kernels, memory: LinearMemory, team: TeamLayout, settings: EngineSettings) {
    this.kernels = kernels;
    this.memory = memory;
    this.random = settings.random;
    this.team = team.pointer;
    this.#tile = team;
    this.#settings = settings;
  }

  /** The binary, threads, tile and memory of this engine, and why each was chosen. */
  info(): EngineInfo {
    const { variant, threads, revectorize, memoryReason, seed } = this.#settings;
    return {
      variant: variant.variant,
      variantReason: variant.reason,
      threads: threads.count,
      threadsReason: threads.reason,
      revectorize: revectorize.on,
      revectorizeReason: revectorize.reason,
      tile: this.#tile.tile,
      tileReason: this.#tile.reason,
      seed,
      memoryBytes: this.memory.byteLength,
      memoryMaximumBytes: this.memory.maximumBytes,
      memoryReason,
      memoryBytesInUse: this.memory.bytesInUse,
    };
  }

  /**
   * A matrix [rows, columns]; contents undefined unless `data` (row by row) is given.
   *
   * @throws TypeError for data that are not a list of numbers; ShapeError; RangeError for NaN or ±∞ in them, unless `checkFinite` is
   * false; DisposedError
   */
  matrix(rows: number, columns: number, data?: ArrayLike<number>, options: FiniteOptions = {}): Matrix {
    this.checkAlive();
    const finite = checksFinite("matrix", options);
    if (data !== undefined) checkNumberList("matrix: data", data);
    if (data !== undefined && finite) checkFinite(data, columns);
    return new Matrix(this.memory, rows, columns, data);
  }

  /**
   * A sparse matrix [rows, columns] for the first Dense layer of a network.
   *
   * @throws TypeError for parts that are not lists of numbers; ShapeError; RangeError for bounds or columns out of order or range, and for NaN or ±∞ unless `checkFinite` is
   * false; DisposedError
   */
  csr(rows: number, columns: number, data: CsrData, options: FiniteOptions = {}): CsrMatrix {
    this.checkAlive();
    return CsrMatrix.from(this.memory, rows, columns, data, checksFinite("csr", options));
  }

  /**
   * Class indices, one a row.
   *
   * @throws TypeError for anything but a list; RangeError for a label that is not an integer in [0, classes); DisposedError
   */
  labels(values: ArrayLike<number>, classes?: number): Labels {
    this.checkAlive();
    // Only the library's own buffers pass a number of labels.
    if (typeof values === "number") throw wrongType("labels", "a list of integers", values);
    return new Labels(this.memory, values, classes);
  }

  /** Copies a data set into linear memory. @throws TypeError; ShapeError, RangeError for NaN, ±∞ or bad labels; DisposedError */
  dataset(source: DataSource | SparseSource, options?: DatasetOptions): Dataset {
    this.checkAlive();
    return new Dataset(this.kernels, this.memory, source, options);
  }

  /** Ends the engine and its workers. You cannot use it afterwards; its memory is freed once nothing refers to it. */
  dispose(): void {
    this.#disposed = true;
    this.#settings.workers?.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @throws DisposedError after `dispose` */
  checkAlive(): void {
    if (this.#disposed) throw new DisposedError("the engine was used after it was disposed of");
  }
}
