/** ONNX files as scikit-learn's converter writes them: the same outputs here, in onnxruntime and in scikit-learn. */

import { beforeAll, describe, expect, it } from "vitest";
import { loadOnnx } from "../../../src/formats/onnx/onnx.js";
import { readOnnx } from "../../../src/formats/onnx/onnx-load.js";
import { createEngine, type Engine, FormatError } from "../../../src/index.js";
import {
  DOUBLE,
  type GivenGraph,
  ML,
  matrix,
  node,
  onnxFile,
  runtime,
  sklearnGraph,
  sklearnModels,
  TEXT,
  tensor,
  value,
  type Writing,
} from "./onnx-graphs.js";
import { logits, probabilities, worst } from "./onnx-small-graph.js";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ seed: 3, threads: 1 });
});

describe("networks of scikit-learn", () => {
  const models = Object.entries(sklearnModels);
  const writings: readonly (readonly [string, Writing])[] = [
    ["as usual", {}],
    ["a subtraction and a division", { scaler: "Sub, Div" }],
    ["columns one by one, joined", { columns: ["a"], join: "Concat" }],
    ["columns one by one, in a vector", { columns: ["a"], join: "FeatureVectorizer" }],
    ["doubles", { type: DOUBLE }],
  ];
  const cases = models.flatMap(([title, model]) =>
    writings
      .filter(([, { scaler }]) => scaler === undefined || model.scale)
      .map(([how, writing]) => [title, how, model, writing] as const),
  );

  it.each(cases)("%s; %s: its classes, and its outputs within 1e-5", async (_, __, model, given) => {
    const columns = Array.from({ length: model.columns }, (_, i) => `column ${i}`);
    const writing = { ...given, ...(given.columns && { columns }) };
    const bytes = onnxFile(sklearnGraph(model, writing));
    const { network, description } = readOnnx(engine, bytes, "sklearn.onnx", () => ({}));
    const { ending, inputs } = description;
    expect(inputs.map((input) => input.name)).toEqual(writing.columns ?? ["X"]);
    expect(ending.classes).toEqual(model.classes?.map(String));
    expect(network.layers.map((layer) => layer.constructor.name)[0]).toBe("Dense");
    const rows = model.input.length / model.columns;
    const own = model.classes
      ? probabilities(network, model.input, model.columns)
      : logits(network, model.input, model.columns);
    expect(worst(own, model.probabilities ?? (model.predictions as number[]))).toBeLessThan(1e-5);
    if (model.classes) {
      const input = engine.matrix(rows, model.columns, model.input);
      const predicted = [...network.predict(input)].map((label) => model.classes?.[label]);
      expect(predicted).toEqual(model.predictions);
    }
    network.dispose();
  });

  const valid = cases.filter(([, , , { type }]) => type === undefined);
  it.each(valid)("%s; %s: onnxruntime takes the file, and gives the same", async (_, __, model, given) => {
    const columns = Array.from({ length: model.columns }, (_, i) => `column ${i}`);
    const writing = { ...given, ...(given.columns && { columns }) };
    const column = (index: number) => model.input.filter((_, i) => i % model.columns === index);
    const inputs = writing.columns
      ? Object.fromEntries(columns.map((name, i) => [name, matrix(column(i), 1)]))
      : { X: matrix(model.input, model.columns) };
    if (!model.classes) {
      const results = await runtime(onnxFile(sklearnGraph(model, writing)), inputs);
      expect(worst(results.variable1 as number[], model.predictions as number[])).toBeLessThan(1e-5);
      return;
    }
    // Its interface for JavaScript has no maps: with them, the labels alone are asked for.
    const mapped = await runtime(onnxFile(sklearnGraph(model, writing)), inputs, ["output_label"]);
    const results = await runtime(onnxFile(sklearnGraph(model, { ...writing, zipMap: false })), inputs);
    for (const { output_label } of [mapped, results]) {
      expect(output_label?.map(String)).toEqual(model.predictions.map(String));
    }
    expect(worst(results.probabilities as number[], model.probabilities as number[])).toBeLessThan(1e-5);
  });

  const named = sklearnModels["three named classes, relu"] as (typeof sklearnModels)[string];
  const pair = sklearnModels["two named classes, logistic, scaled"] as (typeof sklearnModels)[string];

  it("folds scalings into the first layer, rounded once from float64", () => {
    const { network } = readOnnx(engine, onnxFile(sklearnGraph(pair)), "pair.onnx", () => ({}));
    const [layer] = pair.layers;
    const { weights, biases, shape } = layer as NonNullable<typeof layer>;
    const [inputs, outputs] = shape as [number, number];
    const { offset = [], scale = [] } = pair;
    const f = Math.fround;
    const wanted = weights.map((weight, i) => f(f(weight) * f(scale[Math.floor(i / outputs)] as number)));
    expect([...(network.stateDict()["layers.0.weights"]?.data ?? [])]).toEqual(wanted);
    const shifts = biases.map((bias, j) => {
      let sum = f(bias);
      for (let i = 0; i < inputs; ++i) {
        sum += -f(offset[i] as number) * f(scale[i] as number) * f(weights[i * outputs + j] as number);
      }
      return f(sum);
    });
    expect(worst(network.stateDict()["layers.0.biases"]?.data ?? [], shifts)).toBeLessThan(1e-7);
    network.dispose();
  });

  it("two classes of one output z are the outputs [0, z], exactly", () => {
    const network = loadOnnx(engine, onnxFile(sklearnGraph(pair)));
    const last = network.layers.length - 1;
    expect(network.outputs).toBe(2);
    const outputs = logits(network, pair.input, pair.columns);
    expect(outputs.filter((_, i) => i % 2 === 0).every((zero) => zero === 0)).toBe(true);
    const weights = network.stateDict()[`layers.${last}.weights`]?.data ?? [];
    expect([...weights].filter((_, i) => i % 2 === 1)).toEqual(pair.layers.at(-1)?.weights.map(Math.fround));
    network.dispose();
  });

  const change = (from: GivenGraph, more: Partial<GivenGraph>) => onnxFile({ ...from, ...more });
  const graph = sklearnGraph(named);
  const binary = sklearnGraph(pair);
  const nodesBut = (given: GivenGraph, output: string, other: GivenGraph["nodes"][number]) =>
    given.nodes.map((own) => (own.outputs[0] === output ? other : own));
  const joined = sklearnGraph(named, { columns: ["a", "b", "c", "d"] });
  it.each([
    [
      "classes of labels that are not those of probabilities",
      change(graph, {
        nodes: nodesBut(
          graph,
          "output_probability",
          node("ZipMap", ["probabilities"], "output_probability", { classlabels_strings: ["a", "b", "c"] }, ML),
        ),
      }),
      "expected the same classes",
    ],
    [
      "more classes than outputs",
      change(graph, {
        tensors: [
          ...graph.tensors.filter((_, i) => i !== graph.tensors.length - 2),
          tensor("classes", TEXT, [4], ["a", "b", "c", "d"]),
        ],
        nodes: graph.nodes.filter(({ op }) => op !== "ZipMap"),
        outputs: graph.outputs.slice(0, 1),
      }),
      "got 4 classes after 3 outputs",
    ],
    [
      "a class twice",
      change(graph, {
        tensors: [
          ...graph.tensors.filter((_, i) => i !== graph.tensors.length - 2),
          tensor("classes", TEXT, [3], ["a", "b", "a"]),
        ],
        nodes: graph.nodes.filter(({ op }) => op !== "ZipMap"),
        outputs: graph.outputs.slice(0, 1),
      }),
      "expected each class once",
    ],
    [
      "the largest of each column",
      change(graph, { nodes: nodesBut(graph, "argmax_output", node("ArgMax", ["probabilities"], "argmax_output")) }),
      "expected the columns, axis 1 or -1, and the first of equal ones, got axis 0",
    ],
    [
      "a layer after the softmax",
      change(graph, {
        nodes: nodesBut(graph, "probabilities", node("Relu", ["out_activations_result"], "probabilities")),
      }),
      'Relu (node "Relu_probabilities"): expected what names classes after the network\'s outputs, got it on shares',
    ],
    [
      "probabilities the other way round",
      change(binary, {
        nodes: nodesBut(
          binary,
          "probabilities",
          node("Concat", ["out_activations_result", "negative_class_proba"], "probabilities", { axis: 1 }),
        ),
      }),
      "expected what names classes",
    ],
    [
      "a hidden value as an output",
      change(graph, { outputs: [...graph.outputs, value("add_result")] }),
      'expected the last nodes\' results to be the outputs, got "add_result"',
    ],
    [
      "a scaling of other columns",
      change(binary, {
        nodes: nodesBut(
          binary,
          "variable",
          node("Scaler", ["X"], "variable", { offset: { floats: [1, 2] }, scale: { floats: [1, 2] } }, ML),
        ),
      }),
      "layer 0: expected a scaling of 30 columns, got one of 2",
    ],
    [
      "a scaling without numbers",
      change(binary, {
        nodes: nodesBut(binary, "variable", node("Scaler", ["X"], "variable", { scale: { floats: [1] } }, ML)),
      }),
      "expected numbers for offset and scale, got 0 and 1",
    ],
    [
      "columns that are not all joined",
      change(joined, {
        nodes: nodesBut(joined, "merged_columns", node("Concat", ["a", "b", "c"], "merged_columns", { axis: 1 })),
      }),
      "expected one input, or inputs [rows, 1] that the first node joins with Concat, got 4",
    ],
    [
      "a column twice",
      change(joined, {
        nodes: nodesBut(joined, "merged_columns", node("Concat", ["a", "b", "c", "c"], "merged_columns", { axis: 1 })),
      }),
      "expected one input",
    ],
    [
      "columns below each other",
      change(joined, {
        nodes: nodesBut(joined, "merged_columns", node("Concat", ["a", "b", "c", "d"], "merged_columns", { axis: 0 })),
      }),
      "expected one input",
    ],
  ])("refuses %s, and leaves nothing allocated", (_, bytes, message) => {
    const before = engine.memory.bytesInUse;
    const load = () => loadOnnx(engine, bytes, "x.onnx");
    expect(load).toThrow(FormatError);
    expect(load).toThrow(message);
    expect(engine.memory.bytesInUse).toBe(before);
  });
});
