import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { parseIdx } from "../../src/digits/idx.js";
import { type NpyArray, parseNpz, serializeNpz } from "../../src/formats/npz.js";
import { loadOnnx, serializeOnnx } from "../../src/formats/onnx/onnx.js";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { byteLength } from "../../src/formats/tensor.js";
import {
  BatchNorm,
  createEngine,
  Dense,
  Dropout,
  type Engine,
  FormatError,
  GELU,
  LayerNorm,
  LeakyReLU,
  loadModel,
  Network,
  parseNpy,
  Random,
  serializeModel,
  serializeNpy,
} from "../../src/index.js";
import { parseCsv } from "../../src/tables/csv/csv.js";
import { idxFile } from "../digits/idx-files.js";
import { allocatedBy, allocatedInPeace } from "./memory-gauge.js";
import { editTokens, mutate } from "./mutations.js";
import { onnxFile, sklearnGraph, sklearnModels } from "./onnx/onnx-graphs.js";

const INPUTS = 20_000;
const MIB = 2 ** 20;
/** Inputs that are measured together: what they allocate in all is held against the limit of a single one. */
const BATCH = 20;
/** Milliseconds for one file of a few kilobytes; the slowest take about 5. */
const TIME_LIMIT = 1000;

interface Format {
  readonly seeds: () => readonly Uint8Array[];
  /** Reads a file and checks that what was read fits together; throws FormatError for one that is refused. */
  readonly read: (bytes: Uint8Array) => void;
  /** A mutation that keeps the frame whole, so that what it holds is tested: a header's text under its new length. */
  readonly mutateInside?: (random: Random, bytes: Uint8Array) => Uint8Array;
}

const recorded = (name: string) => new Uint8Array(readFileSync(new URL(`../recorded/${name}`, import.meta.url)));
const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function fail(problem: string): never {
  throw new Error(problem);
}

/** The file with `change` made to its bytes from `begin` to `end`, whose length the `size` bytes before `begin` give. */
function withHeader(file: Uint8Array, begin: number, size: 2 | 8, change: (header: string) => string): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset);
  const end = begin + (size === 2 ? view.getUint16(begin - 2, true) : Number(view.getBigUint64(begin - 8, true)));
  const header = Buffer.from(change(text(file.subarray(begin, end))), "latin1");
  const bytes = Uint8Array.from(Buffer.concat([file.subarray(0, begin), header, file.subarray(end)]));
  const changed = new DataView(bytes.buffer);
  if (size === 2) changed.setUint16(begin - 2, header.length, true);
  else changed.setBigUint64(begin - 8, BigInt(header.length), true);
  return bytes;
}

const mutateSafetensors = (random: Random, bytes: Uint8Array) =>
  withHeader(bytes, 8, 8, (header) => editTokens(random, header));

function checkArray({ dtype, shape, data }: NpyArray): void {
  if (data.length !== product(shape)) fail(`${dtype} (${shape}): ${data.length} elements`);
  const again = parseNpy(serializeNpy(data, shape)).data;
  const [old, copy] = [data, again].map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  if (Buffer.compare(old as Uint8Array, copy as Uint8Array) !== 0) fail(`${dtype} (${shape}): other bytes come back`);
}

function checkSafetensors(bytes: Uint8Array): void {
  const { tensors, metadata } = parseSafetensors(bytes);
  let at = bytes.byteOffset + 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  for (const [key, { dtype, shape, data }] of tensors) {
    if (data.byteOffset !== at || data.length !== byteLength(dtype, shape))
      fail(`${key}: ${data.length} bytes at ${at}`);
    at += data.length;
  }
  if (at !== bytes.byteOffset + bytes.length) fail(`tensors end at ${at}`);
  const again = parseSafetensors(serializeSafetensors(tensors, metadata));
  if (again.tensors.size !== tensors.size) fail(`${again.tensors.size} tensors of ${tensors.size} come back`);
}

function checkCsv(bytes: Uint8Array): void {
  const { rows, columns } = parseCsv(new TextDecoder().decode(bytes));
  if (rows < 1 || columns.length < 1) fail(`${rows} rows, ${columns.length} columns`);
  for (const column of columns) {
    const values = column.kind === "categorical" ? column.codes : column.values;
    if (values.length !== rows) fail(`${column.name}: ${values.length} values in ${rows} rows`);
    const known =
      column.kind === "categorical"
        ? column.codes.every((code) => code >= -1 && code < column.categories.length)
        : column.values.every((value) => Number.isFinite(value) || Number.isNaN(value));
    if (!known) fail(`${column.name}: not ${column.kind}`);
  }
}

describe("hostile files", () => {
  let engine: Engine;
  let network: Network;
  beforeAll(async () => {
    engine = await createEngine({ seed: 2, threads: 1 });
    network = new Network(engine, [
      new Dense(3, 4, { init: "heNormal" }),
      new BatchNorm(4),
      new LeakyReLU(),
      new Dropout(0.5),
      new LayerNorm(4),
      new GELU(),
      new Dense(4, 2, { init: "heNormal" }),
    ]);
  });

  /** Loads a network, which must be whole, and leaves nothing behind. */
  function checkNetwork(load: () => Network): void {
    const before = engine.memory.bytesInUse;
    try {
      const loaded = load();
      for (const [name, { shape, data }] of Object.entries(loaded.stateDict())) {
        if (data.length !== product(shape) || !data.every(Number.isFinite)) fail(`${name} is not whole`);
      }
      loaded.dispose();
    } finally {
      if (engine.memory.bytesInUse !== before) fail(`${engine.memory.bytesInUse - before} bytes stay allocated`);
    }
  }

  const formats: Record<string, Format> = {
    safetensors: {
      seeds: () => [recorded("torch-weights.safetensors"), serializeSafetensors([], { a: "b" })],
      read: checkSafetensors,
      mutateInside: mutateSafetensors,
    },
    npy: {
      seeds: () =>
        ["big-f8", "fortran-f4", "b1", "scalar", "vector-v2", "empty", "little-i8"].map((n) =>
          recorded(`numpy/${n}.npy`),
        ),
      read: (bytes) => checkArray(parseNpy(bytes)),
      mutateInside: (random, bytes) => {
        return bytes[6] === 1 ? withHeader(bytes, 10, 2, (header) => editTokens(random, header)) : bytes;
      },
    },
    npz: {
      seeds: () => [
        recorded("numpy/stored.npz"),
        recorded("numpy/deflated.npz"),
        serializeNpz(
          Array.from({ length: 3 }, (_, i) => [`z${i}`, { shape: [5, 100], data: new Float64Array(500) }] as const),
        ),
      ],
      read: (bytes) => parseNpz(bytes).forEach(checkArray),
      // An archive that is whole but for what an npy file of it says.
      mutateInside: (random) => {
        const data = Float32Array.from({ length: random.below(20) }, (_, i) => i);
        const bytes = serializeNpz([["a", { shape: [data.length], data }]], { compress: false });
        return withHeader(bytes, 35 + 10, 2, (header) => editTokens(random, header).padEnd(header.length));
      },
    },
    IDX: {
      seeds: () => [
        idxFile([2, 3], [1, 2, 3, 4, 5, 6]),
        idxFile([2, 2, 2], new Uint8Array(8)),
        idxFile([4], [1, 2, 3, 4]),
      ],
      read: (bytes) => {
        const { shape, data } = parseIdx(bytes, "f");
        if (data.length !== product(shape)) fail(`${data.length} bytes for ${shape}`);
      },
    },
    CSV: {
      seeds: () =>
        [
          '\ufeffage,"home, town",income,kind\n30,Ulm,1.5,a\n?,"St. ""X""",NA,b\n50,Ulm,2.5,a\n40,,3.5,b\n',
          "a;b\r\n1;2\r\n3;4\r\n",
          "x\ty\n1\t2\n",
        ].map((table) => new TextEncoder().encode(table)),
      read: checkCsv,
      mutateInside: (random, bytes) => new TextEncoder().encode(editTokens(random, new TextDecoder().decode(bytes))),
    },
    "models in safetensors": {
      seeds: () => [serializeModel(network)],
      read: (bytes) => checkNetwork(() => loadModel(engine, bytes)),
      mutateInside: mutateSafetensors,
    },
    ONNX: {
      seeds: () => [
        serializeOnnx(network),
        serializeOnnx(network, { opset: 20, probabilities: "softmax" }),
        recorded("torch.onnx"),
        recorded("torch-unfolded.onnx"),
        ...Object.values(sklearnModels).map((model) => onnxFile(sklearnGraph(model))),
      ],
      read: (bytes) => checkNetwork(() => loadOnnx(engine, bytes)),
    },
  };

  /** Whether the file was read; how long that took is held against the limit. */
  function attempt(format: Format, bytes: Uint8Array): boolean {
    const start = performance.now();
    let accepted = true;
    try {
      format.read(bytes);
    } catch (error) {
      if (!(error instanceof FormatError)) {
        throw new Error(`${(error as Error).stack}\nfor ${Buffer.from(bytes).toString("base64")}`, { cause: error });
      }
      accepted = false;
    }
    const time = performance.now() - start;
    if (time > TIME_LIMIT) fail(`${time} ms for ${Buffer.from(bytes).toString("base64")}`);
    return accepted;
  }

  it.each(Object.keys(formats))(`${INPUTS} of %s: read right or refused, in time and memory`, (name) => {
    const format = formats[name] as Format;
    const seeds = format.seeds();
    for (const seed of seeds) format.read(seed);
    const random = new Random(12);
    const pick = () => seeds[random.below(seeds.length)] as Uint8Array;
    let accepted = 0;
    let most = 0;
    for (let done = 0; done < INPUTS; done += BATCH) {
      const inputs = Array.from({ length: BATCH }, () => {
        const inside = format.mutateInside && random.below(3) === 0;
        return inside ? format.mutateInside(random, pick()) : mutate(random, pick(), pick());
      });
      const limit = 16 * MIB + 2 * Math.min(...inputs.map((bytes) => bytes.length));
      let read = 0;
      const run = () => {
        read = inputs.filter((bytes) => attempt(format, bytes)).length;
      };
      const together = allocatedBy(run);
      accepted += read;
      if (together !== undefined && together <= limit) most = Math.max(most, together / BATCH);
      else {
        for (const bytes of inputs) {
          const alone = allocatedInPeace(() => attempt(format, bytes));
          if (alone > 16 * MIB + 2 * bytes.length) fail(`${alone} bytes for ${Buffer.from(bytes).toString("base64")}`);
          most = Math.max(most, alone);
        }
      }
    }
    // Both must happen, or the mutations test nothing.
    expect(accepted).toBeGreaterThan(INPUTS / 100);
    expect(accepted).toBeLessThan(INPUTS * 0.9);
    if (process.env.FUZZ_REPORT)
      console.log(`${name}: ${accepted} read, at most ${Math.round(most / 1024)} KiB for a file`);
  });

  it("the gauge sees what is allocated and dropped at once", () => {
    const drop = () => void new Uint8Array(20 * MIB);
    expect(allocatedInPeace(drop)).toBeGreaterThanOrEqual(20 * MIB);
  });

  const values = Float32Array.from({ length: 2 * MIB }, (_, i) => i % 1000);
  const large = { shape: [1024, 2048], data: values };
  it.each([
    ["npy", () => serializeNpy(values, large.shape), (bytes: Uint8Array) => parseNpy(bytes)],
    [
      "npy in Fortran order, the other way round",
      () => {
        const bytes = serializeNpy(values, large.shape);
        const header = text(bytes.subarray(0, 128)).replace("<f4", ">f4").replace("False", "True ");
        bytes.set(Buffer.from(header, "latin1"));
        return bytes;
      },
      (bytes: Uint8Array) => parseNpy(bytes),
    ],
    ["npz, stored", () => serializeNpz([["a", large]], { compress: false }), (bytes: Uint8Array) => parseNpz(bytes)],
    ["npz, deflated", () => serializeNpz([["a", large]]), (bytes: Uint8Array) => parseNpz(bytes)],
    [
      "safetensors",
      () => serializeSafetensors([["a", { dtype: "U8", shape: [8 * MIB], data: new Uint8Array(8 * MIB) }]]),
      parseSafetensors,
    ],
  ] as [string, () => Uint8Array, (bytes: Uint8Array) => unknown][])(
    "a good file of 8 MiB of %s takes at most twice the file and 16 MiB",
    (_, make, read) => {
      const bytes = make();
      expect(allocatedInPeace(() => void read(bytes))).toBeLessThanOrEqual(2 * bytes.length + 16 * MIB);
    },
  );
});
