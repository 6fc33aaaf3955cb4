/** ONNX files of other programs, written field by field as they write them, and what onnxruntime makes of them. */

import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { MessageWriter } from "../../../src/formats/onnx/protobuf.js";

ort.env.wasm.numThreads = 1;

const message = () => new MessageWriter();
const FLOAT = 1;
export const [INT32, INT64, TEXT, DOUBLE] = [6, 7, 8, 11];
export const ML = "ai.onnx.ml";

/** An attribute: `axis: 1` is an integer, `[1]` integers, `{ float }`, `{ floats }`, `"text"`, `["text"]`, or a tensor's message. */
export type GivenAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | MessageWriter;

export interface GivenNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, GivenAttribute>>;
  readonly domain?: string;
  readonly name?: string;
}

export interface GivenGraph {
  readonly nodes: readonly GivenNode[];
  readonly tensors: readonly MessageWriter[];
  readonly inputs: readonly MessageWriter[];
  readonly outputs: readonly MessageWriter[];
  readonly opset?: number;
}

export const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: GivenNode["attributes"] = {},
  domain?: string,
): GivenNode => ({ op, inputs, outputs: [output], attributes, ...(domain !== undefined && { domain }) });

/** A tensor whose numbers are in the field of their type, as onnx.helper.make_tensor has them. */
export function tensor(name: string, type: number, shape: readonly number[], values: readonly (number | string)[]) {
  const result = message();
  for (const size of shape) result.integer(1, size);
  result.integer(2, type);
  if (type === TEXT) for (const value of values) result.bytes(6, value as string);
  else if (type === FLOAT) result.bytes(4, new Uint8Array(Float32Array.from(values as number[]).buffer));
  else if (type === DOUBLE) result.bytes(10, new Uint8Array(Float64Array.from(values as number[]).buffer));
  else result.bytes(type === INT64 ? 7 : 5, packed(values as number[]));
  return result.bytes(8, name);
}

export const floats = (name: string, shape: readonly number[], values: readonly number[]) =>
  tensor(name, FLOAT, shape, values);

/** Integers one after the other, as a message of them without their tags. */
function packed(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [...message().integer(1, value).finish().subarray(1)]));
}

export function value(name: string, type = FLOAT, shape: readonly (number | string)[] = ["rows", "columns"]) {
  const sizes = message();
  for (const size of shape) {
    sizes.bytes(1, typeof size === "number" ? message().integer(1, size) : message().bytes(2, size));
  }
  const tensorType = message().integer(1, type).bytes(2, sizes);
  return message().bytes(1, name).bytes(2, message().bytes(1, tensorType));
}

/** An output of maps: a sequence of them, from classes of this type to floats. */
export function mapsValue(name: string, keys: number) {
  const map = message()
    .integer(1, keys)
    .bytes(2, message().bytes(1, message().integer(1, FLOAT)));
  return message()
    .bytes(1, name)
    .bytes(2, message().bytes(4, message().bytes(1, message().bytes(5, map))));
}

function attribute(key: string, given: GivenAttribute): MessageWriter {
  const result = message().bytes(1, key);
  if (typeof given === "number") return result.integer(3, given).integer(20, 2);
  if (typeof given === "string") return result.bytes(4, given).integer(20, 3);
  if (given instanceof MessageWriter) return result.bytes(5, given).integer(20, 4);
  if ("float" in given) return result.float(2, given.float).integer(20, 1);
  if ("floats" in given) {
    for (const number of given.floats) result.float(7, number);
    return result.integer(20, 6);
  }
  const texts = given.some((element) => typeof element === "string");
  for (const element of given) {
    if (typeof element === "string") result.bytes(9, element);
    else result.integer(8, element);
  }
  return result.integer(20, texts ? 8 : 7);
}

/** The bytes of a file. */
export function onnxFile({ nodes, tensors, inputs, outputs, opset = 15 }: GivenGraph): Uint8Array {
  const graph = message();
  for (const { op, inputs: given, outputs: results, attributes = {}, domain, name } of nodes) {
    const result = message();
    for (const input of given) result.bytes(1, input);
    for (const output of results) result.bytes(2, output);
    result.bytes(3, name ?? `${op}_${results[0]}`).bytes(4, op);
    for (const [key, own] of Object.entries(attributes)) result.bytes(5, attribute(key, own));
    graph.bytes(1, domain === undefined ? result : result.bytes(7, domain));
  }
  graph.bytes(2, "graph");
  for (const own of tensors) graph.bytes(5, own);
  for (const own of inputs) graph.bytes(11, own);
  for (const own of outputs) graph.bytes(12, own);
  const imports = [message().bytes(1, "").integer(2, opset), message().bytes(1, ML).integer(2, 1)];
  const file = message().integer(1, 8).bytes(2, "skl2onnx").bytes(7, graph);
  for (const own of imports) file.bytes(8, own);
  return file.finish();
}

/** A network of scikit-learn as scripts/record-sklearn-onnx.py recorded it. */
export interface RecordedModel {
  readonly columns: number;
  readonly activation: "identity" | "tanh" | "logistic" | "relu";
  readonly outActivation: "identity" | "logistic" | "softmax";
  readonly offset?: readonly number[];
  readonly scale?: readonly number[];
  readonly layers: readonly {
    readonly shape: readonly number[];
    readonly weights: readonly number[];
    readonly biases: readonly number[];
  }[];
  readonly input: readonly number[];
  readonly classes?: readonly (string | number)[];
  readonly predictions: readonly (string | number)[];
  readonly probabilities?: readonly number[];
}

export const sklearnModels: Readonly<Record<string, RecordedModel>> = JSON.parse(
  readFileSync(new URL("../../recorded/sklearn-onnx.json", import.meta.url), "utf8"),
).models;

const ACTIVATIONS = { identity: "Identity", tanh: "Tanh", logistic: "Sigmoid", relu: "Relu", softmax: "Softmax" };

/** How such a network may be written. */
export interface Writing {
  /** How StandardScaler is: the operator, or a subtraction and a division. */
  readonly scaler?: "Scaler" | "Sub, Div";
  /** Names of columns that are given one by one and joined; default: one input of all. */
  readonly columns?: readonly string[];
  readonly join?: "Concat" | "FeatureVectorizer";
  /** Type of the inputs; default floats. */
  readonly type?: number;
  /** Whether probabilities are a list of maps, as by default there. */
  readonly zipMap?: boolean;
}

/** The graph of skl2onnx for a network, after a scaler if there is one. */
export function sklearnGraph(model: RecordedModel, writing: Writing = {}): GivenGraph {
  const { type = FLOAT, columns, join = "Concat" } = writing;
  const nodes: GivenNode[] = [];
  const tensors: MessageWriter[] = [];
  let current = "X";
  if (columns) {
    current = "merged_columns";
    const attributes: GivenNode["attributes"] =
      join === "Concat" ? { axis: 1 } : { inputdimensions: columns.map(() => 1) };
    nodes.push(node(join, columns, current, attributes, join === "Concat" ? undefined : ML));
  }
  if (model.offset && model.scale) {
    if (writing.scaler === "Sub, Div") {
      tensors.push(floats("Su_Subcst", [model.columns], model.offset));
      tensors.push(
        floats(
          "Di_Divcst",
          [model.columns],
          model.scale.map((scale) => 1 / scale),
        ),
      );
      nodes.push(node("Sub", [current, "Su_Subcst"], "Su_C0"), node("Div", ["Su_C0", "Di_Divcst"], "variable"));
    } else {
      const attributes = { offset: { floats: model.offset }, scale: { floats: model.scale } };
      nodes.push(node("Scaler", [current], "variable", attributes, ML));
    }
    current = "variable";
  }
  nodes.push(node("Cast", [current], "cast_input", { to: FLOAT }));
  current = "cast_input";
  for (const [index, { shape, weights, biases }] of model.layers.entries()) {
    const last = index === model.layers.length - 1;
    const suffix = index === 0 ? "" : String(index);
    tensors.push(floats(`coefficient${suffix}`, shape, weights));
    tensors.push(floats(`intercepts${suffix}`, [1, biases.length], biases));
    nodes.push(node("MatMul", [current, `coefficient${suffix}`], `mul_result${suffix}`));
    nodes.push(node("Add", [`mul_result${suffix}`, `intercepts${suffix}`], `add_result${suffix}`));
    current = last ? "out_activations_result" : `next_activations${suffix}`;
    const op = ACTIVATIONS[last ? model.outActivation : model.activation];
    nodes.push(node(op, [`add_result${suffix}`], current, op === "Softmax" ? { axis: 1 } : {}));
  }
  const inputs = columns
    ? columns.map((column) => value(column, type, ["rows", 1]))
    : [value("X", type, ["rows", model.columns])];
  const graph = { nodes, tensors, inputs };
  if (model.classes) return { ...graph, outputs: addClasses(graph, model.classes, writing.zipMap ?? true) };
  tensors.push(tensor("shape_tensor", INT64, [2], [-1, 1]));
  nodes.push(node("Reshape", [current, "shape_tensor"], "variable1"));
  return { ...graph, outputs: [value("variable1", FLOAT, ["rows", 1])] };
}

/** Labels and probabilities of a classifier. @returns the graph's outputs */
function addClasses(
  { nodes, tensors }: { readonly nodes: GivenNode[]; readonly tensors: MessageWriter[] },
  classes: readonly (string | number)[],
  zipMap: boolean,
): MessageWriter[] {
  if (classes.length === 2) {
    tensors.push(floats("unity", [], [1]));
    nodes.push(node("Sub", ["unity", "out_activations_result"], "negative_class_proba"));
    nodes.push(node("Concat", ["negative_class_proba", "out_activations_result"], "probabilities", { axis: 1 }));
  } else nodes.push(node("Identity", ["out_activations_result"], "probabilities"));
  const named = typeof classes[0] === "string";
  tensors.push(tensor("classes", named ? TEXT : INT32, [classes.length], classes));
  tensors.push(tensor("shape_tensor", INT64, [1], [-1]));
  nodes.push(node("ArgMax", ["probabilities"], "argmax_output", { axis: 1 }));
  nodes.push(node("ArrayFeatureExtractor", ["classes", "argmax_output"], "extracted", {}, ML));
  nodes.push(node("Reshape", ["extracted", "shape_tensor"], "label"));
  nodes.push(
    named ? node("Identity", ["label"], "output_label") : node("Cast", ["label"], "output_label", { to: INT64 }),
  );
  const label = value("output_label", named ? TEXT : INT64, ["rows"]);
  if (!zipMap) return [label, value("probabilities", FLOAT, ["rows", classes.length])];
  const labels = classes as readonly string[] | readonly number[];
  const attributes: GivenNode["attributes"] = named ? { classlabels_strings: labels } : { classlabels_int64s: labels };
  nodes.push(node("ZipMap", ["probabilities"], "output_probability", attributes, ML));
  return [label, mapsValue("output_probability", named ? TEXT : INT64)];
}

/** What onnxruntime gives for such inputs: proof that the file is one. */
export async function runtime(
  bytes: Uint8Array,
  inputs: Readonly<Record<string, ort.Tensor>>,
  outputs?: readonly string[],
): Promise<Record<string, readonly (number | bigint | string)[]>> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const results = await session.run(inputs, outputs ?? session.outputNames);
  const arrays = Object.entries(results).map(([key, { data }]) => [key, Array.from(data as Float32Array)] as const);
  await session.release();
  return Object.fromEntries(arrays);
}

/** Floats [rows, columns] for onnxruntime. */
export function matrix(values: readonly number[], columns: number): ort.Tensor {
  return new ort.Tensor("float32", Float32Array.from(values), [values.length / columns, columns]);
}
