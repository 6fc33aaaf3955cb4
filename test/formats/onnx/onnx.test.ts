import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, it } from "vitest";
import { loadOnnx, type OnnxOptions, readOnnxMetadata, serializeOnnx } from "../../../src/formats/onnx/onnx.js";
import { decodeOnnx } from "../../../src/formats/onnx/onnx-decode.js";
import { encodeOnnx } from "../../../src/formats/onnx/onnx-encode.js";
import type { OnnxModel, OnnxNode } from "../../../src/formats/onnx/onnx-model.js";
import { float32Tensor, type Tensor } from "../../../src/formats/tensor.js";
import {
  BatchNorm,
  BinaryCrossEntropy,
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
  Network,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from "../../../src/index.js";

ort.env.wasm.numThreads = 1;

const [ROWS, COLUMNS] = [7, 6];
const ACTIVATIONS: Record<string, () => Layer> = {
  ReLU: () => new ReLU(),
  LeakyReLU: () => new LeakyReLU({ negativeSlope: 0.3 }),
  ELU: () => new ELU({ alpha: 0.7 }),
  GELU: () => new GELU(),
  "GELU, tanh": () => new GELU({ approximate: "tanh" }),
  SiLU: () => new SiLU(),
  Sigmoid: () => new Sigmoid(),
  Tanh: () => new Tanh(),
  Softplus: () => new Softplus(),
  Dropout: () => new Dropout(0.4),
  BatchNorm: () => new BatchNorm(9, { epsilon: 0.01, momentum: 0.3 }),
  LayerNorm: () => new LayerNorm(9, { epsilon: 0.1 }),
};

describe("ONNX", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ seed: 8, threads: 1 });
  });

  const normal = (rows: number, columns: number, scale = 1) =>
    engine.matrix(
      rows,
      columns,
      Float32Array.from({ length: rows * columns }, () => scale * engine.random.normal()),
    );

  /** A network after some training, so that no array is what it was at first. */
  function trained(layers: readonly Layer[], inputs = COLUMNS): Network {
    const network = new Network(engine, layers);
    const labels = engine.labels(Int32Array.from({ length: ROWS }, (_, row) => row % 3));
    for (let step = 0; step < 5; ++step) network.train(normal(ROWS, inputs), labels);
    return network;
  }
  const small = () => trained([new Dense(COLUMNS, 5, { init: "heNormal" }), new ReLU(), new Dense(5, 3)]);
  const everyLayer = () =>
    trained([
      new Dense(COLUMNS, 9, { init: "heNormal", learningRate: 0.2 }),
      ...Object.values(ACTIVATIONS).map((make) => make()),
      new Dense(9, 3, { init: "heNormal" }),
      new Dropout(0.1),
    ]);

  async function runtime(bytes: Uint8Array, input: Float32Array, rows: number): Promise<Record<string, Float32Array>> {
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
    const [name] = session.inputNames as [string];
    const results = await session.run({ [name]: new ort.Tensor("float32", input, [rows, input.length / rows]) });
    const arrays = Object.entries(results).map(([key, value]) => [key, value.data as Float32Array] as const);
    await session.release();
    return Object.fromEntries(arrays);
  }

  const worst = (got: Float32Array | undefined, expected: Float32Array) =>
    Math.max(...expected.map((value, i) => Math.abs(value - (got?.[i] ?? Number.NaN))));

  const cases = Object.entries(ACTIVATIONS).flatMap(([name, make]) =>
    [17, 20, 22].map((opset) => [name, opset, make] as const),
  );
  it.each(cases)("%s, opset %i: onnxruntime gives our logits within 1e-5", async (_, opset, make) => {
    const network = trained([
      new Dense(COLUMNS, 9, { init: "heNormal" }),
      make(),
      new Dense(9, 3, { init: "heNormal" }),
    ]);
    const bytes = serializeOnnx(network, { opset });
    // Any number of rows: the batch is a dynamic dimension.
    for (const rows of [1, 33]) {
      const x = normal(rows, COLUMNS, 3);
      const expected = network.logits(x).data.slice();
      const { logits } = await runtime(bytes, x.data.slice(), rows);
      expect(logits).toHaveLength(3 * rows);
      expect(worst(logits, expected)).toBeLessThan(1e-5);
    }
    network.dispose();
  });

  it.each([17, 22])("all layers in one network, opset %i: within 1e-5, and back with the same bits", async (opset) => {
    const network = everyLayer();
    const bytes = serializeOnnx(network, { opset, name: "all", metadata: { preprocessing: "{}" } });
    const x = normal(12, COLUMNS, 2);
    const expected = network.logits(x).data.slice();
    expect(worst((await runtime(bytes, x.data.slice(), 12)).logits, expected)).toBeLessThan(1e-5);
    const loaded = loadOnnx(engine, bytes);
    expect(loaded.layers.map((layer) => layer.config())).toEqual(network.layers.map((layer) => layer.config()));
    expect(loaded.stateDict()).toEqual(network.stateDict());
    expect(loaded.logits(x).data.slice()).toEqual(expected);
    expect(readOnnxMetadata(bytes)).toMatchObject({ format: "simdgrad", preprocessing: "{}" });
    for (const model of [network, loaded]) model.dispose();
  });

  it.each(["softmax", "sigmoid"] as const)("adds the %s as probabilities", async (probabilities) => {
    const loss = probabilities === "sigmoid" ? { loss: new BinaryCrossEntropy() } : {};
    const network = small();
    const bytes = serializeOnnx(network, { probabilities });
    const loaded = loadOnnx(engine, bytes, "m", loss);
    const x = normal(4, COLUMNS);
    const got = await runtime(bytes, x.data.slice(), 4);
    expect(Object.keys(got)).toEqual(["logits", "probabilities"]);
    expect(worst(got.probabilities, loaded.predictProbabilities(x))).toBeLessThan(1e-6);
    expect(loaded.stateDict()).toEqual(network.stateDict());
    for (const model of [network, loaded]) model.dispose();
  });

  it("networks of dropout alone, or activations alone, come and go", async () => {
    for (const layers of [[new Dropout(0.3)], [new Tanh()]]) {
      const network = new Network(engine, layers);
      const bytes = serializeOnnx(network);
      const x = normal(2, 3);
      const expected = network.logits(x).data.slice();
      expect(worst((await runtime(bytes, x.data.slice(), 2)).logits, expected)).toBeLessThan(1e-6);
      const loaded = loadOnnx(engine, bytes);
      expect(loaded.logits(x).data.slice()).toEqual(expected);
      for (const model of [network, loaded]) model.dispose();
    }
  });

  it("refuses layers and options that it has no words for", () => {
    class Own extends Layer {}
    const own = new Network(engine, [new Own()]);
    expect(() => serializeOnnx(own)).toThrow("expected built-in layers, got Own");
    const network = small();
    expect(() => serializeOnnx(network, { opset: 16 })).toThrow("expected an integer from 17 to 22, got 16");
    expect(() => serializeOnnx(network, { probabilities: "none" } as unknown as OnnxOptions)).toThrow(RangeError);
    for (const model of [own, network]) model.dispose();
  });

  const t = (values: number[], shape: number[]) => float32Tensor(Float32Array.from(values), shape);
  const node = (
    op: string,
    inputs: string[],
    outputs: string[],
    attributes: OnnxNode["attributes"] = {},
  ): OnnxNode => ({
    op,
    inputs,
    outputs,
    attributes,
  });
  const value = (name: string, ...shape: (number | string)[]) => ({ name, type: 1, shape });
  const W: [string, Tensor] = ["fc1.weight", t([1, 2, 3, 4, 5, 6], [2, 3])];
  const b: [string, Tensor] = ["fc1.bias", t([0.5, -0.5], [2])];
  /** As torch.onnx.export writes nn.Linear(3, 2) and what follows. */
  const exported = (change: Partial<OnnxModel> = {}): OnnxModel => ({
    opset: 14,
    graphName: "torch_jit",
    nodes: [
      node("Gemm", ["onnx::Gemm_0", "fc1.weight", "fc1.bias"], ["/Gemm_output_0"], {
        alpha: { float: 1 },
        beta: { float: 1 },
        transB: { integer: 1 },
      }),
      node("Relu", ["/Gemm_output_0"], ["9"]),
    ],
    initializers: new Map([W, b]),
    inputs: [value("onnx::Gemm_0", "batch_size", 3)],
    outputs: [value("9", "batch_size", 2)],
    metadata: {},
    ...change,
  });

  it("reads Gemm with transposed weights, as PyTorch exports nn.Linear", async () => {
    const bytes = encodeOnnx(exported(), 7);
    const network = loadOnnx(engine, bytes, "torch");
    expect(network.layers.map((layer) => layer.config())).toEqual([
      { type: "dense", inputs: 3, outputs: 2 },
      { type: "relu" },
    ]);
    expect([...(network.stateDict()["layers.0.weights"]?.data ?? [])]).toEqual([1, 4, 2, 5, 3, 6]);
    const x = normal(4, 3);
    const got = await runtime(bytes, x.data.slice(), 4);
    expect(worst(got["9"], network.logits(x).data)).toBeLessThan(1e-5);
    network.dispose();
  });

  it("reads what torch.onnx.export wrote of every layer, and gives PyTorch's outputs within 1e-5", () => {
    const recorded = (name: string) => readFileSync(new URL(`../../recorded/${name}`, import.meta.url));
    const network = loadOnnx(engine, recorded("torch.onnx"), "torch.onnx");
    const names = network.layers.map((layer) => layer.constructor.name).join(" ");
    expect(names).toBe(
      "Dense BatchNorm ReLU Dense GELU Dense GELU Dense LayerNorm SiLU Dense ELU LeakyReLU Tanh Sigmoid Softplus Dense",
    );
    expect(network.layers[1]?.config()).toEqual({ type: "batchNorm", features: 8, epsilon: 1e-5, momentum: 0.1 });
    const { input, output } = JSON.parse(recorded("torch-onnx.json").toString());
    const logits = network.logits(engine.matrix(4, 5, input)).data.slice();
    expect(worst(logits, Float32Array.from(output))).toBeLessThan(1e-5);
    network.dispose();
  });

  it("reads MatMul and Add, constants among the nodes, a softmax at the end", async () => {
    const bytes = encodeOnnx(
      exported({
        nodes: [
          node("Flatten", ["onnx::Gemm_0"], ["flat"], { axis: { integer: 1 } }),
          node("MatMul", ["flat", "W"], ["m"]),
          node("Add", ["row", "m"], ["h"]),
          node("Constant", [], ["sqrt2"], { value: t([Math.SQRT2], []) }),
          node("Div", ["h", "sqrt2"], ["d"]),
          node("Erf", ["d"], ["e"]),
          node("Constant", [], ["one"], { value: t([1], []) }),
          node("Add", ["e", "one"], ["p"]),
          node("Mul", ["h", "p"], ["q"]),
          node("Constant", [], ["half"], { value: t([0.5], [1]) }),
          node("Mul", ["q", "half"], ["g"]),
          node("Sigmoid", ["g"], ["s"]),
          node("Mul", ["g", "s"], ["silu"]),
          node("MatMul", ["silu", "square"], ["z"]),
          node("Softmax", ["z"], ["9"], { axis: { integer: 1 } }),
        ],
        initializers: new Map([
          ["W", t([1, -2, 3, 4, -5, 6], [3, 2])],
          ["row", t([0.5, -0.5], [1, 2])],
          ["square", t([1, 2, 3, -4], [2, 2])],
        ]),
      }),
      7,
    );
    const network = loadOnnx(engine, bytes);
    const names = network.layers.map((layer) => layer.constructor.name);
    expect(names).toEqual(["Dense", "GELU", "SiLU", "Dense"]);
    const x = normal(5, 3);
    const got = await runtime(bytes, x.data.slice(), 5);
    expect(worst(got["9"], network.predictProbabilities(x))).toBeLessThan(1e-5);
    network.dispose();
  });

  it("reads weights in halves and doubles", () => {
    const halves: Tensor = {
      dtype: "F16",
      shape: [2, 3],
      data: new Uint8Array(Uint16Array.from([0x3c00, 0x4000, 0, 0, 0, 0xc000]).buffer),
    };
    const doubles: Tensor = { dtype: "F64", shape: [2], data: new Uint8Array(Float64Array.of(0.1, 2).buffer) };
    const bytes = encodeOnnx(
      exported({
        initializers: new Map([
          ["fc1.weight", halves],
          ["fc1.bias", doubles],
        ]),
      }),
      7,
    );
    const network = loadOnnx(engine, bytes);
    expect([...(network.stateDict()["layers.0.weights"]?.data ?? [])]).toEqual([1, 0, 2, 0, 0, -2]);
    expect([...(network.stateDict()["layers.0.biases"]?.data ?? [])]).toEqual([Math.fround(0.1), 2]);
    network.dispose();
  });

  const gemm = exported().nodes[0] as OnnxNode;
  it.each([
    ["a convolution", { nodes: [node("Conv", ["onnx::Gemm_0", "fc1.weight"], ["9"])] }, 'got "Conv"'],
    ["an operator that objects have", { nodes: [node("constructor", ["onnx::Gemm_0"], ["9"])] }, 'got "constructor"'],
    ["a branch", { nodes: [gemm, node("Relu", ["onnx::Gemm_0"], ["9"])] }, 'expected a node on "/Gemm_output_0"'],
    [
      "a sum of two results",
      { nodes: [gemm, node("Add", ["/Gemm_output_0", "/Gemm_output_0"], ["9"])] },
      'Add (node "9"): expected a float',
    ],
    ["a name twice", { nodes: [gemm, node("Relu", ["/Gemm_output_0"], ["/Gemm_output_0"])] }, "a name of its own"],
    ["another output", { outputs: [value("x", "b", 2)] }, "to be the output"],
    ["no output", { outputs: [] }, "to be the output, got 0 outputs"],
    [
      "two inputs",
      { inputs: [value("onnx::Gemm_0", "b", 3), value("mask", "b", 3)] },
      "expected one input, or inputs [rows, 1] that the first node joins with Concat, got 2",
    ],
    [
      "an image",
      { inputs: [value("onnx::Gemm_0", "b", 1, 3, 3)] },
      "expected floats or integers of two dimensions, got type 1 of 4 dimensions",
    ],
    ["another width", { inputs: [value("onnx::Gemm_0", "b", 4)] }, "an input of 4 columns before 3"],
    ["no layers", { nodes: [node("Identity", ["onnx::Gemm_0"], ["9"])] }, "expected 1 to 1000 layers, got 0"],
    ["an attribute of another type", { nodes: [{ ...gemm, attributes: { transB: "1" } }] }, 'got "transB"'],
    ["an unknown attribute", { nodes: [{ ...gemm, attributes: { broadcast: { integer: 1 } } }] }, 'got "broadcast"'],
    ["weights that are not there", { initializers: new Map([b]) }, 'input 1, got "fc1.weight"'],
    [
      "weights of three dimensions",
      { initializers: new Map([["fc1.weight", t([1, 2], [1, 2, 1])], b]) },
      "two dimensions, got 3",
    ],
    [
      "biases that do not fit",
      { initializers: new Map([W, ["fc1.bias", t([1], [1])]]) },
      "floats of shape [2], got F32 [1]",
    ],
    ["NaN", { initializers: new Map([W, ["fc1.bias", t([1, NaN], [2])]]) }, "biases: expected finite numbers"],
    ["an old opset", { opset: 6 }, "expected an opset from 7 to 26, got 6"],
    [
      "metadata of another network",
      { metadata: { format: "simdgrad", layers: '[{"type":"relu"}]' } },
      "as the metadata say",
    ],
    [
      "metadata of a longer network",
      {
        metadata: {
          format: "simdgrad",
          layers: '[{"type":"dense","inputs":3,"outputs":2},{"type":"relu"},{"type":"relu"}]',
        },
      },
      "got none",
    ],
    ["metadata of another program", { metadata: { format: "keras" } }, 'expected metadata with format "simdgrad"'],
    [
      "layers that do not fit together",
      { nodes: [gemm, node("Gemm", ["/Gemm_output_0", "fc1.weight", "fc1.bias"], ["9"], gemm.attributes)] },
      "layer 1 with 3 inputs after 2 outputs",
    ],
  ] as [string, Partial<OnnxModel>, string][])("refuses %s, and leaves nothing allocated", (_, change, message) => {
    const before = engine.memory.bytesInUse;
    const load = () => loadOnnx(engine, encodeOnnx(exported(change), 7), "x.onnx");
    expect(load).toThrow(FormatError);
    expect(load).toThrow(message);
    expect(load).toThrow(/^x\.onnx: /);
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it.each([
    ["an integer", { alpha: { float: 1 } }, [0xa0, 1, 1], [0xa0, 1, 2], "type 2"],
    ["a float", { transB: { integer: 1 } }, [0xa0, 1, 2], [0xa0, 1, 1], "type 1"],
    ["a text", { transB: { integer: 1 } }, [0xa0, 1, 2], [0xa0, 1, 3], "type 3"],
    ["a list of integers", { transB: { integer: 1 } }, [0xa0, 1, 2], [0xa0, 1, 7], "type 7"],
  ] as [string, OnnxNode["attributes"], number[], number[], string][])(
    "refuses an attribute that says it is %s and has another value, as ONNX's checker does",
    (_, attributes, type, other, message) => {
      const bytes = encodeOnnx(exported({ nodes: [{ ...gemm, attributes }] }), 7);
      const at = Buffer.from(bytes).indexOf(Buffer.from(type));
      expect(at).toBeGreaterThan(0);
      bytes.set(other, at);
      const load = () => loadOnnx(engine, bytes);
      expect(load).toThrow(FormatError);
      expect(load).toThrow(`expected a value of its ${message}, got one of another`);
    },
  );

  it.each([16, 17])("LayerNormalization in opset %i: ONNX has it from 17 on", (opset) => {
    const model = decodeOnnx(serializeOnnx(trained([new LayerNorm(COLUMNS), new Dense(COLUMNS, 3)])), "m");
    const load = () => loadOnnx(engine, encodeOnnx({ ...model, opset, metadata: {} }, 8)).dispose();
    if (opset === 17) expect(load).not.toThrow();
    else expect(load).toThrow("expected LayerNormalization from opset 17 on, got 16");
  });

  it("refuses a network much larger than its file", () => {
    const square: [string, Tensor] = ["w", t(new Array(4096).fill(0.5), [64, 64])];
    const nodes = Array.from({ length: 900 }, (_, i) => node("MatMul", [i === 0 ? "x" : `h${i}`, "w"], [`h${i + 1}`]));
    const model = exported({
      nodes,
      initializers: new Map([square]),
      inputs: [value("x", "b", 64)],
      outputs: [value("h900", "b", 64)],
    });
    expect(() => loadOnnx(engine, encodeOnnx(model, 7))).toThrow("expected arrays of at most");
  });

  it("refuses bytes that are no protocol buffer of the kind", () => {
    const bytes = encodeOnnx(exported(), 7);
    const refused: [number[], string][] = [
      [[], "expected an ONNX file, got an empty file"],
      [[0x3a, 0x7f], "expected at most 0 bytes in a field, got 127"],
      [[0x3a, ...new Array(9).fill(0xff), 1], "expected at most 0 bytes in a field, got -1"],
      [new Array(11).fill(0x80), "an integer of at most 10 bytes"],
      [[0x0b, 0x0c], "expected wire type 0, 1, 2 or 5, got 3"],
      [[0x38, 1], "field 7: expected bytes, got wire type 0"],
      [[0x80], "the end of the message"],
      [[...bytes, ...bytes], "expected one graph, got two"],
    ];
    for (const [file, message] of refused) {
      expect(() => loadOnnx(engine, Uint8Array.from(file))).toThrow(FormatError);
      expect(() => loadOnnx(engine, Uint8Array.from(file))).toThrow(message);
    }
    expect(() => loadOnnx(engine, bytes.subarray(0, bytes.length - 3))).toThrow(FormatError);
    const many = Uint8Array.from({ length: 80_000 }, (_, i) => (i % 2 ? 0 : 0x32));
    expect(() => loadOnnx(engine, many)).toThrow("expected at most 20000 fields in a message");
  });

  it("files are read by what they say, not by our names", () => {
    const network = everyLayer();
    const model = decodeOnnx(serializeOnnx(network), "m");
    const rename = (name: string) => (model.initializers.has(name) ? name : `v_${name}`);
    const renamed = encodeOnnx(
      {
        ...model,
        nodes: model.nodes.map((n) => ({ ...n, inputs: n.inputs.map(rename), outputs: n.outputs.map(rename) })),
        inputs: model.inputs.map((v) => ({ ...v, name: rename(v.name) })),
        outputs: model.outputs.map((v) => ({ ...v, name: rename(v.name) })),
        metadata: {},
      },
      8,
    );
    const loaded = loadOnnx(engine, renamed);
    const x = normal(5, COLUMNS);
    // Without the metadata there is no dropout, and options are as exact as floats.
    expect(loaded.layers).toHaveLength(network.layers.length - 2);
    expect(loaded.logits(x).data.slice()).toEqual(network.logits(x).data.slice());
    for (const model of [network, loaded]) model.dispose();
  });
});
