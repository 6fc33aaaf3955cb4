import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { float32Tensor, type Tensor } from "../../src/formats/tensor.js";
import {
  createEngine,
  Dense,
  type Engine,
  FormatError,
  Layer,
  loadModel,
  Network,
  ReLU,
  serializeModel,
} from "../../src/index.js";

describe("model files", () => {
  let engine: Engine;
  let bytes: Uint8Array;
  beforeAll(async () => {
    engine = await createEngine({ seed: 4, threads: 1 });
    const network = new Network(engine, [new Dense(5, 9, { learningRate: 0.2 }), new ReLU(), new Dense(9, 3)]);
    bytes = serializeModel(network, { task: "test" });
  });

  /** The file again, with its parts changed. */
  function altered(change: (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void): Uint8Array {
    const { tensors, metadata } = parseSafetensors(bytes.slice());
    change(tensors, metadata);
    return serializeSafetensors(tensors, metadata);
  }

  it("a network comes back with the same bits, and predicts the same", () => {
    const network = new Network(engine, [new Dense(5, 9), new ReLU(), new Dense(9, 3)]);
    const x = engine.matrix(
      8,
      5,
      Float32Array.from({ length: 40 }, () => engine.random.uniform()),
    );
    network.train(x, engine.labels([0, 1, 2, 0, 1, 2, 0, 1]));
    const loaded = loadModel(engine, serializeModel(network));
    expect(loaded.logits(x).data.slice()).toEqual(network.logits(x).data.slice());
    expect(loaded.layers.map((layer) => layer.constructor.name)).toEqual(["Dense", "ReLU", "Dense"]);
    const names = ["layers.0.weights", "layers.0.biases", "layers.2.weights", "layers.2.biases"];
    expect([...parseSafetensors(serializeModel(network)).tensors.keys()]).toEqual(names);
  });

  it("keeps the learning rate and further metadata", () => {
    expect((loadModel(engine, bytes).layers[0] as Dense).learningRate).toBe(0.2);
    expect(parseSafetensors(bytes).metadata.task).toBe("test");
  });

  it("a layer that is not built in cannot be saved", () => {
    class Own extends Layer {}
    class Other extends ReLU {}
    expect(() => serializeModel(new Network(engine, [new Other()]))).toThrow("expected built-in layers, got Other");
    expect(() => serializeModel(new Network(engine, [new Own()]))).toThrow("expected built-in layers, got Own");
  });

  it.each([
    ["another format", (_, m) => (m.format = "pt"), 'expected metadata with format "simdgrad", got "pt"'],
    ["no layers", (_, m) => delete m.layers, "layerNorm), got nothing"],
    ["layers that are not JSON", (_, m) => (m.layers = "{"), "not JSON"],
    ["an empty list", (_, m) => (m.layers = "[]"), "got 0 layers"],
    ["an unknown layer", (_, m) => (m.layers = '[{"type":"conv"}]'), "layer 0"],
    ["null", (_, m) => (m.layers = "[null]"), "layer 0: null"],
    ["huge units", (_, m) => (m.layers = '[{"type":"dense","inputs":1e15,"outputs":2}]'), "layer 0"],
    ["an infinite rate", (_, m) => (m.layers = (m.layers as string).replace("0.2", "1e999")), "layer 0"],
    [
      "layers that do not fit",
      (_, m) => (m.layers = (m.layers as string).replace('"inputs":9', '"inputs":8')),
      "after 9",
    ],
    [
      "NaN",
      (t) => t.set("layers.2.biases", float32Tensor(Float32Array.of(0, Number.NaN, 1), [3])),
      "layers.2.biases: expected finite numbers",
    ],
    ["a missing tensor", (t) => t.delete("layers.2.biases"), "layers.2.biases: expected F32 [3], got none"],
    ["a tensor too many", (t) => t.set("x", t.get("layers.2.biases") as Tensor), "tensor x belongs to none"],
    [
      "a wrong shape",
      (t) => t.set("layers.2.biases", { ...(t.get("layers.2.biases") as Tensor), shape: [1, 3] }),
      "expected F32 [3], got F32 [1,3]",
    ],
  ] as [string, (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void, string][])(
    "refuses %s, and leaves nothing allocated",
    (_, change, message) => {
      const before = engine.memory.bytesInUse;
      const load = () => loadModel(engine, altered(change), "m.safetensors");
      expect(load).toThrow(FormatError);
      expect(load).toThrow(message);
      expect(load).toThrow("m.safetensors");
      expect(engine.memory.bytesInUse).toBe(before);
    },
  );

  it("any mutated byte gives a network or a FormatError", () => {
    const mutation = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const file = bytes.slice();
        for (const [position, value] of mutations) file[position] = value;
        try {
          loadModel(engine, file).dispose();
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
