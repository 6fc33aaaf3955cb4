import { beforeAll, describe, expect, it } from "vitest";
import { ByteMatrix, type Engine, iterateMinibatches, type Matrix } from "../../src/index.js";
import { testEngine } from "../training/fixture.js";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const valid = { inputs: Float32Array.of(1, 2), shape: [1, 2], targets: Int32Array.of(0) };

describe("a data set", () => {
  it.each<[string, unknown, string]>([
    ["no source", undefined, "data set: expected an object with inputs, shape and targets, got undefined"],
    [
      "a misspelt part",
      { ...valid, Weights: Float32Array.of(1) },
      "data set: source: expected the options inputs, shape, targets, weights, scale, got Weights",
    ],
    [
      "a part that compressed rows have not",
      { ...valid, inputs: { indptr: [0, 0], indices: [], values: [], shape: [1, 2] } },
      "csr: parts: expected the options indptr, indices, values, got shape",
    ],
    ["no shape", { ...valid, shape: undefined }, "shape: expected a list of integers of at least 0, got undefined"],
    ["a shape that is none", { ...valid, shape: ["1", 2] }, "shape: expected a list of integers"],
    ["no targets", { ...valid, targets: undefined }, "targets: expected a Uint8Array, Int32Array or Float32Array"],
    ["targets under another name", { ...valid, targets: undefined, y: [1] }, "scale, got y"],
    [
      "float64 targets, which would be labels",
      { ...valid, targets: Float64Array.of(3) },
      "got a Float64Array of length 1",
    ],
    ["a plain list of targets", { ...valid, targets: [1] }, "got the array [1]"],
    ["float64 inputs", { ...valid, inputs: Float64Array.of(1, 2) }, "inputs: expected a Float32Array or Uint8Array"],
    [
      "weights that are no floats",
      { ...valid, weights: ["1"] },
      'weights: expected a Float32Array, got the array ["1"]',
    ],
  ])("refuses %s with a TypeError", (_, source, message) => {
    const before = engine.memory.bytesInUse;
    expect(() => engine.dataset(source as never)).toThrow(TypeError);
    expect(() => engine.dataset(source as never)).toThrow(message);
    expect(engine.memory.bytesInUse).toBe(before);
  });
});

describe("scale", () => {
  const rows = { shape: [2, 2], targets: Int32Array.of(0, 1) };

  it.each([true, false, "auto"] as const)("is refused beside what is not bytes, sparse %s", (sparse) => {
    for (const inputs of [Float32Array.of(0, 1, 2, 3), { indptr: [0, 1, 2], indices: [0, 1], values: [255, 255] }]) {
      const source = { ...rows, inputs, scale: 1 / 255 };
      expect(() => engine.dataset(source as never, { sparse })).toThrow(
        "scale: only bytes are scaled, expected 1, got",
      );
    }
  });

  it("is refused where a byte times it is infinite as a float32, and is right up to there", () => {
    for (const sparse of [true, false]) {
      for (const scale of [1e39, -2e36, Number.NaN]) {
        const source = { ...rows, inputs: Uint8Array.of(0, 255, 1, 2), scale };
        expect(() => engine.dataset(source, { sparse })).toThrow("scale: expected a finite number of at least -1e+36");
      }
    }
    const { inputs, targets } = engine.dataset(
      { ...rows, inputs: Uint8Array.of(0, 255, 1, 2), scale: 1e36 },
      { sparse: false },
    );
    for (const batch of iterateMinibatches(engine, inputs, targets, 2)) {
      expect((batch.inputs as Matrix).data).toEqual(Float32Array.of(0, 255 * Math.fround(1e36), 1e36, 2e36));
    }
    expect(() => new ByteMatrix(engine.memory, 1, 1, Uint8Array.of(1), 1e39)).toThrow("scale: expected a finite");
  });
});

describe("numbers that float32 has not", () => {
  it("are refused as the infinities that they would become", () => {
    for (const value of [1e300, -1e39]) {
      expect(() => engine.matrix(1, 2, [0, value])).toThrow(
        /got .*1e\+\d+ \(too large for float32\) at row 0, column 1/,
      );
    }
    expect(engine.matrix(1, 1, [3.4e38]).data[0]).toBe(Math.fround(3.4e38));
    expect(engine.matrix(1, 1, [1e300], { checkFinite: false }).data[0]).toBe(Number.POSITIVE_INFINITY);
  });
});
