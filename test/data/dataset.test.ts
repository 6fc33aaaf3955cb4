import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/index.js";
import { testEngine } from "../training/fixture.js";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const valid = { inputs: Float32Array.of(1, 2), shape: [1, 2], targets: Int32Array.of(0) };

describe("a data set", () => {
  it.each<[string, unknown, string]>([
    ["no source", undefined, "data set: expected an object with inputs, shape and targets, got undefined"],
    ["no shape", { ...valid, shape: undefined }, "shape: expected a list of integers of at least 0, got undefined"],
    ["a shape that is none", { ...valid, shape: ["1", 2] }, "shape: expected a list of integers"],
    ["no targets", { ...valid, targets: undefined }, "targets: expected a Uint8Array, Int32Array or Float32Array"],
    ["targets under another name", { ...valid, targets: undefined, y: [1] }, "targets: expected a Uint8Array"],
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
