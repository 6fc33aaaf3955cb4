/** Layers as ONNX operators: what the writer writes, and of activations that have no operator, what the reader looks for. */

import type { LayerConfig } from "../../network/layers/layer.js";
import { float32Tensor, type Tensor } from "../tensor.js";
import type { Attribute, OnnxNode } from "./onnx-model.js";

/** Operators that are read, by the domain that defines them: ONNX's own, and those that scikit-learn's converter adds. */
export const DOMAINS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    "",
    new Set(
      (
        "Add ArgMax BatchNormalization Cast Concat Constant Div Dropout Elu Erf Flatten Gelu Gemm Identity " +
        "LayerNormalization LeakyRelu LogSoftmax MatMul Mul Relu Reshape Sigmoid Softmax Softplus Squeeze Sub Tanh " +
        "Transpose Unsqueeze"
      ).split(" "),
    ),
  ],
  ["ai.onnx.ml", new Set(["ArrayFeatureExtractor", "FeatureVectorizer", "Scaler", "ZipMap"])],
]);

/** What a step works on: the layer's input, the result of an earlier step, or a number. */
export type Operand = "x" | { readonly step: number } | { readonly constant: number };

/** One operator of a composed activation. */
export interface Step {
  readonly op: string;
  readonly operands: readonly Operand[];
}

const step = (number: number): Operand => ({ step: number });
const constant = (value: number): Operand => ({ constant: value });

/** Activations made of several operators, as PyTorch's exporter has them, by the layer's description. */
export const COMPOSED: readonly { readonly config: LayerConfig; readonly steps: readonly Step[] }[] = [
  {
    // x·sigmoid(x)
    config: { type: "silu" },
    steps: [
      { op: "Sigmoid", operands: ["x"] },
      { op: "Mul", operands: ["x", step(0)] },
    ],
  },
  {
    // x·(erf(x / √2) + 1)·½
    config: { type: "gelu", approximate: "none" },
    steps: [
      { op: "Div", operands: ["x", constant(Math.SQRT2)] },
      { op: "Erf", operands: [step(0)] },
      { op: "Add", operands: [step(1), constant(1)] },
      { op: "Mul", operands: ["x", step(2)] },
      { op: "Mul", operands: [step(3), constant(0.5)] },
    ],
  },
  {
    // ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
    config: { type: "gelu", approximate: "tanh" },
    steps: [
      { op: "Mul", operands: ["x", "x"] },
      { op: "Mul", operands: ["x", step(0)] },
      { op: "Mul", operands: [constant(0.044715), step(1)] },
      { op: "Add", operands: ["x", step(2)] },
      { op: "Mul", operands: [constant(Math.sqrt(2 / Math.PI)), step(3)] },
      { op: "Tanh", operands: [step(4)] },
      { op: "Add", operands: [constant(1), step(5)] },
      { op: "Mul", operands: ["x", step(6)] },
      { op: "Mul", operands: [constant(0.5), step(7)] },
    ],
  },
];

/** The first opset with an operator for each of these. */
const GELU_OPSET = 20;

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
  if (config.type === "dropout") return [];
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

function operatorOf(config: LayerConfig, opset: number): Operator | undefined {
  const float = (option: string) => ({ float: config[option] as number });
  switch (config.type) {
    case "dense":
      return { op: "Gemm", arrays: ["weights", "biases"] };
    case "relu":
      return { op: "Relu" };
    case "leakyRelu":
      return { op: "LeakyRelu", attributes: { alpha: float("negativeSlope") } };
    case "elu":
      return { op: "Elu", attributes: { alpha: float("alpha") } };
    case "sigmoid":
      return { op: "Sigmoid" };
    case "tanh":
      return { op: "Tanh" };
    case "softplus":
      return { op: "Softplus" };
    case "batchNorm": {
      // ONNX's momentum is the share of the old statistics, ours that of the new ones.
      const momentum = { float: 1 - (config.momentum as number) };
      const arrays = ["gamma", "beta", "runningMean", "runningVariance"];
      return { op: "BatchNormalization", arrays, attributes: { epsilon: float("epsilon"), momentum } };
    }
    case "layerNorm": {
      const attributes = { axis: { integer: -1 }, epsilon: float("epsilon") };
      return { op: "LayerNormalization", arrays: ["gamma", "beta"], attributes };
    }
    case "gelu":
      if (opset < GELU_OPSET) return undefined;
      return { op: "Gelu", attributes: { approximate: config.approximate as string } };
    case "silu":
      return undefined;
    default:
      throw new TypeError(`onnx: expected a built-in layer, got ${config.type}`);
  }
}
