/** Networks out of ONNX files, with what the files say of their inputs and outputs. */

import { FormatError } from "../../checks/errors.js";
import type { Engine } from "../../create-engine.js";
import type { LayerConfig } from "../../network/layers/layer.js";
import type { LayerRow } from "../../network/layers/layer-row.js";
import { Network, type NetworkOptions } from "../../network/network.js";
import type { StateDict } from "../../network/state-dict.js";
import { floatDtypes, toFloat32, transposed } from "../float-conversion.js";
import { checkValues, layerType, widthsOf } from "../layer-configs.js";
import { checkLayers, MOST_LAYERS, parseModelMetadata } from "../model-metadata.js";
import { byteLength } from "../tensor.js";
import { foldedArrays } from "./onnx-affine.js";
import type { Constant } from "./onnx-constants.js";
import { decodeOnnx } from "./onnx-decode.js";
import type { Ending } from "./onnx-ending.js";
import type { GraphInput } from "./onnx-inputs.js";
import type { FileArray, GraphLayer } from "./onnx-layer-nodes.js";
import { networkOfGraph } from "./onnx-layers.js";

/** The first opset with this operator. */
const LAYER_NORM_OPSET = 17;
const [OLDEST_OPSET, NEWEST_OPSET] = [7, 26];

/** What a file says of a network besides its layers. */
export interface OnnxDescription {
  /** In the order of the network's columns; one of them all, or one of each. */
  readonly inputs: readonly GraphInput[];
  /** Columns of all inputs; undefined where neither the file nor the layers say. */
  readonly columns: number | undefined;
  /** What the network's outputs are, and their classes. */
  readonly ending: Ending;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxNetwork {
  readonly network: Network;
  readonly description: OnnxDescription;
}

/**
 * As `loadOnnx`, with a description of the file.
 *
 * @param optionsOf options of the network, which may depend on what its outputs are
 * @throws FormatError; nothing stays allocated then
 */
export function readOnnx(
  engine: Engine,
  bytes: Uint8Array,
  name: string,
  optionsOf: (description: OnnxDescription) => NetworkOptions,
): OnnxNetwork {
  const model = decodeOnnx(bytes, name);
  if (model.opset < OLDEST_OPSET || model.opset > NEWEST_OPSET) {
    throw new FormatError(`${name}: expected an opset from ${OLDEST_OPSET} to ${NEWEST_OPSET}, got ${model.opset}`);
  }
  if (model.opset < LAYER_NORM_OPSET && model.nodes.some(({ op }) => op === "LayerNormalization")) {
    throw new FormatError(`${name}: expected LayerNormalization from opset ${LAYER_NORM_OPSET} on, got ${model.opset}`);
  }
  const { metadata } = model;
  const graph = networkOfGraph(model, name);
  const layers = "format" in metadata ? withMetadata(graph.layers, metadata, name) : graph.layers;
  if (layers.length === 0 || layers.length > MOST_LAYERS) {
    throw new FormatError(`${name}: expected 1 to ${MOST_LAYERS} layers, got ${layers.length}`);
  }
  const configs = layers.map(({ config }) => config);
  const columns = checkWidths(configs, graph.columns, graph.ending, name);
  checkArrays(layers, bytes.length, name);
  const state = stateOf(layers, name);
  const description = { inputs: graph.inputs, columns, ending: graph.ending, metadata };
  const network = new Network(
    engine,
    configs.map((config) => (layerType(config.type) as LayerRow).make(config)),
    optionsOf(description),
  );
  network.loadStateDict(state);
  return { network, description };
}

/** The layers fit each other, the input and the classes. @returns the columns of the input, if anything says how many */
function checkWidths(
  configs: readonly LayerConfig[],
  columns: number | undefined,
  { classes }: Ending,
  name: string,
): number | undefined {
  const complain = (problem: string) => new FormatError(`${name}: expected layers that fit together, got ${problem}`);
  checkLayers(configs, complain);
  const { inputs, outputs } = widthsOf(configs);
  if (columns !== undefined && inputs !== undefined && columns !== inputs) {
    throw complain(`an input of ${columns} columns before ${inputs}`);
  }
  if (classes && classes.length !== outputs) {
    throw complain(`${classes.length} classes after ${outputs ?? "an unknown number of"} outputs`);
  }
  return inputs ?? columns;
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
  for (const [index, { config, arrays, folding }] of layers.entries()) {
    // As the file has them: two classes of one output are one there.
    const own = folding?.pair ? { ...config, outputs: 1 } : config;
    for (const [array, shape] of Object.entries((layerType(config.type) as LayerRow).arrays(own))) {
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
  for (const [index, { config, arrays, folding }] of layers.entries()) {
    const label = `${name}: layer ${index}`;
    const { weights, biases } = arrays as Record<string, FileArray>;
    const folded = folding && foldedArrays(weights as Constant, biases?.tensor, folding, label);
    for (const [array, shape] of Object.entries((layerType(config.type) as LayerRow).arrays(config))) {
      const data = folded?.[array as "weights" | "biases"] ?? valuesOf(arrays[array] as FileArray, shape);
      checkValues(array, data, `${label}: ${array}`);
      state[`layers.${index}.${array}`] = { shape, data };
    }
  }
  return state;
}

function valuesOf({ tensor, transposed: turned }: FileArray, shape: readonly number[]): Float32Array {
  const [rows, columns = 1] = shape as [number, number?];
  const values = tensor ? toFloat32(tensor) : new Float32Array(rows * columns);
  return turned ? transposed(values, columns, rows) : values;
}
