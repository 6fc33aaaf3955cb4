import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import type * as Library from "../src/index.js";
import type * as JsonLines from "../src/tables/jsonl/jsonl.js";

/**
 * The library evaluated in a vm context, as Jest does: arrays of the tests come from another realm than its own, and its globals
 * are looked up through the context. The context counts the looks at `Math` and `Number`.
 */
async function loadInContext() {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export * from "./index.ts"; export * from "./tables/jsonl/jsonl.ts";',
      resolveDir: fileURLToPath(new URL("../src/", import.meta.url)),
    },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    alias: { "#platform": fileURLToPath(new URL("../src/wasm/platform-node.ts", import.meta.url)) },
    define: { "import.meta.url": JSON.stringify(new URL("../build/wasm/any.js", import.meta.url).href) },
    logLevel: "silent",
  });
  let looks = 0;
  const module = { exports: {} };
  const { process, performance, console, setTimeout, clearTimeout, setImmediate, URL: Url } = globalThis;
  const context = vm.createContext({
    ...{ process, performance, console, setTimeout, clearTimeout, setImmediate, URL: Url },
    ...{ TextDecoder, TextEncoder, AbortController, MessageChannel },
    ...{ module, exports: module.exports, require: createRequire(import.meta.url) },
  });
  for (const name of ["Math", "Number"] as const) {
    const value: unknown = vm.runInContext(name, context);
    Object.defineProperty(context, name, {
      configurable: true,
      get: () => {
        ++looks;
        return value;
      },
    });
  }
  vm.runInContext((outputFiles[0] as { text: string }).text, context);
  return { library: module.exports as typeof Library & typeof JsonLines, looks: () => looks };
}

let library: typeof Library & typeof JsonLines;
let looks: () => number;
let engine: Library.Engine;
beforeAll(async () => {
  ({ library, looks } = await loadInContext());
  engine = await library.createEngine({ threads: 1, wasmBinary: { simd: readFileSync("build/simd.wasm") } });
});

describe("in another realm", () => {
  it("the library is not of the tests' realm", () => {
    expect(engine.matrix(1, 1).data).not.toBeInstanceOf(Float32Array);
  });

  it.each<[string, () => unknown]>([
    ["data sets of floats", () => dataset(20, Float32Array, Int32Array)],
    ["data sets of bytes", () => dataset(20, Uint8Array, Uint8Array)],
    ["data sets with weights", () => dataset(20, Float32Array, Float32Array, new Float32Array(20).fill(1))],
    ["indices", () => new library.Subset(dataset(20), Int32Array.of(1, 2))],
    [
      "minibatches of chosen rows",
      () => {
        const { inputs, targets } = dataset(20);
        return [...library.iterateMinibatches(engine, inputs, targets, 2, { indices: Int32Array.of(1, 2) })];
      },
    ],
    ["Float64Arrays as matrices", () => engine.matrix(1, 2, Float64Array.of(1, 2))],
    ["bytes of files", () => library.parseNpy(library.serializeNpy(Float64Array.of(1, 2), [2]))],
    ["Buffers", () => library.parseNpy(Buffer.from(library.serializeNpy(Int16Array.of(1, 2), [2])))],
    ["options", () => new library.Adam({ learningRate: 0.1 })],
    ["URLs", () => library.createEngine({ threads: 1, wasmUrl: new URL("../build/", import.meta.url) })],
  ])("%s are taken", async (_, take) => {
    await take();
  });

  it("a network trains", async () => {
    const network = new library.Network(engine, [new library.Dense(3, 4), new library.ReLU(), new library.Dense(4, 2)]);
    const history = await library.fit(network, dataset(40), { epochs: 2, validationSplit: 0.25 }).run();
    expect(history.length).toBe(2);
  });
});

describe("the globals are not looked up for each element", () => {
  it.each<[string, (rows: number) => unknown]>([
    ["engine.matrix", (rows) => engine.matrix(rows, 3, new Float64Array(3 * rows).fill(0.5))],
    ["engine.labels", (rows) => engine.labels(new Array(rows).fill(1))],
    ["engine.dataset of floats", (rows) => dataset(rows)],
    [
      "engine.dataset with weights",
      (rows) => dataset(rows, Float32Array, Float32Array, new Float32Array(rows).fill(1)),
    ],
    [
      "engine.csr",
      (rows) => {
        const indptr = Int32Array.from({ length: rows + 1 }, (_, row) => row);
        return engine.csr(rows, 3, { indptr, indices: new Int32Array(rows), values: new Float32Array(rows).fill(1) });
      },
    ],
    [
      "Subset",
      (rows) =>
        new library.Subset(
          dataset(rows),
          Int32Array.from({ length: rows }, (_, row) => row),
        ),
    ],
    [
      "Random",
      (rows) => {
        const { random } = engine;
        for (let i = 0; i < rows; ++i) [random.uint32(), random.uniform(), random.normal(), random.below(10)];
        random.shuffle(new Int32Array(rows));
      },
    ],
    ...Object.keys({ normal: 0, glorotUniform: 0, heNormal: 0, lecunNormal: 0, orthogonal: 0 }).map(
      (init): [string, (rows: number) => unknown] => [
        `initial weights (${init})`,
        (rows) => new library.Network(engine, [new library.Dense(rows / 10, 4, { init: init as "normal" })]),
      ],
    ),
    [
      "stateDict and loadStateDict",
      (rows) => {
        const network = new library.Network(engine, [new library.Dense(rows / 10, 8, { init: "zeros" })]);
        network.loadStateDict(network.stateDict());
      },
    ],
    [
      "splits",
      (rows) => library.trainTestSplit(rows, { stratify: Int32Array.from({ length: rows }, (_, i) => i % 3) }),
    ],
    ["evaluate, classes", (rows) => evaluate(rows, new library.SoftmaxCrossEntropy(), Int32Array)],
    ["evaluate, values", (rows) => evaluate(rows, new library.MeanSquaredError(), Float32Array, 1)],
    [
      "fit",
      (rows) => {
        const network = new library.Network(engine, [new library.Dense(3, 2)]);
        return library.fit(network, dataset(rows), { epochs: 1, batchSize: rows / 4, validationSplit: 0.25 }).run();
      },
    ],
    [
      "Preprocessor",
      (rows) => {
        const values = Float64Array.from({ length: rows }, (_, i) => i % 7);
        const names = Array.from({ length: rows }, (_, i) => `c${i % 3}`);
        const table: Library.Table = {
          rows,
          columns: [{ name: "a", kind: "numeric", values }, library.categoricalColumn("b", names)],
        };
        const preprocessor = library.Preprocessor.fit(table, "b");
        return [preprocessor.source(table), preprocessor.transformSparse(table), preprocessor.countUnknown(table)];
      },
    ],
    [
      "readJsonLines",
      (rows) => {
        const lines = Array.from({ length: rows }, (_, i) => `{"a": ${i}, "b": "x${i % 3}"}`).join("\n");
        return library.readJsonLines([new TextEncoder().encode(lines)]);
      },
    ],
    ["npy", (rows) => library.parseNpy(library.serializeNpy(new Float64Array(rows), [rows]))],
    [
      "metrics",
      (rows) => {
        const labels = Array.from({ length: rows }, (_, i) => i % 3);
        const probabilities = new Float32Array(3 * rows).fill(1 / 3);
        library.precisionRecallF1(labels, labels);
        library.logLoss(labels, probabilities);
        library.topKAccuracyScore(labels, probabilities);
        library.r2Score(labels, labels);
      },
    ],
  ])("%s", async (_, run) => {
    const count = async (rows: number) => {
      const before = looks();
      await run(rows);
      return looks() - before;
    };
    await count(400);
    const few = await count(400);
    // Batches, columns and the like may look; sixteen times as many rows are not sixteen times as many looks.
    expect(await count(6400)).toBeLessThan(few + 1000);
  });
});

function dataset(
  rows: number,
  Inputs: typeof Float32Array | typeof Uint8Array = Float32Array,
  Targets: typeof Int32Array | typeof Uint8Array | typeof Float32Array = Int32Array,
  weights?: Float32Array,
) {
  const inputs = new Inputs(3 * rows).map((_: number, i: number) => (i % 5) + 1);
  const targets = new Targets(rows).map((_: number, i: number) => i % 2);
  return engine.dataset({ inputs, shape: [rows, 3], targets, ...(weights && { weights }) });
}

function evaluate(rows: number, loss: Library.Loss, Targets: typeof Int32Array | typeof Float32Array, outputs = 2) {
  const network = new library.Network(engine, [new library.Dense(3, outputs)], { loss });
  return network.evaluate(dataset(rows, Float32Array, Targets));
}
