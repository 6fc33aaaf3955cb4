/**
 * Every reader of bytes: it takes a Buffer and a part of a larger array at any offset, leaves the caller's bytes as they were, and
 * what it gives stays as it is when the caller puts something else there, unless its documentation says that it is a view.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { parseModel } from "../../src/app/model-file.js";
import { parseIdx } from "../../src/digits/idx.js";
import { toMnistDigit } from "../../src/digits/image.js";
import { type MnistFile, parseMnist } from "../../src/digits/mnist.js";
import { readPng } from "../../src/digits/png.js";
import { fileKind } from "../../src/formats/file-kind.js";
import { parseNpz, serializeNpz } from "../../src/formats/npz.js";
import { loadOnnx, readOnnxMetadata, serializeOnnx } from "../../src/formats/onnx/onnx.js";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import {
  BatchNorm,
  createEngine,
  Dense,
  fit,
  loadCheckpoint,
  loadModel,
  loadWeights,
  Network,
  parseNpy,
  saveCheckpoint,
  serializeModel,
  serializeWeights,
} from "../../src/index.js";
import { readCsv } from "../../src/tables/csv/csv.js";
import { readJsonLines } from "../../src/tables/jsonl/jsonl.js";
import { readParquet } from "../../src/tables/parquet/parquet.js";
import { smallMnist } from "../digits/idx-files.js";
import { pngFile } from "../digits/png-files.js";

const recorded = (name: string) => readFileSync(new URL(`../recorded/${name}`, import.meta.url));
const text = (lines: string) => new TextEncoder().encode(lines);

const engine = await createEngine({ threads: 1 });
const newNetwork = () => new Network(engine, [new Dense(3, 4), new BatchNorm(4), new Dense(4, 2)]);
const network = newNetwork();
const data = engine.dataset({
  inputs: new Float32Array(12).map((_, i) => i),
  shape: [4, 3],
  targets: Uint8Array.of(0, 1, 0, 1),
});
const run = fit(network, data, { epochs: 2, batchSize: 2, validation: data });
await run.run();
const checkpoint = saveCheckpoint(run as Parameters<typeof saveCheckpoint>[0], { a: "b" });

/** The weights as types that are turned into float32. */
const otherFloats = serializeSafetensors(
  Object.entries(network.stateDict()).map(([name, { shape, data }]) => [
    name,
    { dtype: "F64", shape, data: new Uint8Array(Float64Array.from(data).buffer) },
  ]),
);
const parquetFile = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: "n", data: [1.5, null, 3], type: "DOUBLE" },
      { name: "i", data: [1n, 2n, 3n], type: "INT64" },
      { name: "s", data: ["a", "b", "ab"], type: "STRING" },
    ],
  }),
);
const grey = (interlaced: boolean) =>
  pngFile({
    width: 9,
    height: 7,
    depth: 8,
    colour: 0,
    samples: Uint8Array.from({ length: 63 }, (_, i) => 3 * i),
    interlaced,
    filtered: true,
  });
const npyFiles = readdirSync(new URL("../recorded/numpy/", import.meta.url)).filter((name) => name.endsWith(".npy"));

/** What a network computes, and that it is let go. */
function stateOf(loaded: Network) {
  const state = loaded.stateDict();
  loaded.dispose();
  return state;
}

/** Of an image's file the same image in all four of the dataset's. */
function mnistOf(bytes: Uint8Array, dtype: "float32" | "uint8") {
  const files = smallMnist(12, 12);
  return parseMnist({ ...files, "train-images-idx3-ubyte": bytes } as Record<MnistFile, Uint8Array>, { dtype });
}

interface Reader {
  readonly files: readonly Uint8Array[];
  read(bytes: Uint8Array): unknown;
  /** The file whose documentation says that what is given is a view of the bytes. */
  readonly view?: string;
}

const READERS: Record<string, Reader> = {
  parseNpy: { files: npyFiles.map((name) => recorded(`numpy/${name}`)), read: (bytes) => parseNpy(bytes) },
  parseNpz: {
    files: [
      recorded("numpy/stored.npz"),
      recorded("numpy/deflated.npz"),
      readFileSync(new URL("../cases/foreign.npz", import.meta.url)),
      serializeNpz([["a", { shape: [3], data: Float64Array.of(1, 2, 3) }]], { compress: false }),
    ],
    read: (bytes) => parseNpz(bytes),
  },
  parseSafetensors: {
    files: [recorded("torch-weights.safetensors"), otherFloats],
    read: (bytes) => parseSafetensors(bytes),
    view: "formats/safetensors.ts",
  },
  loadModel: { files: [serializeModel(network)], read: (bytes) => stateOf(loadModel(engine, bytes)) },
  loadOnnx: {
    files: [serializeOnnx(network), recorded("torch.onnx")],
    read: (bytes) => stateOf(loadOnnx(engine, bytes)),
  },
  readOnnxMetadata: {
    files: [serializeOnnx(network, { metadata: { a: "b" } })],
    read: (bytes) => readOnnxMetadata(bytes),
  },
  loadWeights: {
    files: [serializeWeights(network), otherFloats],
    read: (bytes) => {
      const other = newNetwork();
      loadWeights(other, bytes);
      return stateOf(other);
    },
  },
  loadCheckpoint: { files: [checkpoint], read: (bytes) => loadCheckpoint(bytes) },
  parseModel: {
    files: [serializeModel(network, { task: "mnist" }), serializeOnnx(network)],
    read: (bytes) => {
      const { network: loaded, ...rest } = parseModel(engine, bytes, "m");
      return { ...rest, state: stateOf(loaded) };
    },
  },
  parseIdx: { files: Object.values(smallMnist(12, 12)), read: (bytes) => parseIdx(bytes, "f"), view: "digits/idx.ts" },
  "parseMnist as floats": {
    files: [smallMnist(12)["train-images-idx3-ubyte"]],
    read: (bytes) => mnistOf(bytes, "float32"),
  },
  parseMnist: {
    files: [smallMnist(12)["train-images-idx3-ubyte"]],
    read: (bytes) => mnistOf(bytes, "uint8"),
    view: "digits/mnist.ts",
  },
  readPng: {
    files: [grey(false), grey(true), readFileSync(new URL("../cases/d-1bit.png", import.meta.url))],
    read: readPng,
  },
  toMnistDigit: {
    files: [
      Uint8Array.from({ length: 784 }, (_, i) => (i % 28 > 10 && i % 28 < 14 ? 200 : 0)),
      new Uint8Array(900).fill(255, 400, 460),
    ],
    read: (bytes) =>
      toMnistDigit({ width: Math.sqrt(bytes.length), height: Math.sqrt(bytes.length), channels: 1, data: bytes }),
  },
  fileKind: { files: [recorded("torch.onnx"), serializeModel(network), text("a,b\n1,2\n")], read: fileKind },
  readCsv: {
    files: [text("a,b,é\n1,x,2.5\n?,y,3\n")],
    read: async (bytes) => columnsOf(await readCsv(() => [bytes])),
  },
  readJsonLines: {
    files: [text('{"a":1,"b":"x"}\n{"a":null,"b":"é"}\n')],
    read: async (bytes) => columnsOf(await readJsonLines([bytes])),
  },
  readParquet: {
    files: [parquetFile],
    // A file of which parts are read; as ArrayBuffers, which a Buffer's own is not.
    read: async (bytes) =>
      columnsOf(
        await readParquet({
          byteLength: bytes.length,
          slice: (begin: number, end?: number) => new Uint8Array(bytes.subarray(begin, end)).buffer,
        }),
      ),
  },
  createEngine: {
    files: [readFileSync(new URL("../../build/simd.wasm", import.meta.url))],
    read: async (bytes) => {
      const other = await createEngine({
        threads: 1,
        variant: "simd",
        wasmBinary: { simd: bytes, "simd-shared": undefined } as never,
      });
      const { variant } = other.info();
      other.dispose();
      return variant;
    },
  },
};

/** What a table's columns hold; a table itself has more that is made when it is asked for. */
function columnsOf(table: { readonly columns: readonly object[] }) {
  return table.columns;
}

/** The bytes of a file where a caller may have them: the whole memory, and the part that is the file. */
const PLACES: Record<string, (file: Uint8Array) => { memory: Uint8Array; bytes: Uint8Array }> = {
  "as an array of its own": (file) => {
    const memory = Uint8Array.from(file);
    return { memory, bytes: memory };
  },
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5, 7, 8].flatMap((offset) => [
      [
        `as a Buffer at offset ${offset}`,
        (file: Uint8Array) => inside(Buffer.alloc(file.length + offset + 9, 0xa5), file, offset),
      ],
      [
        `as a part of an array at offset ${offset}`,
        (file: Uint8Array) => inside(new Uint8Array(file.length + offset + 9).fill(0xa5), file, offset),
      ],
    ]),
  ),
};

function inside<T extends Uint8Array>(memory: T, file: Uint8Array, offset: number) {
  memory.set(file, offset);
  return { memory, bytes: memory.subarray(offset, offset + file.length) };
}

/** Every array buffer that is reached from a value. */
function buffersOf(value: unknown, found = new Set<ArrayBufferLike>()): Set<ArrayBufferLike> {
  if (ArrayBuffer.isView(value)) return found.add(value.buffer);
  if (value instanceof ArrayBuffer) return found.add(value);
  if (typeof value !== "object" || value === null) return found;
  const parts = value instanceof Map ? [...value.values()] : Object.values(value);
  for (const part of parts) buffersOf(part, found);
  return found;
}

describe.each(Object.entries(READERS))("%s", (_, { files, read, view }) => {
  it.each(Object.entries(PLACES))("reads a file %s, and leaves it as it was", async (_place, put) => {
    for (const file of files) {
      const expected = await read(Uint8Array.from(file));
      const { memory, bytes } = put(file);
      const before = Uint8Array.from(memory);
      const result = await read(bytes);
      expect(result).toEqual(expected);
      expect(Buffer.compare(memory, before)).toBe(0);
      const shares = buffersOf(result).has(memory.buffer);
      if (view === undefined) {
        expect(shares).toBe(false);
        memory.fill(0x5a);
        expect(result).toEqual(expected);
      } else if (files.length === 1) {
        expect(shares).toBe(true);
      }
    }
  });

  if (view === undefined) return;
  it("says that it gives a view", () => {
    const source = readFileSync(new URL(`../../src/${view}`, import.meta.url), "utf8");
    expect(source).toMatch(/views? of (it|the file's)/);
  });
});

it("reads an ArrayBuffer of Parquet, and leaves it as it was", async () => {
  const { buffer } = Uint8Array.from(parquetFile);
  const columns = columnsOf(await readParquet(buffer));
  expect(new Uint8Array(buffer)).toEqual(parquetFile);
  expect(buffersOf(columns).has(buffer)).toBe(false);
  const before = structuredClone(columns);
  new Uint8Array(buffer).fill(0x5a);
  expect(columns).toEqual(before);
});

/** Functions that are in no list above, and the reader that calls them with what it was given. */
const INNER: Record<string, string> = {
  readNpy: "parseNpy",
  readZipDirectory: "parseNpz",
  readFields: "loadOnnx",
  readOnnx: "loadOnnx",
  decodeNode: "loadOnnx",
  decodeTensor: "loadOnnx",
  unpackBrotli: "readParquet",
  unpackGzip: "readParquet",
  unpackLz4: "readParquet",
  unpackHadoopLz4: "readParquet",
  readStates: "readParquet",
  readHuffman: "readParquet",
  unpackZstd: "readParquet",
  decodeOnnx: "loadOnnx",
  readValues: "readParquet",
  unpackSnappy: "readParquet",
};

it("is every reader of bytes that there is", () => {
  const source = new URL("../../src/", import.meta.url).pathname;
  const names = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const readers = names.flatMap((name) => {
    const functions = readFileSync(join(source, name), "utf8").matchAll(
      /^export (?:async )?function\*? (\w+)\(([^)]*)\)/gm,
    );
    return [...functions].flatMap(([, reader = "", parameters = ""]) =>
      /^(?:parse|read|load|decode|unpack|fileKind)/.test(reader) && /Uint8Array/.test(parameters) ? [reader] : [],
    );
  });
  expect(readers.length).toBeGreaterThan(12);
  const missing = readers.filter((reader) => !(reader in READERS) && !((INNER[reader] ?? "") in READERS));
  expect(missing).toEqual([]);
});
