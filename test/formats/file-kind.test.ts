import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, it } from "vitest";
import { fileKind } from "../../src/formats/file-kind.js";
import { parseNpz, serializeNpz } from "../../src/formats/npz.js";
import { loadOnnx, serializeOnnx } from "../../src/formats/onnx/onnx.js";
import {
  type Engine,
  fit,
  loadCheckpoint,
  loadModel,
  loadWeights,
  parseNpy,
  saveCheckpoint,
  serializeModel,
  serializeNpy,
  serializeWeights,
} from "../../src/index.js";
import { makeNetwork, source, testEngine } from "../training/fixture.js";

const text = (content: string) => new TextEncoder().encode(content);
const files: Record<string, () => Uint8Array | Promise<Uint8Array>> = {
  "an empty file": () => new Uint8Array(0),
  "a PNG image": () => encode({ width: 2, height: 2, data: new Uint8Array(4), channels: 1, depth: 8 }),
  "a JPEG image": () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16),
  "a Parquet file": () =>
    new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "a", data: [1, 2], type: "INT32" }] })),
  "a NumPy array (npy)": () => serializeNpy(Float32Array.of(1), [1]),
  "a NumPy archive (npz)": () => serializeNpz([["a", { shape: [1], data: Float32Array.of(1) }]]),
  "a gzip file": () => gzipSync("a,b\n1,2\n"),
  "a CSV file or another table in text": () => text("a,b\n1,2\n"),
  "a JSON Lines file": () => text('{"a":1}\n{"a":2}\n'),
  "a JSON text": () => text('{\n  "format": "simdgrad-run"\n}'),
  "a web page or another XML text": () => text("<!doctype html><title>Not found</title>"),
  "a text": () => text("Hello.\nThis is it."),
  "a text in UTF-16": () => Buffer.from("\ufeffa,b\n", "utf16le"),
  "a model of simdgrad": async () => serializeModel(makeNetwork(await testEngine())),
  "a safetensors file of another program, or of weights alone": async () =>
    serializeWeights(makeNetwork(await testEngine())),
  "a checkpoint of a training": async () => {
    const engine = await testEngine();
    const run = fit(makeNetwork(engine), engine.dataset(source(40)), { epochs: 1 });
    await run;
    return saveCheckpoint(run);
  },
  "a file of an unknown kind": async () => serializeOnnx(makeNetwork(await testEngine())),
};

describe("fileKind", () => {
  it.each(Object.entries(files))("tells %s", async (kind, make) => {
    expect(fileKind(await make())).toBe(kind);
  });

  it("tells a part of a file, too, wherever it is cut", async () => {
    const table = text(`name,stadt\n${"Zoë,Köln\n".repeat(2000)}`);
    for (const length of [4090, 4095, 4096, 4097, 8000]) {
      expect(fileKind(table.subarray(0, length))).toBe("a CSV file or another table in text");
    }
  });
});

describe("a file of another kind", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await testEngine();
  });
  const readers: [string, string[], (bytes: Uint8Array) => unknown][] = [
    ["loadModel", ["a model of simdgrad"], (bytes) => loadModel(engine, bytes, "x")],
    [
      "loadWeights",
      ["a safetensors file of another program, or of weights alone"],
      (bytes) => loadWeights(makeNetwork(engine), bytes, {}, "x"),
    ],
    ["loadCheckpoint", ["a checkpoint of a training"], (bytes) => loadCheckpoint(bytes, "x")],
    ["loadOnnx", ["a file of an unknown kind"], (bytes) => loadOnnx(engine, bytes, "x")],
    ["parseNpy", ["a NumPy array (npy)"], (bytes) => parseNpy(bytes, "x")],
    ["parseNpz", ["a NumPy archive (npz)"], (bytes) => parseNpz(bytes, "x")],
  ];
  /** Kinds that have a reader in common, which says what is in them. */
  const related = /safetensors|model|checkpoint|unknown kind/;

  it.each(readers)("%s says what it was given", async (_, own, read) => {
    for (const [kind, make] of Object.entries(files)) {
      const bytes = await make();
      if (own.includes(kind)) {
        read(bytes);
        continue;
      }
      if (related.test(kind) && related.test(own.join())) continue;
      expect(() => read(bytes), kind).toThrow(`got ${kind}`);
    }
  });
});

it("is the kind that a real file has", () => {
  expect(fileKind(readFileSync(new URL("../../samples/wine.csv", import.meta.url)))).toBe(
    "a CSV file or another table in text",
  );
  expect(fileKind(readFileSync(new URL("../recorded/torch-weights.safetensors", import.meta.url)))).toMatch(
    /^a safetensors file/,
  );
  expect(fileKind(readFileSync(new URL("../recorded/numpy/stored.npz", import.meta.url)))).toBe(
    "a NumPy archive (npz)",
  );
});
