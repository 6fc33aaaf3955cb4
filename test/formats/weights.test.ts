import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { toFloat32 } from "../../src/formats/float-conversion.js";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { float32Tensor, type Tensor } from "../../src/formats/tensor.js";
import {
  BatchNorm,
  createEngine,
  Dense,
  Dropout,
  type Engine,
  FormatError,
  GELU,
  LayerNorm,
  loadWeights,
  Network,
  ReLU,
  serializeWeights,
} from "../../src/index.js";

const recorded = new Uint8Array(readFileSync(new URL("../recorded/torch-weights.safetensors", import.meta.url)));

describe("weights", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ seed: 6, threads: 1 });
  });

  /** The layers of scripts/record-torch-weights.py. */
  const build = () =>
    new Network(engine, [
      new Dense(5, 8, { init: "heNormal" }),
      new BatchNorm(8),
      new ReLU(),
      new Dropout(0.25),
      new Dense(8, 8, { init: "heNormal" }),
      new LayerNorm(8),
      new GELU(),
      new Dense(8, 3, { init: "heNormal" }),
    ]);

  /** The recorded file with some of its tensors changed. */
  function altered(change: (tensors: Map<string, Tensor>) => void): Uint8Array {
    const { tensors } = parseSafetensors(recorded);
    change(tensors);
    return serializeSafetensors(tensors);
  }

  it("of PyTorch give PyTorch's outputs within 1e-5", () => {
    const network = build();
    loadWeights(network, recorded, { layout: "pytorch" });
    const { metadata } = parseSafetensors(recorded);
    const logits = network.logits(engine.matrix(4, 5, JSON.parse(metadata.input as string)));
    const expected: number[] = JSON.parse(metadata.output as string);
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (logits.data[i] as number))))).toBeLessThan(1e-5);
    network.dispose();
  });

  it("go out as they came in, under PyTorch's names and shapes", () => {
    const network = build();
    loadWeights(network, recorded, { layout: "pytorch" });
    const { tensors, metadata } = parseSafetensors(serializeWeights(network, { layout: "pytorch" }));
    const theirs = parseSafetensors(recorded).tensors;
    expect([...tensors.keys()].sort()).toEqual([...theirs.keys()].sort());
    for (const [key, { dtype, shape, data }] of theirs) {
      expect(tensors.get(key), key).toMatchObject({ dtype, shape });
      // We do not count batches, and say 0.
      if (!key.endsWith("num_batches_tracked")) expect(tensors.get(key)?.data, key).toEqual(new Uint8Array(data));
    }
    expect(metadata).toEqual({ format: "pt" });
    network.dispose();
  });

  it.each([
    [{}, "layers.0.weights"],
    [{ layout: "pytorch" as const }, "0.weight"],
    [{ layout: "pytorch" as const, names: ["a", "b", "c", "d", "e", "f", "g", "h"] }, "a.weight"],
    [{ names: ["a", "b", "c", "d", "e", "f", "g", "h"] }, "h.biases"],
  ])("come back with the same bits: %j", (options, key) => {
    const [one, other] = [build(), build()];
    const bytes = serializeWeights(one, options);
    expect(parseSafetensors(bytes).tensors.has(key)).toBe(true);
    loadWeights(other, bytes, options);
    expect(other.stateDict()).toEqual(one.stateDict());
    for (const network of [one, other]) network.dispose();
  });

  it("may be halves, bfloats and doubles", () => {
    const halves: [number, number][] = [
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x0001, 2 ** -24],
      [0x83ff, -(1023 * 2 ** -24)],
      [0x7bff, 65504],
      [0x8000, -0],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
    ];
    const bytes = (array: Uint16Array | Float64Array) => new Uint8Array(array.buffer);
    const F16 = bytes(Uint16Array.from(halves, ([bits]) => bits));
    expect([...toFloat32({ dtype: "F16", shape: [9], data: F16 })]).toEqual(halves.map(([, value]) => value));
    expect(toFloat32({ dtype: "F16", shape: [1], data: bytes(Uint16Array.of(0x7e00)) })[0]).toBeNaN();
    const BF16 = bytes(Uint16Array.of(0x3f80, 0xc049, 0x0001, 0xff80));
    const expected = [1, -3.140625, 2 ** -133, -Infinity];
    expect([...toFloat32({ dtype: "BF16", shape: [4], data: BF16 })]).toEqual(expected);
    const F64 = bytes(Float64Array.of(0.1, -1e-300, 3));
    expect([...toFloat32({ dtype: "F64", shape: [3], data: F64 })]).toEqual([Math.fround(0.1), -0, 3]);
    const network = build();
    const file = altered((tensors) => tensors.set("7.bias", { dtype: "F64", shape: [3], data: F64 }));
    loadWeights(network, file, { layout: "pytorch" });
    expect([...(network.stateDict()["layers.7.biases"]?.data ?? [])]).toEqual([Math.fround(0.1), -0, 3]);
    network.dispose();
  });

  it.each([
    [
      "a missing tensor",
      (t) => t.delete("4.bias"),
      "tensor 4.bias: expected F32, F64, F16, BF16 of shape [8], got none",
    ],
    ["a tensor too many", (t) => t.set("8.bias", t.get("7.bias") as Tensor), "tensor 8.bias belongs to none of the 8"],
    [
      "[inputs, outputs]",
      (t) => t.set("7.weight", float32Tensor(new Float32Array(24), [8, 3])),
      "of shape [3,8], got F32 [8,3]",
    ],
    ["integers", (t) => t.set("7.bias", { dtype: "I32", shape: [3], data: new Uint8Array(12) }), "got I32 [3]"],
    [
      "NaN",
      (t) => t.set("7.bias", float32Tensor(Float32Array.of(0, NaN, 0), [3])),
      "tensor 7.bias: expected finite numbers",
    ],
    [
      "a variance below 0",
      (t) => t.set("1.running_var", float32Tensor(new Float32Array(8).fill(-1), [8])),
      "from 0 up, got -1",
    ],
  ] as [string, (tensors: Map<string, Tensor>) => void, string][])(
    "refuse %s, and set nothing",
    (_, change, message) => {
      const network = build();
      const before = network.stateDict();
      const load = () => loadWeights(network, altered(change), { layout: "pytorch" }, "w.safetensors");
      expect(load).toThrow(FormatError);
      expect(load).toThrow(message);
      expect(load).toThrow("w.safetensors: ");
      expect(network.stateDict()).toEqual(before);
      network.dispose();
    },
  );

  it("refuse options that mean nothing", () => {
    const network = build();
    expect(() => serializeWeights(network, { layout: "keras" as "pytorch" })).toThrow('got the string "keras"');
    expect(() => serializeWeights(network, { names: ["a"] })).toThrow("expected one for each of 8 layers, got 1");
    expect(() => serializeWeights(network, { names: Array(8).fill("a") })).toThrow("got a.weights twice");
    network.dispose();
  });
});
