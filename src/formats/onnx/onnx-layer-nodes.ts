/** ONNX operators that are layers. */

import { FormatError } from "../../checks/errors.js";
import { ACTIVATION_ROWS } from "../../network/catalogue.js";
import type { LayerConfig } from "../../network/layers/layer.js";
import type { LayerRow } from "../../network/layers/layer-row.js";
import type { Tensor } from "../tensor.js";
import type { Folding } from "./onnx-affine.js";
import { attributesOf, describeNode, shortest } from "./onnx-attributes.js";
import { type Constant, constantOf, type Graph, shapeOf } from "./onnx-constants.js";
import { quote } from "./onnx-messages.js";
import type { OnnxNode } from "./onnx-model.js";

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
  /** Of a dense layer: what its arrays are to be changed by. */
  readonly folding?: Folding;
}

const ZEROS: FileArray = { tensor: undefined, transposed: false };

/** The layer of a node. @throws FormatError when its operator is none */
export function layerOf(node: OnnxNode, graph: Graph): GraphLayer {
  const read = Object.hasOwn(OPERATORS, node.op) ? OPERATORS[node.op] : undefined;
  if (read) return read(node, graph);
  throw new FormatError(`${graph.name}: ${describeNode(node)}: expected a layer here, got ${quote(node.op)}`);
}

/** The dense layer of a node whose input 1 is the weights. */
export function dense(node: OnnxNode, bias: Constant | undefined, turned: boolean, graph: Graph): GraphLayer {
  const given = constantAt(node, 1, graph);
  const weights = turned ? { ...given, transposed: !given.transposed } : given;
  const [inputs, outputs] = shapeOf(weights);
  if (given.tensor.shape.length !== 2) {
    const got = given.tensor.shape.length;
    throw new FormatError(`${graph.name}: ${describeNode(node)}: expected weights of two dimensions, got ${got}`);
  }
  return {
    config: { type: "dense", inputs: inputs as number, outputs: outputs as number },
    arrays: { weights, biases: bias ? vectorOf(bias) : ZEROS },
  };
}

/** A row of biases is the same as a vector of them. */
function vectorOf(bias: Constant): FileArray {
  const [rows, columns] = shapeOf(bias);
  if (rows !== 1 || columns === undefined || bias.tensor.shape.length !== 2) return bias;
  return { tensor: { ...bias.tensor, shape: [columns] }, transposed: false };
}

function constantAt(node: OnnxNode, input: number, graph: Graph): Constant {
  const constant = constantOf(node, input, graph);
  if (constant) return constant;
  throw new FormatError(
    `${graph.name}: ${describeNode(node)}: expected a tensor of the file as input ${input}, got ${quote(node.inputs[input])}`,
  );
}

/** The layers of operators. */
const OPERATORS: Readonly<Record<string, (node: OnnxNode, graph: Graph) => GraphLayer>> = {
  Gemm: (node, graph) => {
    const defaults = { alpha: { float: 1 }, beta: { float: 1 }, transA: { integer: 0 }, transB: { integer: 0 } };
    const { alpha, beta, transA, transB } = attributesOf(node, defaults, graph.name);
    if (transA !== 0) throw new FormatError(`${graph.name}: ${describeNode(node)}: expected transA 0, got ${transA}`);
    const layer = dense(node, node.inputs[2] ? constantAt(node, 2, graph) : undefined, transB !== 0, graph);
    return alpha === 1 && beta === 1 ? layer : { ...layer, folding: { alpha, beta } };
  },
  ...activations(),
  BatchNormalization: (node, graph) => {
    const defaults = { epsilon: { float: 1e-5 }, momentum: { float: 0.9 }, training_mode: { integer: 0 } };
    const { epsilon, momentum, training_mode } = attributesOf(node, defaults, graph.name);
    if (training_mode !== 0)
      throw new FormatError(`${graph.name}: ${describeNode(node)}: expected evaluation, got training`);
    const arrays = ["gamma", "beta", "runningMean", "runningVariance"].map((array, index) => {
      return [array, constantAt(node, index + 1, graph)] as const;
    });
    const features = arrays[0]?.[1].tensor.shape[0] as number;
    const share = shortest(1 - momentum);
    const config = { type: "batchNorm", features, epsilon: epsilon, momentum: share };
    return { config, arrays: Object.fromEntries(arrays) };
  },
  LayerNormalization: (node, graph) => {
    const defaults = { axis: { integer: -1 }, epsilon: { float: 1e-5 }, stash_type: { integer: 1 } };
    const { axis, epsilon } = attributesOf(node, defaults, graph.name);
    if (axis !== -1 && axis !== 1)
      throw new FormatError(`${graph.name}: ${describeNode(node)}: expected axis -1, got ${axis}`);
    const gamma = constantAt(node, 1, graph);
    const beta = node.inputs[2] ? constantAt(node, 2, graph) : ZEROS;
    return {
      config: { type: "layerNorm", features: gamma.tensor.shape[0] as number, epsilon: epsilon },
      arrays: { gamma, beta },
    };
  },
};

/** Those of activations: each attribute is an option. */
function activations(): Readonly<Record<string, (node: OnnxNode, graph: Graph) => GraphLayer>> {
  const rows = Object.values(ACTIVATION_ROWS).filter(({ onnx }) => onnx?.op !== undefined);
  return Object.fromEntries(rows.map((row) => [row.onnx?.op, activation(row)]));
}

function activation({ name: type, options, onnx }: LayerRow) {
  const attributes = Object.entries(onnx?.attributes ?? {}).filter((entry): entry is [string, string] => {
    return typeof entry[1] === "string";
  });
  const defaults = Object.fromEntries(
    attributes.map(([attribute, option]) => {
      const value = options[option]?.default as number | string;
      return [attribute, typeof value === "number" ? { float: value } : value];
    }),
  );
  return (node: OnnxNode, graph: Graph): GraphLayer => {
    const values = attributesOf(node, defaults, graph.name) as Readonly<Record<string, number | string>>;
    const given = attributes.map(([attribute, option]) => [option, values[attribute] as number | string]);
    return { config: { type, ...Object.fromEntries(given) }, arrays: {} };
  };
}
