/** A network as an ONNX file, and dense networks of ONNX files as networks. https://onnx.ai/onnx/repo-docs/IR.html */

import { checkChoice, checkInteger, checkOptions, checkText, type OptionNames } from "../check-options.js";
import type { Engine } from "../engine.js";
import { FormatError } from "../errors.js";
import type { LayerConfig } from "../layers/layer.js";
import { Network, type NetworkOptions } from "../network.js";
import type { StateDict } from "../state-dict.js";
import { floatDtypes, toFloat32, transposed } from "./float-conversion.js";
import { checkValues, type LayerType, layerType } from "./layer-types.js";
import { checkMetadata } from "./metadata.js";
import {
  checkLayers,
  checkSavable,
  describeLayer,
  MOST_LAYERS,
  modelMetadata,
  OWN_ENTRIES,
  parseModelMetadata,
} from "./model-metadata.js";
import { decodeOnnx } from "./onnx-decode.js";
import { encodeOnnx } from "./onnx-encode.js";
import { type FileArray, type GraphLayer, layersOfGraph } from "./onnx-layers.js";
import { FLOAT, type OnnxNode } from "./onnx-model.js";
import { layerNodes } from "./onnx-operators.js";
import { byteLength, float32Tensor, type Tensor } from "./tensor.js";

/** Options of `serializeOnnx`. */
export interface OnnxOptions {
  /** Of the graph; default `simdgrad`. */
  readonly name?: string;
  /**
   * Version of the operators, 17 to 22; default 17, the first with LayerNormalization. From 20 on GELU is one operator, below
   * it is put together from Erf or Tanh.
   */
  readonly opset?: number;
  /** Adds a second output `probabilities` [batch, outputs]: the softmax of each row of logits, or the sigmoid of each. */
  readonly probabilities?: "softmax" | "sigmoid";
  /** Entries beside `format` and `layers`, the same as `serializeModel` takes: `preprocessing` and others. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The first opset with this operator. */
const LAYER_NORM_OPSET = 17;
const OPTIONS: OptionNames<OnnxOptions> = { name: true, opset: true, probabilities: true, metadata: true };

/** The version of the file format that each opset came with. */
const IR_VERSIONS: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10 };
/** The version of the operators where nothing is said: the first with LayerNormalization. */
export const DEFAULT_OPSET = 17;
const [OLDEST_OPSET, NEWEST_OPSET] = [7, 26];

/**
 * The bytes of an ONNX file: `input` float32 [batch, inputs] to `logits` float32 [batch, outputs], any number of rows, in
 * evaluation (dropout left out, running statistics). Opset 17 unless another is asked for.
 *
 * @throws TypeError for anything but a network and options, and for a layer that is not built in; RangeError for another opset
 */
export function serializeOnnx(network: Network, options: OnnxOptions = {}): Uint8Array {
  checkOptions("serializeOnnx", options, OPTIONS);
  const { name = "simdgrad", opset = DEFAULT_OPSET, probabilities, metadata = {} } = options;
  checkText("onnx: name", name);
  checkInteger("onnx: opset", opset, 17, 22);
  const irVersion = IR_VERSIONS[opset] as number;
  if (probabilities !== undefined) checkChoice("onnx: probabilities", probabilities, ["softmax", "sigmoid"]);
  checkMetadata("onnx: metadata", metadata, OWN_ENTRIES);
  checkSavable("onnx", network);
  const configs = network.layers.map(describeLayer);
  const initializers = new Map<string, Tensor>();
  const nodes = nodesOf(configs, opset, initializers);
  if (probabilities) {
    const [op, attributes] = probabilities === "softmax" ? ["Softmax", { axis: { integer: -1 } }] : ["Sigmoid", {}];
    nodes.push({ op: op as string, inputs: ["logits"], outputs: ["probabilities"], attributes } as OnnxNode);
  }
  for (const [key, { shape, data }] of Object.entries(network.stateDict())) {
    initializers.set(key, float32Tensor(data, shape));
  }
  const { inputs, outputs } = widthsOf(configs);
  const value = (label: string, columns: number | undefined) => {
    return { name: label, type: FLOAT, shape: ["batch", columns ?? "columns"] };
  };
  const results = ["logits", ...(probabilities ? ["probabilities"] : [])].map((label) => value(label, outputs));
  return encodeOnnx(
    {
      opset,
      graphName: name,
      nodes,
      initializers,
      inputs: [value("input", inputs)],
      outputs: results,
      metadata: { ...metadata, ...modelMetadata(network) },
    },
    irVersion,
  );
}

/**
 * The network in the bytes of an ONNX file: one of ours, bit by bit, or a chain of Gemm, or MatMul and Add, activations and
 * normalizations as PyTorch exports it. A softmax at the end is left to `predictProbabilities`. In a file of ours the graph
 * counts; what it leaves out (dropout, learning rates) comes from the metadata, which must agree with it.
 *
 * @param name of the file, for messages
 * @param options of the network: loss and optimizer
 * @throws FormatError for any other file; nothing stays allocated then
 */
export function loadOnnx(engine: Engine, bytes: Uint8Array, name = "onnx", options: NetworkOptions = {}): Network {
  const model = decodeOnnx(bytes, name);
  if (model.opset < OLDEST_OPSET || model.opset > NEWEST_OPSET) {
    throw new FormatError(`${name}: expected an opset from ${OLDEST_OPSET} to ${NEWEST_OPSET}, got ${model.opset}`);
  }
  if (model.opset < LAYER_NORM_OPSET && model.nodes.some(({ op }) => op === "LayerNormalization")) {
    throw new FormatError(`${name}: expected LayerNormalization from opset ${LAYER_NORM_OPSET} on, got ${model.opset}`);
  }
  const graph = layersOfGraph(model, name);
  const complain = (problem: string) => new FormatError(`${name}: expected layers that fit together, got ${problem}`);
  const layers = "format" in model.metadata ? withMetadata(graph, model.metadata, name) : graph;
  if (layers.length === 0 || layers.length > MOST_LAYERS) {
    throw new FormatError(`${name}: expected 1 to ${MOST_LAYERS} layers, got ${layers.length}`);
  }
  const configs = layers.map(({ config }) => config);
  checkLayers(configs, complain);
  const columns = model.inputs.find((value) => !model.initializers.has(value.name))?.shape?.[1];
  const { inputs } = widthsOf(configs);
  if (typeof columns === "number" && inputs !== undefined && columns !== inputs) {
    throw complain(`an input of ${columns} columns before ${inputs}`);
  }
  checkArrays(layers, bytes.length, name);
  const state = stateOf(layers, name);
  const network = new Network(
    engine,
    configs.map((config) => (layerType(config.type) as LayerType).make(config)),
    options,
  );
  network.loadStateDict(state);
  return network;
}

/** The metadata of an ONNX file: `preprocessing` and whatever else was put there. @throws FormatError */
export function readOnnxMetadata(bytes: Uint8Array, name = "onnx"): Readonly<Record<string, string>> {
  return decodeOnnx(bytes, name).metadata;
}

/** The nodes from `input` to `logits`. */
function nodesOf(configs: readonly LayerConfig[], opset: number, constants: Map<string, Tensor>): OnnxNode[] {
  const last = configs.map(({ type }) => type !== "dropout").lastIndexOf(true);
  if (last < 0) return [{ op: "Identity", inputs: ["input"], outputs: ["logits"], attributes: {} }];
  let current = "input";
  return configs.flatMap((config, index) => {
    const prefix = `layers.${index}`;
    const nodes = layerNodes(config, prefix, current, index === last ? "logits" : prefix, opset, constants);
    current = nodes.at(-1)?.outputs[0] ?? current;
    return nodes;
  });
}

/** Columns of the first layer that says how many it takes, and of the last that says how many it gives. */
function widthsOf(configs: readonly LayerConfig[]): { inputs: number | undefined; outputs: number | undefined } {
  const widths = configs.map((config) => (layerType(config.type) as LayerType).columns(config));
  return {
    inputs: widths.find((width) => width.inputs !== undefined)?.inputs,
    outputs: widths.reverse().find((width) => width.outputs !== undefined)?.outputs,
  };
}

/** The layers as the metadata describe them, with the graph's arrays. @throws FormatError where the two differ */
function withMetadata(
  graph: readonly GraphLayer[],
  metadata: Readonly<Record<string, string>>,
  name: string,
): GraphLayer[] {
  const rest = [...graph];
  const layers = parseModelMetadata(metadata, name).map((config, index): GraphLayer => {
    if (config.type === "dropout") return { config, arrays: {} };
    const layer = rest.shift();
    if (layer && agrees(layer.config, config)) return { config, arrays: layer.arrays };
    const got = layer ? JSON.stringify(layer.config).slice(0, 100) : "none";
    throw new FormatError(`${name}: layer ${index}: expected ${config.type} as the metadata say, got ${got}`);
  });
  if (rest.length > 0)
    throw new FormatError(`${name}: expected ${graph.length - rest.length} layers, got ${graph.length}`);
  return layers;
}

/** Whether every option that the graph has is the described one, but for its rounding to a float. */
function agrees(graph: LayerConfig, described: LayerConfig): boolean {
  return Object.entries(graph).every(([option, value]) => {
    const other = described[option];
    if (typeof value !== "number" || typeof other !== "number") return value === other;
    // The graph's is one less the share of the old statistics, which loses digits.
    if (option === "momentum") return Math.abs(value - other) <= 1e-6;
    return Math.fround(value) === Math.fround(other);
  });
}

/** Every array is floats in the layer's shape, and together they are not more than the file: before anything is allocated. */
function checkArrays(layers: readonly GraphLayer[], fileBytes: number, name: string): void {
  let total = 0;
  for (const [index, { config, arrays }] of layers.entries()) {
    for (const [array, shape] of Object.entries((layerType(config.type) as LayerType).tensors(config))) {
      const { tensor, transposed: turned } = arrays[array] as FileArray;
      if (!tensor) continue;
      const expected = turned ? [...shape].reverse() : shape;
      if (String(tensor.shape) !== String(expected) || !floatDtypes.some((dtype) => dtype === tensor.dtype)) {
        const got = `${tensor.dtype} [${tensor.shape.slice(0, 8)}]`;
        throw new FormatError(`${name}: layer ${index}: ${array}: expected floats of shape [${expected}], got ${got}`);
      }
      total += byteLength(tensor.dtype, tensor.shape) as number;
    }
  }
  // One tensor that many layers share would make a network much larger than its file.
  if (total > fileBytes) throw new FormatError(`${name}: expected arrays of at most ${fileBytes} bytes, got ${total}`);
}

function stateOf(layers: readonly GraphLayer[], name: string): StateDict {
  const state: StateDict = {};
  for (const [index, { config, arrays }] of layers.entries()) {
    for (const [array, shape] of Object.entries((layerType(config.type) as LayerType).tensors(config))) {
      const { tensor, transposed: turned } = arrays[array] as FileArray;
      const [rows, columns = 1] = shape as [number, number?];
      const values = tensor ? toFloat32(tensor) : new Float32Array(rows * columns);
      checkValues(array, values, `${name}: layer ${index}: ${array}`);
      state[`layers.${index}.${array}`] = { shape, data: turned ? transposed(values, columns, rows) : values };
    }
  }
  return state;
}
