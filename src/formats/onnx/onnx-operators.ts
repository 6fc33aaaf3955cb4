/** Layers as ONNX operators: what the writer writes, and of activations that have no operator, what the reader looks for. */

import { LAYERS } from "../../network/catalogue.js";
import type { LayerConfig } from "../../network/layers/layer.js";
import type { OnnxAttribute } from "../../network/layers/layer-row.js";
import { layerType } from "../layer-configs.js";
import { float32Tensor, type Tensor } from "../tensor.js";
import type { Attribute, OnnxNode } from "./onnx-model.js";

/** What a step of a composed layer works on: the layer's input, the result of an earlier step, or a number. */
export type Operand = "x" | { readonly step: number } | { readonly constant: number };

/** One operator of a composed layer. */
export interface Step {
  readonly op: string;
  readonly operands: readonly Operand[];
}

/** "Mul x $0" as a step. */
function stepOf(text: string): Step {
  const [op = "", ...words] = text.split(" ");
  const operand = (word: string): Operand =>
    word === "x" ? word : word.startsWith("$") ? { step: Number(word.slice(1)) } : { constant: Number(word) };
  return { op, operands: words.map(operand) };
}

/** ONNX's own operators that layers are written as. */
const OF_LAYERS = Object.values(LAYERS).flatMap(({ onnx }) => [
  ...(onnx?.op === undefined ? [] : [onnx.op]),
  ...(onnx?.composed ?? []).flatMap(({ steps }) => steps.map((step) => stepOf(step).op)),
]);

/** Others of which layers of other programs are made, or that stand before and behind them. */
const BESIDE_LAYERS =
  "ArgMax Cast Concat Constant Dropout Flatten Identity LogSoftmax MatMul Reshape Softmax Squeeze Sub Transpose Unsqueeze";

/** Operators that are read, by the domain that defines them: ONNX's own, and those that scikit-learn's converter adds. */
export const DOMAINS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["", new Set([...OF_LAYERS, ...BESIDE_LAYERS.split(" ")].sort())],
  ["ai.onnx.ml", new Set(["ArrayFeatureExtractor", "FeatureVectorizer", "Scaler", "ZipMap"])],
]);
/** Layers made of several operators, as PyTorch's exporter writes them, by the layer's description. */
export const COMPOSED: readonly { readonly config: LayerConfig; readonly steps: readonly Step[] }[] = Object.values(
  LAYERS,
).flatMap(({ name, onnx }) =>
  (onnx?.composed ?? []).map(({ options, steps }) => ({
    config: { type: name, ...options },
    steps: steps.map(stepOf),
  })),
);

/** A layer as one operator: its name, its arrays in the operator's order, its attributes. */
interface Operator {
  readonly op: string;
  readonly arrays?: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/**
 * The nodes of a layer from `input` to `output`; none for dropout, which does nothing in evaluation.
 *
 * @param prefix of the names of its arrays and of what lies between: `layers.<index>`
 * @param constants gets the numbers that the nodes use
 */
export function layerNodes(
  config: LayerConfig,
  prefix: string,
  input: string,
  output: string,
  opset: number,
  constants: Map<string, Tensor>,
): OnnxNode[] {
  if (layerType(config.type) && !layerType(config.type)?.onnx) return [];
  const single = operatorOf(config, opset);
  if (single) {
    const { op, arrays = [], attributes = {} } = single;
    return [{ op, inputs: [input, ...arrays.map((name) => `${prefix}.${name}`)], outputs: [output], attributes }];
  }
  const { steps } = COMPOSED.find(({ config: { type, approximate } }) => {
    return type === config.type && approximate === config.approximate;
  }) as (typeof COMPOSED)[number];
  const result = (index: number) => (index === steps.length - 1 ? output : `${prefix}.${index}`);
  const nameOf = (operand: Operand): string => {
    if (operand === "x") return input;
    if ("step" in operand) return result(operand.step);
    const name = `constant.${operand.constant}`;
    constants.set(name, float32Tensor(Float32Array.of(operand.constant), []));
    return name;
  };
  return steps.map(({ op, operands }, index) => {
    return { op, inputs: operands.map(nameOf), outputs: [result(index)], attributes: {} };
  });
}

/** @throws TypeError for a layer that is not built in */
function operatorOf(config: LayerConfig, opset: number): Operator | undefined {
  const { onnx } = layerType(config.type) ?? {};
  if (!onnx) throw new TypeError(`onnx: expected a built-in layer, got ${config.type}`);
  const { op, opset: first = 0, arrays = [], attributes = {} } = onnx;
  if (op === undefined || opset < first) return undefined;
  const values = Object.entries(attributes).map(([name, from]) => [name, attributeOf(from, config)]);
  return { op, arrays, attributes: Object.fromEntries(values) };
}

function attributeOf(from: OnnxAttribute, config: LayerConfig): Attribute {
  if (typeof from !== "string") return "integer" in from ? from : { float: 1 - (config[from.complement] as number) };
  const value = config[from] as number | string;
  return typeof value === "string" ? value : { float: value };
}
