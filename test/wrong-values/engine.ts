import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import * as library from "../../src/index.js";
import { source } from "../training/fixture.js";
import { type Cases, call, make, method, options } from "./cases.js";
import { data, engine, labels, matrix } from "./fixture.js";

const csrData = () => ({ indptr: [0, 1], indices: [0], values: [1] });

export const engineOptions = [
  options("createEngine", async (given: library.EngineOptions) => (await library.createEngine(given)).dispose(), {
    threads: { value: () => 1, takes: [] },
    variant: () => "auto",
    deterministic: () => false,
    revectorize: () => false,
    tile: () => "4x8",
    maximumBytes: () => 2 ** 26,
    seed: () => 1,
    wasmUrl: () => new URL("../../build/", import.meta.url),
    wasmBinary: { value: () => () => BINARIES.wasmBinary, beside: () => ({ variant: "simd" }) },
    wasmModule: { value: () => () => BINARIES.wasmModule, beside: () => ({ variant: "simd" }) },
    createWorker: { value: () => () => 1, beside: () => ({ threads: 1 }) },
  }),
  options("engine.matrix", (given: object) => engine.matrix(1, 1, [1], given), { checkFinite: () => true }),
  options("engine.csr", (given: object) => engine.csr(1, 2, csrData(), given), { checkFinite: () => true }),
  options("engine.dataset", (given: library.DatasetOptions) => engine.dataset(source(4), given), {
    checkFinite: () => true,
    sparse: { value: () => "auto", takes: ["true", "false"] },
    classes: () => 3,
  }),
];

const binary = new URL("../../build/simd-shared.wasm", import.meta.url);
/** One binary as each of the options takes it. */
const BINARIES = {
  wasmUrl: binary,
  wasmBinary: readFileSync(binary),
  wasmModule: await WebAssembly.compile(readFileSync(binary)),
};

/** A data set's parts are options, too, of which some are required. */
const sources = options("engine.dataset", (given: library.DataSource) => engine.dataset(given), {
  inputs: { value: () => source(4).inputs, required: true, takes: [] },
  shape: { value: () => [4, 2], required: true },
  targets: { value: () => source(4).targets, required: true },
  weights: () => new Float32Array(4).fill(1),
  scale: { value: () => 0.5, beside: () => ({ inputs: new Uint8Array(8) }) },
});
const csrSources = options("engine.csr", (given: library.CsrData) => engine.csr(1, 2, given), {
  indptr: { value: () => [0, 1], required: true },
  indices: { value: () => [0], required: true },
  values: { value: () => [1], required: true },
});

export const engineCases: Cases = {
  createEngine: call(
    async (given: never) => (await library.createEngine(given)).dispose(),
    () => [],
    { optional: () => [{ threads: 1 }] },
  ),
  "Engine.matrix": method(
    () => engine,
    "matrix",
    () => [1, 2],
    { optional: () => [[1, 2], {}] },
  ),
  "Engine.labels": method(
    () => engine,
    "labels",
    () => [[0, 1]],
    { optional: () => [2] },
  ),
  "Engine.csr": method(
    () => engine,
    "csr",
    () => [1, 2, csrData()],
    { optional: () => [{}] },
  ),
  "Engine.dataset": method(
    () => engine,
    "dataset",
    () => [source(4)],
    { optional: () => [{}] },
  ),
  "Engine.info": method(() => engine, "info"),
  "Engine.checkAlive": method(() => engine, "checkAlive"),
  "createEngine: createWorker, result": call(
    async (worker: never) => {
      (await library.createEngine({ threads: 2, tile: "4x8", createWorker: () => worker })).dispose();
    },
    () => [new Worker(new URL("../../build/wasm/worker.js", import.meta.url))],
  ),
  ...Object.fromEntries(
    ["in a table", "from a function"].flatMap((how) =>
      Object.entries(BINARIES).map(([option, right]) => [
        `createEngine: ${option}, ${how}`,
        call(
          async (binary: never) => {
            const given = how === "in a table" ? { "simd-shared": binary } : () => binary;
            const made = { [option]: given, threads: 1, variant: "simd", tile: "4x8" } as const;
            (await library.createEngine(made as library.EngineOptions)).dispose();
          },
          () => [right],
        ),
      ]),
    ),
  ),
  "Engine.dispose": method(() => library.createEngine({ threads: 1 }), "dispose"),
  ...sources.cases,
  ...csrSources.cases,

  Matrix: make(library.Matrix, () => [engine.memory, 1, 2], {
    optional: () => [[1, 2], undefined],
    takes: { 3: ["[-1, NaN]", "a Float64Array"] },
  }),
  "Matrix.slice": method(matrix, "slice", () => [0, 1]),
  "Matrix.dispose": method(matrix, "dispose"),
  MatrixBuffer: make(library.MatrixBuffer, () => [engine.memory]),
  "MatrixBuffer.shaped": method(
    () => new library.MatrixBuffer(engine.memory),
    "shaped",
    () => [1, 2],
  ),
  "MatrixBuffer.dispose": method(() => new library.MatrixBuffer(engine.memory), "dispose"),
  ByteMatrix: make(library.ByteMatrix, () => [engine.memory, 1, 3, new Uint8Array(3), 0.5]),
  "ByteMatrix.dispose": method(() => new library.ByteMatrix(engine.memory, 1, 1, new Uint8Array(1), 1), "dispose"),
  Labels: make(library.Labels, () => [engine.memory, [0, 1]], {
    optional: () => [2, undefined],
    takes: { 1: ["0"] },
  }),
  "Labels.dispose": method(labels, "dispose"),
  CsrMatrix: make(library.CsrMatrix, () => [engine.memory, 1, 2, 1], { optional: () => [undefined] }),
  "CsrMatrix.selection": method(
    () => engine.csr(1, 2, csrData()),
    "selection",
    () => [1],
  ),
  "CsrMatrix.slice": method(
    () => engine.csr(1, 2, csrData()),
    "slice",
    () => [0, 1],
  ),
  "CsrMatrix.gatherRows": method(
    () => engine.csr(1, 2, csrData()).selection(1),
    "gatherRows",
    () => [engine.kernels, engine.csr(1, 2, csrData()), engine.labels([0]).pointer],
  ),
  "CsrMatrix.expandInto": method(
    () => engine.csr(1, 2, csrData()),
    "expandInto",
    () => [engine.kernels, engine.matrix(1, 2)],
  ),
  "CsrMatrix.from": call(
    (...given) => library.CsrMatrix.from(...(given as unknown as [never, never, never, never, never])),
    () => [engine.memory, 1, 2, csrData()],
    { optional: () => [true] },
  ),
  "CsrMatrix.dispose": method(() => engine.csr(1, 2, csrData()), "dispose"),
  Dataset: make(library.Dataset, () => [engine.kernels, engine.memory, source(4)], { optional: () => [{}] }),
  "Dataset.dispose": method(data, "dispose"),
};
