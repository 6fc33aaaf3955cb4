/** The layers in an ONNX graph: a chain of operators, each on the result of the one before. */

import { FormatError } from "../errors.js";
import type { LayerConfig } from "../layers/layer.js";
import { toFloat32 } from "./float-conversion.js";
import type { Attribute, OnnxModel, OnnxNode } from "./onnx-model.js";
import { COMPOSED, type Operand, type Step } from "./onnx-operators.js";
import type { Tensor } from "./tensor.js";

/** An array of a layer as the file has it; without a tensor it is zeros. */
export interface FileArray {
  readonly tensor: Tensor | undefined;
  /** Whether the file has it [outputs, inputs]. */
  readonly transposed: boolean;
}

/** A layer as the graph has it: options are floats, rounded to the shortest decimal that means the same one. */
export interface GraphLayer {
  readonly config: LayerConfig;
  readonly arrays: Readonly<Record<string, FileArray>>;
}

/** What some nodes are: a layer, or nothing that computes; and how many they are. */
interface Match {
  readonly layer: GraphLayer | undefined;
  readonly nodes: number;
}

/** A graph whose constants are among the tensors. */
interface Graph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly name: string;
}

/**
 * The layers of a graph from its input to its logits. A softmax at the end, or a sigmoid whose input is an output of the
 * graph too, makes probabilities and is no layer.
 *
 * @throws FormatError unless the graph is a chain of operators that there are layers for
 */
export function layersOfGraph(model: OnnxModel, name: string): GraphLayer[] {
  const graph = withoutConstants(model, name);
  let current = inputOf(model, name);
  const [logits, probabilities, ...others] = model.outputs.map((output) => output.name);
  if (logits === undefined || others.length > 0) {
    throw new FormatError(`${name}: expected an output, or two, got ${model.outputs.length}`);
  }
  const layers: GraphLayer[] = [];
  let at = 0;
  while (at < graph.nodes.length) {
    const node = graph.nodes[at] as OnnxNode;
    const last = at === graph.nodes.length - 1;
    if (last && endsInProbabilities(node, current, logits, probabilities)) return layers;
    const match = matchNodes(graph, at, current);
    if (match.layer) layers.push(match.layer);
    at += match.nodes;
    current = graph.nodes[at - 1]?.outputs[0] as string;
  }
  if (current !== logits || probabilities !== undefined) {
    throw new FormatError(`${name}: expected the last node's result to be the output, got ${quote(logits)}`);
  }
  return layers;
}

function endsInProbabilities(
  node: OnnxNode,
  current: string,
  logits: string,
  probabilities: string | undefined,
): boolean {
  const [input, output] = [node.inputs[0], node.outputs[0]];
  if (input !== current || node.inputs.length !== 1) return false;
  const axis = node.attributes.axis as { integer?: number } | undefined;
  const softmax = node.op === "Softmax" && [undefined, -1, 1].includes(axis?.integer);
  if (probabilities === undefined) return softmax && output === logits;
  return (softmax || node.op === "Sigmoid") && input === logits && output === probabilities;
}

/** The name of the one input that is no tensor: floats [batch, columns]. */
function inputOf({ inputs, initializers }: OnnxModel, name: string): string {
  const [input, ...others] = inputs.filter((value) => !initializers.has(value.name));
  if (!input || others.length > 0) {
    throw new FormatError(`${name}: expected one input, got ${others.length + (input ? 1 : 0)}`);
  }
  if (input.type !== 1 || (input.shape && input.shape.length !== 2)) {
    const got = `type ${input.type} of ${input.shape?.length ?? "unknown"} dimensions`;
    throw new FormatError(`${name}: input ${quote(input.name)}: expected float32 of two dimensions, got ${got}`);
  }
  return input.name;
}

/** Nodes named Constant become tensors; every name has one meaning only. */
function withoutConstants({ nodes, initializers }: OnnxModel, name: string): Graph {
  const tensors = new Map(initializers);
  const rest: OnnxNode[] = [];
  const results = new Set<string>();
  for (const node of nodes) {
    const [output = "", mask] = node.outputs;
    if (output === "" || results.has(output) || tensors.has(output) || (mask && node.op !== "Dropout")) {
      throw new FormatError(
        `${name}: ${quote(node.op)}: expected one result with a name of its own, got ${quote(output)}`,
      );
    }
    const { value } = node.attributes;
    if (node.op === "Constant" && typeof value === "object" && "data" in value) tensors.set(output, value);
    else {
      results.add(output);
      rest.push(node);
    }
  }
  return { nodes: rest, tensors, name };
}

function matchNodes(graph: Graph, at: number, current: string): Match {
  const node = graph.nodes[at] as OnnxNode;
  for (const { config, steps } of COMPOSED) {
    if (matchesSteps(graph, at, steps, current)) return { layer: { config, arrays: {} }, nodes: steps.length };
  }
  if (node.inputs[0] !== current) {
    throw new FormatError(
      `${graph.name}: ${quote(node.op)}: expected a node on ${quote(current)}, got one on ${quote(node.inputs[0])}`,
    );
  }
  if (node.op === "MatMul") return matchMatMul(graph, at);
  const read = Object.hasOwn(OPERATORS, node.op) ? OPERATORS[node.op] : undefined;
  if (!read) throw new FormatError(`${graph.name}: expected operators of dense networks, got ${quote(node.op)}`);
  return { layer: read(node, graph), nodes: 1 };
}

/** Whether the nodes from `at` on are these steps on `current`, the operands of sums and products in either order. */
function matchesSteps({ nodes, tensors }: Graph, at: number, steps: readonly Step[], current: string): boolean {
  const isOperand = (name: string | undefined, operand: Operand): boolean => {
    if (operand === "x") return name === current;
    if ("step" in operand) return name === nodes[at + operand.step]?.outputs[0];
    const tensor = tensors.get(name ?? "");
    if (!tensor || tensor.data.length > 8 || !/^(F32|F64|F16|BF16)$/.test(tensor.dtype)) return false;
    const value = toFloat32(tensor)[0] ?? Number.NaN;
    return Math.abs(value - operand.constant) <= 1e-6 * operand.constant;
  };
  return steps.every(({ op, operands }, index) => {
    const node = nodes[at + index];
    if (node?.op !== op || node.inputs.length !== operands.length || Object.keys(node.attributes).length > 0)
      return false;
    const fits = (inputs: readonly string[]) => operands.every((operand, i) => isOperand(inputs[i], operand));
    return fits(node.inputs) || ((op === "Add" || op === "Mul") && fits([...node.inputs].reverse()));
  });
}

/** X·W, and + b where a sum follows: a dense layer. */
function matchMatMul(graph: Graph, at: number): Match {
  const [product, sum] = graph.nodes.slice(at, at + 2) as [OnnxNode, OnnxNode | undefined];
  attributesOf(product, {}, graph);
  const weights = tensorOf(product, 1, graph);
  const bias = sum?.op === "Add" ? sum.inputs.find((input) => input !== product.outputs[0]) : undefined;
  const tensor = bias === undefined ? undefined : graph.tensors.get(bias);
  if (!sum || !tensor || !sum.inputs.includes(product.outputs[0] as string)) {
    return { layer: dense(weights, undefined, false, product, graph), nodes: 1 };
  }
  return { layer: dense(weights, tensor, false, product, graph), nodes: 2 };
}

/** What the layer of an operator is; undefined for those that do nothing in evaluation. */
const OPERATORS: Readonly<Record<string, (node: OnnxNode, graph: Graph) => GraphLayer | undefined>> = {
  Gemm: (node, graph) => {
    const defaults = { alpha: { float: 1 }, beta: { float: 1 }, transA: { integer: 0 }, transB: { integer: 0 } };
    const { alpha, beta, transA, transB } = attributesOf(node, defaults, graph);
    if (alpha !== 1 || beta !== 1 || transA !== 0) {
      throw new FormatError(
        `${graph.name}: Gemm: expected alpha 1, beta 1, transA 0, got ${alpha}, ${beta}, ${transA}`,
      );
    }
    const bias = node.inputs[2] ? tensorOf(node, 2, graph) : undefined;
    return dense(tensorOf(node, 1, graph), bias, transB !== 0, node, graph);
  },
  Relu: activation("relu", {}),
  LeakyRelu: activation("leakyRelu", { alpha: { float: 0.01 } }, ({ alpha }) => ({ negativeSlope: alpha as number })),
  Elu: activation("elu", { alpha: { float: 1 } }, ({ alpha }) => ({ alpha: alpha as number })),
  Gelu: activation("gelu", { approximate: "none" }, ({ approximate }) => ({ approximate: approximate as string })),
  Sigmoid: activation("sigmoid", {}),
  Tanh: activation("tanh", {}),
  Softplus: activation("softplus", {}),
  BatchNormalization: (node, graph) => {
    const defaults = { epsilon: { float: 1e-5 }, momentum: { float: 0.9 }, training_mode: { integer: 0 } };
    const { epsilon, momentum, training_mode } = attributesOf(node, defaults, graph);
    if (training_mode !== 0)
      throw new FormatError(`${graph.name}: BatchNormalization: expected evaluation, got training`);
    const arrays = ["gamma", "beta", "runningMean", "runningVariance"].map((array, index) => {
      return [array, { tensor: tensorOf(node, index + 1, graph), transposed: false }] as const;
    });
    const features = arrays[0]?.[1].tensor.shape[0] as number;
    const share = shortest(1 - (momentum as number));
    const config = { type: "batchNorm", features, epsilon: epsilon as number, momentum: share };
    return { config, arrays: Object.fromEntries(arrays) };
  },
  LayerNormalization: (node, graph) => {
    const defaults = { axis: { integer: -1 }, epsilon: { float: 1e-5 }, stash_type: { integer: 1 } };
    const { axis, epsilon } = attributesOf(node, defaults, graph);
    if (axis !== -1 && axis !== 1)
      throw new FormatError(`${graph.name}: LayerNormalization: expected axis -1, got ${axis}`);
    const gamma = tensorOf(node, 1, graph);
    const beta = node.inputs[2] ? tensorOf(node, 2, graph) : undefined;
    return {
      config: { type: "layerNorm", features: gamma.shape[0] as number, epsilon: epsilon as number },
      arrays: { gamma: { tensor: gamma, transposed: false }, beta: { tensor: beta, transposed: false } },
    };
  },
  Identity: nothing({}),
  Flatten: nothing({ axis: { integer: 1 } }),
  Dropout: (node, graph) => {
    attributesOf(node, { ratio: { float: 0.5 }, seed: { integer: 0 } }, graph);
    if (node.inputs[2]) throw new FormatError(`${graph.name}: Dropout: expected evaluation, got a mode of training`);
    return undefined;
  },
};

type Values = Readonly<Record<string, number | string>>;

function activation(
  type: string,
  defaults: Readonly<Record<string, Attribute>>,
  options: (values: Values) => Values = () => ({}),
) {
  return (node: OnnxNode, graph: Graph): GraphLayer => {
    return { config: { type, ...options(attributesOf(node, defaults, graph)) }, arrays: {} };
  };
}

/** Operators that leave a matrix as it is, with these attributes and no other values. */
function nothing(defaults: Readonly<Record<string, { readonly integer: number }>>) {
  return (node: OnnxNode, graph: Graph): undefined => {
    const values = attributesOf(node, defaults, graph);
    const other = Object.keys(defaults).find((key) => values[key] !== defaults[key]?.integer);
    if (other) throw new FormatError(`${graph.name}: ${node.op}: expected ${other} 1, got ${values[other]}`);
  };
}

function dense(
  weights: Tensor,
  bias: Tensor | undefined,
  transposed: boolean,
  node: OnnxNode,
  graph: Graph,
): GraphLayer {
  const [rows, columns] = weights.shape;
  if (weights.shape.length !== 2) {
    throw new FormatError(`${graph.name}: ${node.op}: expected weights of two dimensions, got ${weights.shape.length}`);
  }
  const [inputs, outputs] = (transposed ? [columns, rows] : [rows, columns]) as [number, number];
  // A row of biases is the same as a vector of them.
  const row = bias && bias.shape.length === 2 && bias.shape[0] === 1;
  const biases = row ? { ...bias, shape: [bias.shape[1] as number] } : bias;
  return {
    config: { type: "dense", inputs, outputs },
    arrays: { weights: { tensor: weights, transposed }, biases: { tensor: biases, transposed: false } },
  };
}

/** The tensor that is a node's input. */
function tensorOf(node: OnnxNode, input: number, { tensors, name }: Graph): Tensor {
  const tensor = tensors.get(node.inputs[input] ?? "");
  if (tensor) return tensor;
  throw new FormatError(
    `${name}: ${node.op}: expected a tensor of the file as input ${input}, got ${quote(node.inputs[input])}`,
  );
}

/** The values of a node's attributes, given the defaults. @throws FormatError for others, and for other types */
function attributesOf(node: OnnxNode, defaults: Readonly<Record<string, Attribute>>, { name }: Graph): Values {
  for (const [key, value] of Object.entries(node.attributes)) {
    const expected = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
    if (expected !== undefined && kindOf(expected) === kindOf(value)) continue;
    throw new FormatError(
      `${name}: ${node.op}: expected ${Object.keys(defaults).join(", ") || "no attributes"}, got ${quote(key)}`,
    );
  }
  const values = Object.entries({ ...defaults, ...node.attributes }).map(([key, value]) => {
    if (typeof value === "string") return [key, value] as const;
    return [key, "float" in value ? shortest(value.float) : (value as { integer: number }).integer] as const;
  });
  return Object.fromEntries(values);
}

function kindOf(value: Attribute): string {
  return typeof value === "string" ? "text" : "float" in value ? "float" : "integer" in value ? "integer" : "tensor";
}

/** 0.1 for the float closest to it: what was written before it was rounded. */
function shortest(value: number): number {
  const decimal = Number(value.toPrecision(7));
  return Math.fround(decimal) === Math.fround(value) ? decimal : value;
}

function quote(text: string | undefined): string {
  return JSON.stringify(text?.slice(0, 80)) ?? "none";
}
