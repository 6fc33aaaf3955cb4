import { beforeAll, describe, expect, it } from "vitest";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { float32Tensor, type Tensor } from "../../src/formats/tensor.js";
import {
  BatchNorm,
  createEngine,
  Dense,
  Dropout,
  ELU,
  type Engine,
  FormatError,
  GELU,
  Layer,
  LayerNorm,
  LeakyReLU,
  loadModel,
  Network,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  serializeModel,
  Tanh,
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

  it("every layer comes back with its options, parameters and running statistics", () => {
    const network = new Network(engine, [
      new Dense(6, 8),
      new BatchNorm(8, { epsilon: 0.01, momentum: 0.3 }),
      new LeakyReLU({ negativeSlope: 0.3 }),
      new ELU({ alpha: 0.7 }),
      new GELU(),
      new GELU({ approximate: "tanh" }),
      new LayerNorm(8, { epsilon: 0.1 }),
      new SiLU(),
      new Dropout(0.2),
      new Sigmoid(),
      new Tanh(),
      new Softplus(),
      new ReLU(),
      new Dense(8, 3),
    ]);
    const x = engine.matrix(
      20,
      6,
      Float32Array.from({ length: 120 }, () => engine.random.normal()),
    );
    const labels = engine.labels(Int32Array.from({ length: 20 }, (_, i) => i % 3));
    for (let step = 0; step < 5; ++step) network.train(x, labels);
    const loaded = loadModel(engine, serializeModel(network));
    expect(loaded.layers.map((layer) => layer.config())).toEqual(network.layers.map((layer) => layer.config()));
    expect(loaded.stateDict()).toEqual(network.stateDict());
    expect(loaded.stateDict()["layers.1.runningMean"]?.data).not.toEqual(new Float32Array(8));
    expect(loaded.logits(x).data.slice()).toEqual(network.logits(x).data.slice());
    const { words } = engine.random.state;
    const losses = [network, loaded].map((model) => {
      engine.random.state = { words };
      return model.train(x, labels);
    });
    expect(losses[1]).toBe(losses[0]);
    for (const model of [network, loaded]) model.dispose();
  });

  it.each([
    ["leakyRelu", {}],
    ["leakyRelu", { negativeSlope: "0.1" }],
    ["elu", { alpha: null }],
    ["gelu", { approximate: "erf" }],
    ["gelu", {}],
    ["dropout", {}],
    ["dropout", { rate: 1 }],
    ["dropout", { rate: "0.5" }],
    ["batchNorm", { features: 3, epsilon: 1e-5 }],
    ["batchNorm", { features: 3, epsilon: 0, momentum: 0.1 }],
    ["batchNorm", { features: 3, epsilon: 1e-5, momentum: [0.1] }],
    ["batchNorm", { features: 2 ** 25, epsilon: 1e-5, momentum: 0.1 }],
    ["layerNorm", { features: 3 }],
    ["layerNorm", { features: 1e15, epsilon: 1e-5 }],
    ["layerNorm", { features: "3", epsilon: 1e-5 }],
    ["constructor", {}],
    ["__proto__", {}],
  ])("refuses a %s of %j", (type, options) => {
    const before = engine.memory.bytesInUse;
    const file = altered((tensors, metadata) => {
      tensors.clear();
      metadata.layers = JSON.stringify([{ type, ...options }]);
    });
    expect(() => loadModel(engine, file)).toThrow(FormatError);
    expect(() => loadModel(engine, file)).toThrow("layer 0");
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it("refuses a negative variance", () => {
    const norm = serializeModel(new Network(engine, [new BatchNorm(2)]));
    const { tensors, metadata } = parseSafetensors(norm);
    tensors.set("layers.0.runningVariance", float32Tensor(Float32Array.of(1, -0.5), [2]));
    expect(() => loadModel(engine, serializeSafetensors(tensors, metadata))).toThrow(
      "tensor layers.0.runningVariance: expected numbers from 0 up, got -0.5",
    );
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
});
