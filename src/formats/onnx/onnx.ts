/** A network as an ONNX file, and dense networks of ONNX files as networks. https://onnx.ai/onnx/repo-docs/IR.html */

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

const OPTIONS: OptionNames<OnnxOptions> = { name: true, opset: true, probabilities: true, metadata: true };

/** The version of the file format that each opset came with. */
const IR_VERSIONS: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10 };
/** The version of the operators where nothing is said: the first with LayerNormalization. */
export const DEFAULT_OPSET = 17;

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
 * normalizations as PyTorch and scikit-learn's converter export it. Scalings of the input by constants become part of the first
 * layer, doubles are rounded to float32. A softmax at the end is left to `predictProbabilities`, and so is a sigmoid that gives
 * two classes: such a network has the outputs [0, z], of which the softmax is the same. In a file of ours the graph counts; what
 * it leaves out (dropout, learning rates) comes from the metadata, which must agree with it.
 *
 * @param name of the file, for messages
 * @param options of the network: loss and optimizer
 * @throws FormatError for any other file; nothing stays allocated then
 */
export function loadOnnx(engine: Engine, bytes: Uint8Array, name = "onnx", options: NetworkOptions = {}): Network {
  return readOnnx(engine, bytes, name, () => options).network;
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
