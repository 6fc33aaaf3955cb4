/** ONNX nodes that become part of a layer, or change nothing: onnxruntime's outputs, and PyTorch's. */

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, it } from "vitest";
import { loadOnnx } from "../../../src/formats/onnx/onnx.js";
import { readOnnx } from "../../../src/formats/onnx/onnx-load.js";
import { MessageWriter } from "../../../src/formats/onnx/protobuf.js";
import { createEngine, type Engine } from "../../../src/index.js";
import {
  DOUBLE,
  floats,
  type GivenGraph,
  INT32,
  INT64,
  ML,
  matrix,
  node,
  onnxFile,
  runtime,
  value,
} from "./onnx-graphs.js";
import { graphOf, logits, probabilities, V, W, worst, X } from "./onnx-small-graph.js";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ seed: 3, threads: 1 });
});

const recorded = (name: string) => readFileSync(new URL(`../../recorded/${name}`, import.meta.url));

describe("networks of PyTorch", () => {
  it("reads what torch.onnx.export wrote without folding constants: scaled inputs, no biases, casts, a squeeze", async () => {
    const network = loadOnnx(engine, recorded("torch-unfolded.onnx"), "torch-unfolded.onnx");
    const names = network.layers.map((layer) => layer.constructor.name).join(" ");
    expect(names).toBe("Dense Tanh Dense ReLU Dense");
    const { input, output } = JSON.parse(recorded("torch-unfolded.json").toString());
    expect(worst(logits(network, input, 5), output)).toBeLessThan(1e-5);
    const given = await runtime(recorded("torch-unfolded.onnx"), { input: matrix(input, 5) });
    expect(worst(given.output as number[], output)).toBeLessThan(1e-5);
    network.dispose();
  });
});

describe("nodes that fold", () => {
  const gemm = (attributes: GivenGraph["nodes"][number]["attributes"], weights = "W") =>
    node("Gemm", ["x", weights, "b"], "y", attributes);
  it.each<[string, GivenGraph["nodes"], string]>([
    ["Gemm with alpha and beta", [gemm({ alpha: { float: 0.5 }, beta: { float: 3 } })], "Dense"],
    ["Gemm with beta 0", [gemm({ beta: { float: 0 } })], "Dense"],
    ["Gemm with transB and alpha", [gemm({ transB: 1, alpha: { float: -2 }, transA: 0 }, "V")], "Dense"],
    ["Gemm of a transposed tensor", [node("Transpose", ["V"], "T", { perm: [1, 0] }), gemm({}, "T")], "Dense"],
    [
      "Gemm with transB of a transposed tensor",
      [node("Transpose", ["W"], "T", { perm: [1, 0] }), gemm({ transB: 1 }, "T")],
      "Dense",
    ],
    [
      "MatMul of a tensor that is transposed by default, twice, and back",
      [
        node("Transpose", ["V"], "T"),
        node("Transpose", ["T"], "U"),
        node("Transpose", ["U"], "S"),
        node("MatMul", ["x", "S"], "y"),
      ],
      "Dense",
    ],
    ["MatMul and Add, the sum first", [node("MatMul", ["x", "W"], "m"), node("Add", ["b", "m"], "y")], "Dense"],
    ["MatMul and Add, the sum last", [node("MatMul", ["x", "W"], "m"), node("Add", ["m", "b"], "y")], "Dense"],
    ["MatMul and Add of one number", [node("MatMul", ["x", "W"], "m"), node("Add", ["m", "two"], "y")], "Dense"],
    [
      "biases out of Constant, Unsqueeze, Squeeze, Reshape, Cast, Identity",
      [
        node("Constant", [], "bias", { value_floats: { floats: [0.5, 2] } }),
        node("Unsqueeze", ["bias", "axis0"], "b1"),
        node("Squeeze", ["b1"], "b2"),
        node("Reshape", ["b2", "rows"], "b3"),
        node("Cast", ["b3"], "b4", { to: 1 }),
        node("Identity", ["b4"], "b5"),
        node("MatMul", ["x", "W"], "m"),
        node("Add", ["m", "b5"], "y"),
      ],
      "Dense",
    ],
    [
      "Constant as a tensor and as a number",
      [
        node("Constant", [], "w", { value: floats("", [3, 2], V) }),
        node("Constant", [], "s", { value_float: { float: 1.5 } }),
        node("MatMul", ["x", "w"], "m"),
        node("Mul", ["s", "m"], "y"),
      ],
      "Dense",
    ],
    [
      "Sub, Div before a layer",
      [node("Sub", ["x", "c"], "s"), node("Div", ["s", "row"], "d"), node("MatMul", ["d", "W"], "y")],
      "Dense",
    ],
    [
      "Mul, Add before a layer with biases, in any order",
      [
        node("Mul", ["row", "x"], "s"),
        node("Add", ["c", "s"], "d"),
        gemm({ alpha: { float: 2 } }),
        node("Identity", ["y"], "z"),
      ].map((own) => (own.op === "Gemm" ? { ...own, inputs: ["d", "W", "b"] } : own)),
      "Dense",
    ],
    [
      "a constant less the input, divided by one number",
      [node("Sub", ["c", "x"], "s"), node("Div", ["s", "three"], "d"), node("MatMul", ["d", "W"], "y")],
      "Dense",
    ],
    [
      "two Scalers in a row, one of one number",
      [
        node("Scaler", ["x"], "s", { offset: { floats: [1, 2, 3] }, scale: { floats: [2, 3, 0.25] } }, ML),
        node("Scaler", ["s"], "d", { offset: { floats: [0.5] }, scale: { floats: [-1] } }, ML),
        node("MatMul", ["d", "W"], "y"),
      ],
      "Dense",
    ],
    [
      "scalings between layers, and at the end",
      [
        node("MatMul", ["x", "W"], "m"),
        node("Mul", ["m", "half"], "n"),
        node("Add", ["n", "b"], "o"),
        node("Tanh", ["o"], "p"),
        node("Sub", ["p", "two"], "q"),
        node("MatMul", ["q", "V"], "r"),
        node("Div", ["r", "row"], "s"),
        node("Add", ["s", "c"], "y"),
      ],
      "Dense Tanh Dense",
    ],
    [
      "what changes nothing",
      [
        node("Flatten", ["x"], "f"),
        node("Identity", ["f"], "i"),
        node("Cast", ["i"], "h", { to: DOUBLE }),
        node("Cast", ["h"], "g", { to: 1 }),
        node("Reshape", ["g", "keep"], "k"),
        node("MatMul", ["k", "W"], "m"),
        node("Reshape", ["m", "rows"], "l"),
        { op: "Dropout", inputs: ["l", "", "false"], outputs: ["d", "mask"] },
        node("Relu", ["d"], "y"),
      ],
      "Dense ReLU",
    ],
  ])("%s: onnxruntime's outputs within 1e-5", async (_, nodes, layers) => {
    const output = (nodes.at(-1) as (typeof nodes)[number]).outputs[0] as string;
    const bytes = onnxFile(graphOf(nodes, { outputs: [value(output)] }));
    const network = loadOnnx(engine, bytes, "x.onnx");
    expect(network.layers.map((layer) => layer.constructor.name).join(" ")).toBe(layers);
    const given = await runtime(bytes, { x: matrix(X, 3) });
    expect(worst(logits(network, X, 3), given[output] as number[])).toBeLessThan(1e-5);
    network.dispose();
  });

  it.each<[string, GivenGraph["nodes"]]>([
    [
      "Squeeze and Unsqueeze",
      [node("Squeeze", ["v", "axis1"], "s"), node("Tanh", ["s"], "t"), node("Unsqueeze", ["t", "axis1"], "y")],
    ],
    ["Reshape to one dimension", [node("Reshape", ["v", "flat"], "s"), node("Mul", ["two", "s"], "y")]],
    ["Squeeze and Flatten", [node("Squeeze", ["v", "axis1"], "s"), node("Flatten", ["s"], "y")]],
  ])("a column in one dimension: %s", async (_, nodes) => {
    const bytes = onnxFile(
      graphOf([node("Transpose", ["row"], "w"), node("MatMul", ["x", "w"], "v"), ...nodes], {
        outputs: [value("y", 1, [])],
      }),
    );
    const untyped = onnxFile(
      graphOf([node("Transpose", ["row"], "w"), node("MatMul", ["x", "w"], "v"), ...nodes], {
        outputs: [
          new MessageWriter().bytes(1, "y").bytes(2, new MessageWriter().bytes(1, new MessageWriter().integer(1, 1))),
        ],
      }),
    );
    const network = loadOnnx(engine, bytes);
    const given = await runtime(untyped, { x: matrix(X, 3) });
    expect(worst(logits(network, X, 3), given.y as number[])).toBeLessThan(1e-5);
    network.dispose();
  });

  it.each<[string, GivenGraph["nodes"], string]>([
    ["Softmax", [node("Softmax", ["m"], "y", { axis: -1 })], "softmax"],
    ["Softmax along its default", [node("Softmax", ["m"], "y")], "softmax"],
    ["LogSoftmax", [node("LogSoftmax", ["m"], "y", { axis: 1 })], "softmax"],
  ])("%s at the end", async (_, nodes, activation) => {
    const bytes = onnxFile(graphOf([node("MatMul", ["x", "W"], "m"), ...nodes]));
    const { network, description } = readOnnx(engine, bytes, "x", () => ({}));
    expect(description.ending).toEqual({ activation, pair: false });
    const given = (await runtime(bytes, { x: matrix(X, 3) })).y as number[];
    const shares = nodes[0]?.op === "LogSoftmax" ? given.map(Math.exp) : given;
    expect(worst(probabilities(network, X, 3), shares)).toBeLessThan(1e-5);
    network.dispose();
  });

  it("ArgMax at the end: the same class", async () => {
    const nodes = [node("MatMul", ["x", "W"], "m"), node("ArgMax", ["m"], "y", { axis: -1, keepdims: 0 })];
    const bytes = onnxFile(graphOf(nodes, { outputs: [value("y", INT64, ["rows"])] }));
    const { network, description } = readOnnx(engine, bytes, "x", () => ({}));
    expect(description.ending).toEqual({ activation: "argmax", pair: false });
    const given = (await runtime(bytes, { x: matrix(X, 3) })).y;
    expect([...network.predict(engine.matrix(4, 3, X))]).toEqual(given?.map(Number));
    network.dispose();
  });

  it("reads doubles in their own field, rounded once, and whole numbers as inputs", async () => {
    const nodes = [
      node("Cast", ["x"], "f", { to: 1 }),
      node("Cast", ["D"], "w", { to: 1 }),
      node("MatMul", ["f", "w"], "y"),
    ];
    const bytes = onnxFile(graphOf(nodes, { inputs: [value("x", INT32, ["rows", 3])] }));
    const { network, description } = readOnnx(engine, bytes, "x", () => ({}));
    expect(description.inputs).toEqual([{ name: "x", columns: 3, integers: true }]);
    const whole = X.map(Math.trunc);
    const given = await runtime(bytes, { x: new ort.Tensor("int32", Int32Array.from(whole), [4, 3]) });
    expect(worst(logits(network, whole, 3), given.y as number[])).toBeLessThan(1e-5);
    expect([...(network.stateDict()["layers.0.weights"]?.data ?? [])]).toEqual(W.map((w) => Math.fround(w / 3)));
    network.dispose();
  });
});
