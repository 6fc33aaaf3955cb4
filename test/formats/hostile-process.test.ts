import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { parquetWriteBuffer } from "hyparquet-writer";
import ts from "typescript";
import { expect, it } from "vitest";
import { serializeNpz } from "../../src/formats/npz.js";
import { serializeOnnx } from "../../src/formats/onnx/onnx.js";
import { serializeSafetensors } from "../../src/formats/safetensors.js";
import { BatchNorm, createEngine, Dense, Dropout, GELU, LeakyReLU, Network, serializeModel } from "../../src/index.js";
import { packable } from "../codecs/packable.js";
import { idxFile } from "../digits/idx-files.js";
import { pngFile } from "../digits/png-files.js";
import { built, MIB, runProgram, SLACK } from "./child-reader.js";
import { onnxFile, sklearnGraph, sklearnModels } from "./onnx/onnx-graphs.js";

/** Long form: `FUZZ_INPUTS=20000 npx vitest run test/formats/hostile-process.test.ts`. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 2000);
/** CPU time of a file of a few kilobytes. */
const MOST_MILLISECONDS = 1000;

const transpiled = (path: string) =>
  `data:text/javascript;base64,${Buffer.from(
    ts.transpileModule(readFileSync(new URL(path, import.meta.url), "utf8"), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    }).outputText,
  ).toString("base64")}`;

const compressors = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
};
const parquet = (
  codec: "SNAPPY" | "UNCOMPRESSED" | "GZIP" | "BROTLI",
  encoding: "PLAIN" | "DELTA_BYTE_ARRAY",
): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      codec,
      compressors,
      columnData: [
        { name: "n", data: [1.5, null, 3, 4, 5, 6], type: "DOUBLE" },
        { name: "i", data: [1n, 2n, 3n, 4n, 5n, 6n], type: "INT64" },
        { name: "s", data: ["a", "b", "ab", "abc", "ab", "a"], type: "STRING", encoding },
        { name: "b", data: [true, false, true, true, true, false], type: "BOOLEAN" },
      ],
      rowGroupSize: 4,
    }),
  );
const image = { width: 9, height: 9, channels: 1, data: Uint8Array.from({ length: 81 }, (_, i) => 3 * i) } as const;
const text = (lines: string) => new TextEncoder().encode(lines);

const recorded = (name: string) => new Uint8Array(readFileSync(new URL(`../recorded/${name}`, import.meta.url)));
/** What Zstandard makes of it at its levels. */
const packed = (name: string) =>
  (JSON.parse(new TextDecoder().decode(recorded("zstd.json"))) as { name: string; base64: string }[])
    .filter((entry) => entry.name === name)
    .map(({ base64 }) => new Uint8Array(Buffer.from(base64, "base64")));
const npz = (compress: boolean) =>
  serializeNpz(
    [
      ["a", { shape: [5, 100], data: new Float64Array(500) }],
      ["b", { shape: [3], data: Int32Array.of(1, 2, 3) }],
    ],
    {
      compress,
    },
  );
const preprocessing = JSON.stringify({
  task: "classification",
  target: "kind",
  features: [
    { name: "age", offset: 30.5, scale: 2.25, fill: 31 },
    { name: "home", categories: ["Ulm", "St. X", "é"] },
  ],
  classes: ["a", "b"],
  classKind: "categorical",
});

const network = new Network(await createEngine({ seed: 2, threads: 1 }), [
  new Dense(3, 4, { init: "heNormal" }),
  new BatchNorm(4),
  new LeakyReLU(),
  new Dropout(0.5),
  new GELU(),
  new Dense(4, 2),
]);

/** How a reader is called, and good files. */
const READERS: Record<string, readonly [module: string, call: string, seeds: readonly Uint8Array[]]> = {
  Parquet: [
    "tables/parquet/parquet.js",
    "(m, bytes) => m.readParquet(bytes.slice().buffer)",
    [
      parquet("SNAPPY", "PLAIN"),
      parquet("UNCOMPRESSED", "DELTA_BYTE_ARRAY"),
      parquet("GZIP", "PLAIN"),
      parquet("BROTLI", "DELTA_BYTE_ARRAY"),
    ],
  ],
  "Parquet in other codecs, with nested columns": [
    "tables/parquet/parquet.js",
    '(m, bytes) => m.readParquet(bytes.slice().buffer, "f", { kinds: { list: "ignore", struct: "ignore", map: "ignore" } })',
    [
      recorded("parquet/duckdb-zstd.parquet"),
      recorded("parquet/duckdb-brotli.parquet"),
      recorded("parquet/duckdb-gzip.parquet"),
      recorded("parquet/duckdb-lz4_raw.parquet"),
    ],
  ],
  Zstandard: ["codecs/zstd.js", "(m, bytes) => m.unpackZstd(bytes, 3000)", packed("few different bytes")],
  Brotli: [
    "codecs/brotli.js",
    "(m, bytes) => m.unpackBrotli(bytes, 3000)",
    [5, 11].map((quality) => {
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
      return new Uint8Array(brotliCompressSync(packable()["few different bytes"] as Uint8Array, { params }));
    }),
  ],
  "JSON Lines": [
    "tables/jsonl/jsonl.js",
    "(m, bytes) => m.readJsonLines([bytes])",
    [text('{"a":1,"b":"x"}\n{"a":null,"c":true}\n\n{"b":"7","c":2.5}\n'), text('{"é":1e3}\r\n{"é":-2}')],
  ],
  CSV: [
    "tables/csv/csv.js",
    "(m, bytes) => m.readCsv(() => [bytes])",
    [text('a,"b c",d\n1,x,2.5\n?,"y ""z""",3\n'), text("a;b\r\n1,5;2\r\n")],
  ],
  PNG: [
    "digits/png.js",
    // Behind wrong checksums nothing would be looked at.
    `async (m, bytes) => {
      const { crc32 } = await import("node:zlib");
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
        const end = at + 8 + view.getUint32(at);
        if (end + 4 <= bytes.length) view.setUint32(end, crc32(bytes.subarray(at + 4, end)));
      }
      m.readPng(bytes);
    }`,
    [
      encode(image),
      pngFile({
        ...image,
        depth: 2,
        colour: 3,
        samples: image.data.map((i) => i % 3),
        palette: [...image.data.subarray(0, 9)],
        transparent: [1],
        interlaced: true,
      }),
      pngFile({ ...image, depth: 8, colour: 0, samples: image.data, transparent: [0, 6], filtered: true }),
    ],
  ],
  IDX: [
    "digits/idx.js",
    '(m, bytes) => m.parseIdx(bytes, "f")',
    [idxFile([2, 3], [1, 2, 3, 4, 5, 6]), idxFile([2, 2, 2], new Uint8Array(8))],
  ],
  npy: [
    "formats/npy.js",
    "(m, bytes) => m.parseNpy(bytes)",
    ["big-f8", "big-f2", "fortran-f4", "b1", "scalar", "vector-v2", "empty", "little-i8"].map((n) =>
      recorded(`numpy/${n}.npy`),
    ),
  ],
  npz: [
    "formats/npz.js",
    "(m, bytes) => m.parseNpz(bytes)",
    [recorded("numpy/stored.npz"), recorded("numpy/deflated.npz"), npz(true), npz(false)],
  ],
  safetensors: [
    "formats/safetensors.js",
    "(m, bytes) => m.parseSafetensors(bytes)",
    [recorded("torch-weights.safetensors"), serializeSafetensors([], { a: "b" })],
  ],
  models: ["index.js", "(m, bytes) => m.loadModel(engine, bytes).dispose()", [serializeModel(network)]],
  ONNX: [
    "formats/onnx/onnx.js",
    "(m, bytes) => m.loadOnnx(engine, bytes).dispose()",
    [
      recorded("torch.onnx"),
      recorded("torch-unfolded.onnx"),
      serializeOnnx(network),
      ...Object.values(sklearnModels).map((model) => onnxFile(sklearnGraph(model))),
    ],
  ],
  "tables' preprocessing": [
    "index.js",
    "(m, bytes) => m.Preprocessor.parse(new TextDecoder().decode(bytes)).inputs",
    [text(preprocessing)],
  ],
};

it.each(Object.keys(READERS))(
  `${INPUTS} of %s end, in time and memory, in a process that is killed otherwise`,
  (name) => {
    const [module, call, seeds] = READERS[name] as (typeof READERS)[string];
    const program = `
    import * as m from ${built(module)};
    import { createEngine, Random } from ${built("index.js")};
    import { mutate } from ${JSON.stringify(transpiled("./mutations.ts"))};
    const seeds = ${JSON.stringify(seeds.map((seed) => Buffer.from(seed).toString("base64")))}.map((seed) => new Uint8Array(Buffer.from(seed, "base64")));
    const read = ${call};
    const random = new Random(3);
    const engine = ${/engine/.test(call)} && (await createEngine({ threads: 1 }));
    const pick = () => seeds[random.below(seeds.length)];
    for (const seed of seeds) for (let i = 0; i < 50; ++i) await read(m, seed);
    // Buffers are freed beside the program, and counted as free with the next collection.
    const bytesHeld = async () => {
      for (let i = 0; i < 3; ++i) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const heldBefore = await bytesHeld();
    const before = process.resourceUsage().maxRSS;
    let [accepted, slowest, wrong] = [0, 0, []];
    for (let i = 0; i < ${INPUTS}; ++i) {
      const bytes = mutate(random, pick(), pick());
      const start = process.cpuUsage();
      try {
        const table = await read(m, bytes);
        ++accepted;
        if (table?.columns && !(table.rows > 0)) wrong.push("rows: " + table.rows);
      } catch (error) {
        if (error.name !== "FormatError") wrong.push(error.stack);
      }
      const { user, system } = process.cpuUsage(start);
      const time = (user + system) / 1000;
      if (time > ${MOST_MILLISECONDS}) wrong.push(time + " ms: " + Buffer.from(bytes).toString("base64"));
      slowest = Math.max(slowest, time);
    }
    const memory = (process.resourceUsage().maxRSS - before) * 1024;
    const held = (await bytesHeld()) - heldBefore;
    console.log(JSON.stringify({ accepted, slowest, memory, held, wrong: wrong.slice(0, 3) }));
  `;
    type Result = { accepted: number; slowest: number; memory: number; held: number; wrong: readonly string[] };
    // A hang ends with the time that twenty times the files would take.
    const { accepted, slowest, memory, held, wrong } = runProgram<Result>(program, 20_000 + INPUTS * 10);
    if (process.env.FUZZ_REPORT) console.log(name, { accepted, slowest, memory, held });
    expect(wrong).toEqual([]);
    expect(memory).toBeLessThan(16 * MIB + SLACK);
    // Code that was compiled meanwhile.
    expect(held).toBeLessThan(4 * MIB);
    expect(accepted).toBeGreaterThan(INPUTS / 100);
    expect(accepted).toBeLessThan(INPUTS * 0.95);
  },
  300_000,
);
