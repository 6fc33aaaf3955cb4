/** ONNX graphs that are no network of ours: refused with the node, what was expected and what is there. */

import { beforeAll, describe, expect, it } from "vitest";
import { loadOnnx } from "../../../src/formats/onnx/onnx.js";
import { MessageWriter } from "../../../src/formats/onnx/protobuf.js";
import { createEngine, type Engine, FormatError } from "../../../src/index.js";
import { floats, type GivenGraph, INT64, ML, node, onnxFile, tensor } from "./onnx-graphs.js";
import { graphOf } from "./onnx-small-graph.js";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ seed: 3, threads: 1 });
});

describe("what is refused", () => {
  const conv = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };
  it.each<[string, GivenGraph["nodes"], string]>([
    [
      "a convolution, before its attributes are read",
      [{ ...node("Conv", ["x", "W"], "y", conv), name: "/features/conv1" }],
      'node "/features/conv1": expected one of Add, ArgMax,',
    ],
    ["a convolution", [node("Conv", ["x", "W"], "y", conv)], 'got "Conv"'],
    [
      "an operator of another domain",
      [node("FusedGemm", ["x", "W"], "y", {}, "com.microsoft")],
      'got "FusedGemm" of "com.microsoft"',
    ],
    ["ONNX's operators in another domain", [node("Gemm", ["x", "W"], "y", {}, ML)], 'got "Gemm" of "ai.onnx.ml"'],
    [
      "scalings without a layer",
      [node("Mul", ["x", "c"], "y")],
      "expected a dense layer beside a scaling by constants, got none",
    ],
    [
      "a scaling before an activation",
      [node("Mul", ["x", "c"], "m"), node("Relu", ["m"], "n"), node("MatMul", ["n", "W"], "y")],
      "got relu",
    ],
    [
      "a division by the input",
      [node("Div", ["c", "x"], "m"), node("MatMul", ["m", "W"], "y")],
      "got one of a constant",
    ],
    [
      "a number for each row",
      [node("MatMul", ["x", "W"], "m"), node("Mul", ["m", "column"], "y")],
      "expected a float, or one for each column",
    ],
    ["a sum with itself", [node("MatMul", ["x", "W"], "m"), node("Add", ["m", "m"], "y")], "of the file beside"],
    [
      "a scaling of other columns",
      [node("MatMul", ["x", "W"], "m"), node("Mul", ["m", "c"], "y")],
      "expected a scaling of 2 columns, got one of 3",
    ],
    [
      "a node of 17 attributes",
      [node("Relu", ["x"], "y", Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`a${i}`, i])))],
      '"Relu": expected at most 16 outputs and attributes each, got more',
    ],
    ["transA", [node("Gemm", ["x", "W"], "y", { transA: 1 })], "expected transA 0, got 1"],
    [
      "a transposed input",
      [node("Transpose", ["x"], "t"), node("MatMul", ["t", "W"], "y")],
      'expected a layer here, got "Transpose"',
    ],
    [
      "a Dropout that trains",
      [node("MatMul", ["x", "W"], "m"), node("Dropout", ["m", "two", "true"], "y")],
      "expected evaluation",
    ],
    [
      "a cast to whole numbers",
      [node("Cast", ["x"], "i", { to: INT64 }), node("MatMul", ["i", "W"], "y")],
      'got "Cast"',
    ],
    ["a cast to halves", [node("Cast", ["x"], "i", { to: 10 }), node("MatMul", ["i", "W"], "y")], 'got "Cast"'],
    [
      "rows that become one",
      [node("Reshape", ["x", "flat"], "r"), node("MatMul", ["r", "W"], "y")],
      "expected what leaves [rows,3] as it is, got [rows]",
    ],
    [
      "rows of another length",
      [node("Reshape", ["x", "rows"], "r"), node("MatMul", ["r", "W"], "y")],
      "expected what leaves [rows,3] as it is, got [rows,2]",
    ],
    [
      "two outputs in one column",
      [node("MatMul", ["x", "W"], "m"), node("Reshape", ["m", "single"], "y")],
      "as it is, got [rows,1]",
    ],
    [
      "a third dimension",
      [node("Unsqueeze", ["x", "axis1"], "r"), node("MatMul", ["r", "W"], "y")],
      "as it is, got [rows,1,3]",
    ],
    [
      "three columns squeezed",
      [node("Squeeze", ["x", "axis1"], "r"), node("MatMul", ["r", "W"], "y")],
      "expected axes of size 1, got [1] of [rows,3]",
    ],
    [
      "transposed weights in another shape",
      [node("Transpose", ["W"], "t"), node("Reshape", ["t", "keep2"], "w"), node("MatMul", ["x", "w"], "y")],
      "of a transposed [2,3]",
    ],
    [
      "Flatten of all",
      [node("Flatten", ["x"], "f", { axis: 0 }), node("MatMul", ["f", "W"], "y")],
      "expected axis 1, got 0",
    ],
    [
      "NaN of a division by zero",
      [node("Div", ["x", "zero"], "m"), node("MatMul", ["m", "W"], "y")],
      "weights: expected finite numbers",
    ],
    [
      "a sigmoid of two outputs for two classes",
      [
        node("MatMul", ["x", "W"], "m"),
        node("Sigmoid", ["m"], "s"),
        node("Sub", ["one", "s"], "n"),
        node("Concat", ["n", "s"], "y", { axis: 1 }),
      ],
      "expected one output before a sigmoid of two classes, got 2",
    ],
  ])("%s", (_, nodes, message) => {
    const before = engine.memory.bytesInUse;
    const more = [
      tensor("keep2", INT64, [2], [3, 2]),
      tensor("single", INT64, [2], [-1, 1]),
      floats("zero", [], [0]),
      floats("one", [], [1]),
    ];
    const load = () => loadOnnx(engine, onnxFile(graphOf(nodes, { tensors: more })), "x.onnx");
    expect(load).toThrow(FormatError);
    expect(load).toThrow(message);
    expect(load).toThrow(/^x\.onnx: /);
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it.each([
    [
      "two kinds of data",
      new MessageWriter().integer(1, 1).integer(2, 1).bytes(4, new Uint8Array(4)).bytes(9, new Uint8Array(4)),
      "once, got them twice",
    ],
    [
      "data of another type",
      new MessageWriter().integer(1, 1).integer(2, 1).bytes(7, Uint8Array.of(1)),
      "expected F32 in field 4 or 9, got field 7",
    ],
    [
      "an integer beyond its type",
      new MessageWriter()
        .integer(1, 1)
        .integer(2, 6)
        .integer(5, 2 ** 31),
      "expected I32, got 2147483648",
    ],
    [
      "fewer texts than its shape",
      new MessageWriter().integer(1, 2).integer(2, 8).bytes(6, "a"),
      "expected 2 texts of shape [2], got 1",
    ],
    [
      "numbers of bytes",
      new MessageWriter().integer(1, 4).integer(2, 3).bytes(9, new Uint8Array(4)),
      "expected floats or integers, got type 3",
    ],
  ])("a tensor of %s", (_, own, message) => {
    const load = () =>
      loadOnnx(engine, onnxFile(graphOf([node("MatMul", ["x", "W"], "y")], { tensors: [own.bytes(8, "own")] })));
    expect(load).toThrow(FormatError);
    expect(load).toThrow(message);
  });
});
