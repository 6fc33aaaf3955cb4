/** Saves networks as ONNX files and loads dense networks from them. https://onnx.ai/onnx/repo-docs/IR.html */

import { checkChoice, checkInteger, checkOptions, checkText, type OptionNames } from "../../checks/check-options.js";
import type { Engine } from "../../create-engine.js";
import type { LayerConfig } from "../../network/layers/layer.js";
import type { Network, NetworkOptions } from "../../network/network.js";
import { widthsOf } from "../layer-configs.js";
import { checkMetadata } from "../metadata.js";
import { checkSavable, describeLayer, modelMetadata, OWN_ENTRIES } from "../model-metadata.js";
import { float32Tensor, type Tensor } from "../tensor.js";
import { decodeOnnx } from "./onnx-decode.js";
import { encodeOnnx } from "./onnx-encode.js";
import { readOnnx } from "./onnx-load.js";
import { FLOAT, type OnnxNode } from "./onnx-model.js";
import { layerNodes } from "./onnx-operators.js";

/** Options of `serializeOnnx`. */
export interface OnnxOptions {
  /** The graph's name; default `simdgrad`. */
  readonly name?: string;
  /**
   * Version of the operators, 17 to 22; default 17, the first with LayerNormalization. GELU is one operator from 20 on; below,
   * it is composed of Erf or Tanh.
   */
  readonly opset?: number;
  /** Adds a second output `probabilities` [batch, outputs]: the softmax of each row of logits, or the sigmoid of each. */
  readonly probabilities?: "softmax" | "sigmoid";
  /** Entries in addition to `format` and `layers`, as in `serializeModel`: `preprocessing` and others. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const OPTIONS: OptionNames<OnnxOptions> = { name: true, opset: true, probabilities: true, metadata: true };

/** The version of the file format with which each opset was introduced. */
const IR_VERSIONS: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10 };
/** The default version of the operators: the first with LayerNormalization. */
export const DEFAULT_OPSET = 17;

/**
 * Serializes a network as an ONNX file: from `input` float32 [batch, inputs] to `logits` float32 [batch, outputs] for any number
 * of rows, in evaluation mode (no dropout, running statistics).
 *
 * @throws TypeError for anything but a network and options, and for a custom layer; RangeError for another opset
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
 * Loads the network in an ONNX file: one of ours, bit for bit, or a chain of Gemm, or MatMul and Add, activations and
 * normalizations, as PyTorch and scikit-learn's converter export it. Constant scalings of the input become part of the first
 * layer. Doubles are rounded to float32. A softmax at the end is left to `predictProbabilities`. So is a sigmoid that gives two
 * classes: such a network has the outputs [0, z], whose softmax is the same. In our own files the graph counts; what it leaves
 * out (dropout, learning rates) comes from the metadata, which must agree with the graph.
 *
 * @param name of the file, for messages
 * @param options of the network: loss and optimizer
 * @throws FormatError for any other file; then nothing stays allocated
 */
export function loadOnnx(engine: Engine, bytes: Uint8Array, name = "onnx", options: NetworkOptions = {}): Network {
  return readOnnx(engine, bytes, name, () => options).network;
}

/** Reads the metadata of an ONNX file: `preprocessing` and any other entries. @throws FormatError */
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
