import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mnistChecksums } from "../../src/digits/mnist.js";
import * as library from "../../src/index.js";
import * as mnist from "../../src/node/mnist-files.js";
import * as csv from "../../src/tables/csv/csv.js";
import * as jsonl from "../../src/tables/jsonl/jsonl.js";
import * as parquet from "../../src/tables/parquet/parquet.js";
import { smallMnist } from "../digits/idx-files.js";
import { type Cases, call, make, method, options, setter } from "./cases.js";
import { data, engine, table } from "./fixture.js";
import { parquetFile } from "./parquet-file.js";

const jsonLines = () => [Buffer.from('{"a":1}')];
const columnOptions = {
  kinds: () => ({ a: "numeric" }),
  others: () => "read",
  missing: () => ["tbd"],
  dayFirst: { value: () => true, takes: ["false", "[]", '["1"]'] },
};
const encoding = () => "utf-8";
const folder = mkdtempSync(join(tmpdir(), "simdgrad-wrong-values-"));
for (const [name, bytes] of Object.entries(smallMnist())) writeFileSync(join(folder, name), bytes);
process.on("exit", () => rmSync(folder, { recursive: true }));
const directory = () => folder;
/** The four files, and nothing else: the package is not found from there. */
const there = () => ({ resolveFrom: "/nowhere/", cache: folder });
const location = (value: () => unknown, takes: readonly string[] = []) => ({ value, beside: there, takes });
const texts = { takes: { 1: ["[undefined]", "a sparse list"] } };

export const dataOptions = [
  options("readJsonLines", (given: jsonl.JsonLinesOptions) => jsonl.readJsonLines(jsonLines(), "file", given), {
    ...columnOptions,
    encoding,
  }),
  options("csv: parseCsv", (given: csv.CsvOptions) => csv.parseCsv("a\n1\n", "file", given), {
    ...columnOptions,
    header: { value: () => "auto", takes: ["true", "false"] },
    delimiter: () => ",",
    decimal: () => ".",
    thousands: () => ",",
    encoding,
  }),
  options("csv: readCsv", (given: csv.CsvOptions) => csv.readCsv(() => [Buffer.from("a\n1\n")], "file", given), {
    ...columnOptions,
    header: { value: () => "auto", takes: ["true", "false"] },
    delimiter: () => ",",
    decimal: () => ".",
    thousands: () => ",",
    encoding,
  }),
  options(
    "parquet: readParquet",
    async (given: parquet.ParquetOptions) => parquet.readParquet(parquetFile(), "file", given),
    { ...columnOptions, maxValues: () => 100 },
  ),
  options("mnist: loadMnist", (given: mnist.MnistFilesOptions & mnist.MnistOptions) => mnist.loadMnist(given), {
    directory: location(directory),
    environment: location(directory, ['""']),
    resolveFrom: location(() => "/nowhere/", ["a URL"]),
    cache: location(directory),
    download: location(() => false),
    mirrors: location(() => ["https://example.com/"]),
    checksums: location(() => mnistChecksums),
    onProgress: location(() => () => {}),
    flatten: location(() => true),
    dtype: location(() => "uint8"),
    transposed: location(() => true),
  }),
  options("Preprocessor.fit", (given: library.PreprocessorOptions) => library.Preprocessor.fit(table(), "y", given), {
    task: () => "classification",
    scaling: () => "standard",
    keep: () => ["x"],
  }),
  options("trainTestSplit", (given: library.TrainTestSplitOptions) => library.trainTestSplit(10, given), {
    testSize: () => 0.5,
    seed: () => 1,
    stratify: () => [1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
  }),
];

const found = await mnist.findMnist({ directory: directory() });
const preprocessor = () => library.Preprocessor.fit(table(), "y");

export const dataCases: Cases = {
  Subset: make(library.Subset, () => [data(), [1, 2]], { optional: () => [engine.matrix(40, 1)] }),
  iterateMinibatches: call(
    (...given) => [...library.iterateMinibatches(...(given as unknown as [never, never, never, never, never]))],
    () => [engine, data().inputs, data().targets, 4],
    { optional: () => [{}] },
  ),
  readJsonLines: call(
    (...given) => jsonl.readJsonLines(...(given as unknown as [never, never, never])),
    () => [jsonLines()],
    { optional: () => ["file", {}] },
  ),
  "csv: parseCsv": call(
    (...given) => csv.parseCsv(...(given as unknown as [never, never, never])),
    () => ["a\n1\n"],
    { optional: () => ["file", {}] },
  ),
  "csv: readCsv": call(
    (...given) => csv.readCsv(...(given as unknown as [never, never, never])),
    () => [() => [Buffer.from("a\n1\n")]],
    { optional: () => ["file", {}] },
  ),
  "csv: readCsv, parts": call(
    (parts: never) => csv.readCsv(() => parts),
    () => [[Buffer.from("a\n1\n")]],
    { takes: { 0: ['["1"]'] } },
  ),
  "parquet: readParquet": call(
    async (...given) => parquet.readParquet(...(given as unknown as [never, never, never])),
    () => [parquetFile()],
    { optional: () => ["file", {}] },
  ),
  "mnist: loadMnist": call(
    (value: never) => mnist.loadMnist(value),
    () => [],
    {
      optional: () => [{ directory: directory() }],
    },
  ),
  "mnist: findMnist": call(
    (value: never) => mnist.findMnist(value),
    () => [],
    {
      optional: () => [{ directory: directory() }],
    },
  ),
  "mnist: readMnist": call(
    (...given) => mnist.readMnist(...(given as unknown as [never, never])),
    () => [found],
    { optional: () => [{}] },
  ),
  "mnist: mnistCacheDirectory": call(
    (value: never) => mnist.mnistCacheDirectory(value),
    () => [],
    {
      optional: () => [{ platform: "linux", env: {}, home: "/home" }],
    },
  ),
  categoricalColumn: call(
    (...given) => library.categoricalColumn(...(given as unknown as [never, never])),
    () => ["y", ["a", "b"]],
    texts,
  ),
  findColumn: call(
    (...given) => library.findColumn(...(given as unknown as [never, never])),
    () => [table(), "x"],
  ),
  selectRows: call(
    (...given) => library.selectRows(...(given as unknown as [never, never])),
    () => [table(), [0, 1]],
  ),
  textAt: call(
    (...given) => library.textAt(...(given as unknown as [never, never])),
    () => [table().columns[0], 1],
  ),
  "Preprocessor.fit": call(
    (...given) => library.Preprocessor.fit(...(given as unknown as [never, never])),
    () => [table(), "y"],
    { optional: () => [{}] },
  ),
  "Preprocessor.parse": call(
    (...given) => library.Preprocessor.parse(...(given as unknown as [never, never])),
    () => [JSON.stringify(preprocessor().config)],
    { optional: () => ["file"] },
  ),
  ...Object.fromEntries(
    ["transform", "transformSparse", "source", "inputSource", "countUnknown", "targets"].map((name) => [
      `Preprocessor.${name}`,
      method(preprocessor, name, () => [table()]),
    ]),
  ),
  "Preprocessor.restore": method(
    () => library.Preprocessor.fit(table(), "x", { task: "regression" }),
    "restore",
    () => [[1, 2]],
    {
      takes: { 0: ["[-1, NaN]", "a Float64Array"] },
    },
  ),
  "Preprocessor.readOptions": method(preprocessor, "readOptions"),
  splitRows: call(
    (...given) => library.splitRows(...(given as unknown as [never, never, never, never])),
    () => [10, 0.5, engine.random],
    { optional: () => ["fraction"] },
  ),
  trainTestSplit: call(
    (...given) => library.trainTestSplit(...(given as unknown as [never, never])),
    () => [10],
    { optional: () => [{}] },
  ),
  Random: make(library.Random, () => [1]),
  ...Object.fromEntries(
    ["uint32", "uniform", "normal", "fork"].map((name) => [
      `Random.${name}`,
      method(() => new library.Random(1), name),
    ]),
  ),
  "Random.below": method(
    () => new library.Random(1),
    "below",
    () => [3],
  ),
  "Random.swap": method(
    () => new library.Random(1),
    "swap",
    () => [new library.Random(2)],
  ),
  "Random.state": setter(
    () => new library.Random(1),
    "state",
    () => new library.Random(2).state,
  ),
  "Random.shuffle": method(
    () => new library.Random(1),
    "shuffle",
    () => [Int32Array.of(1, 2, 3)],
  ),
};

export const randomParts = options(
  "Random.state",
  (given: library.RandomState) => Object.assign(new library.Random(1), { state: given }),
  { words: { value: () => new library.Random(2).state.words, required: true }, spare: () => 0.5 },
);

/** A table's parts. */
export const tableParts = options("Preprocessor.transform", (given: library.Table) => preprocessor().transform(given), {
  rows: { value: () => 4, required: true },
  columns: { value: () => table().columns, required: true },
});
export const columnParts = [
  options("textAt: numeric", (given: library.NumericColumn) => library.textAt(given, 0), {
    name: { value: () => "x", required: true },
    kind: { value: () => "numeric", required: true },
    values: { value: () => Float64Array.of(1), required: true, takes: ["a Float64Array"] },
  }),
  options("textAt: categorical", (given: library.CategoricalColumn) => library.textAt(given, 0), {
    name: { value: () => "x", required: true },
    kind: { value: () => "categorical", required: true },
    categories: { value: () => ["a"], required: true },
    codes: { value: () => Int32Array.of(0), required: true },
  }),
];
