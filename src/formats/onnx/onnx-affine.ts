/**
 * Scalings among the nodes, folded into the dense layers beside them. Not kept as layers: batch normalization could hold one
 * before a network, but would learn in further training. A sum of products in float32 of unscaled columns rounds by as much as
 * reading the columns as float32 does, which is before any scaling; the folded weights are computed in float64 and rounded once.
 */

import { FormatError } from "../../checks/errors.js";
import { toFloat32 } from "../float-conversion.js";
import type { Tensor } from "../tensor.js";
import { attributesOf, describeNode, NO_FLOATS } from "./onnx-attributes.js";
import { type Constant, constantOf, type Graph, isFloat, shapeOf } from "./onnx-constants.js";
import { quote } from "./onnx-messages.js";
import type { OnnxNode } from "./onnx-model.js";

/** One number for all columns, or one for each. */
type Coefficients = number | Float64Array;

/** x·scale + shift, column by column, in float64. */
export interface Affine {
  readonly scale: Coefficients;
  readonly shift: Coefficients;
}

/** What a dense layer is to have besides the arrays of the file. */
export interface Folding {
  /** Factors of the weights and of the biases, as Gemm has them. */
  readonly alpha?: number;
  readonly beta?: number;
  /** What is done to the inputs, and to the outputs. */
  readonly before?: Affine;
  readonly after?: Affine;
  /** Whether the outputs are to be [0, z] rather than z: their softmax is [1 − p, p] of the sigmoid p. */
  readonly pair?: boolean;
}

/** Numbers of all scalings of a graph: many nodes may share a tensor. */
export const MOST_COEFFICIENTS = 2 ** 20;

/** The affine map of a node on `current`: Add, Sub, Mul or Div by a constant, or Scaler. @throws FormatError for another */
export function affineOf(node: OnnxNode, current: string, graph: Graph): Affine {
  if (node.op === "Scaler") return scalerOf(node, graph);
  attributesOf(node, {}, graph.name);
  const place = node.inputs.indexOf(current);
  const constant = constantOf(node, 1 - place, graph);
  const c = constant && coefficientsOf(constant);
  if (c === undefined || node.inputs.length !== 2) {
    const got = quote(node.inputs[1 - place]);
    const problem = `expected a float, or one for each column, of the file beside ${quote(current)}, got ${got}`;
    throw new FormatError(`${graph.name}: ${describeNode(node)}: ${problem}`);
  }
  if (node.op === "Add") return { scale: 1, shift: c };
  if (node.op === "Mul") return { scale: c, shift: 0 };
  if (node.op === "Sub") return place === 0 ? { scale: 1, shift: map(c, (x) => -x) } : { scale: -1, shift: c };
  if (place === 0) return { scale: map(c, (x) => 1 / x), shift: 0 };
  throw new FormatError(
    `${graph.name}: ${describeNode(node)}: expected a division by a constant, got one of a constant`,
  );
}

/** (x − offset)·scale */
function scalerOf(node: OnnxNode, { name }: Graph): Affine {
  const { offset, scale } = attributesOf(node, { offset: NO_FLOATS, scale: NO_FLOATS }, name);
  if (offset.length === 0 || scale.length === 0) {
    const got = `${offset.length} and ${scale.length}`;
    throw new FormatError(`${name}: ${describeNode(node)}: expected numbers for offset and scale, got ${got}`);
  }
  const [o, s] = [offset, scale].map((list) => (list.length === 1 ? (list[0] as number) : Float64Array.from(list)));
  return {
    scale: s as Coefficients,
    shift: combine(o as Coefficients, s as Coefficients, (x, y) => -x * y, `${name}: ${describeNode(node)}`),
  };
}

/** A scalar, or a vector or a row with a number for each column; undefined for another. */
function coefficientsOf(constant: Constant): Coefficients | undefined {
  const shape = shapeOf(constant);
  const columns = shape.at(-1) ?? 1;
  if (!isFloat(constant.tensor) || shape.length > 2 || (shape.length === 2 && shape[0] !== 1)) return undefined;
  if (columns > MOST_COEFFICIENTS) return undefined;
  const values = Float64Array.from({ length: columns }, elementsOf(constant.tensor));
  return columns === 1 ? (values[0] as number) : values;
}

/** First `a`, then `b`. @throws FormatError when they are of other numbers of columns */
export function compose(a: Affine | undefined, b: Affine, label: string): Affine {
  if (!a) return b;
  const shift = combine(a.shift, b.scale, (x, y) => x * y, label);
  return {
    scale: combine(a.scale, b.scale, (x, y) => x * y, label),
    shift: combine(shift, b.shift, (x, y) => x + y, label),
  };
}

function map(values: Coefficients, change: (value: number) => number): Coefficients {
  return typeof values === "number" ? change(values) : values.map(change);
}

function combine(
  a: Coefficients,
  b: Coefficients,
  change: (a: number, b: number) => number,
  label: string,
): Coefficients {
  if (typeof b === "number") return map(a, (x) => change(x, b));
  if (typeof a === "number") return b.map((y) => change(a, y));
  if (a.length === b.length) return a.map((x, index) => change(x, b[index] as number));
  throw new FormatError(`${label}: expected ${a.length} numbers, one for each column, got ${b.length}`);
}

/**
 * A dense layer's weights [inputs, outputs] and biases with all that is folded into them.
 *
 * @param label the file and the layer, for messages
 * @throws FormatError when a scaling is of another number of columns
 */
export function foldedArrays(
  weights: Constant,
  biases: Tensor | undefined,
  { alpha = 1, beta = 1, before, after, pair = false }: Folding,
  label: string,
): { readonly weights: Float32Array; readonly biases: Float32Array } {
  const [inputs, outputs] = shapeOf(weights) as [number, number];
  const scaleIn = coefficients(before?.scale ?? 1, inputs, label);
  const shiftIn = coefficients(before?.shift ?? 0, inputs, label);
  const scaleOut = coefficients(after?.scale ?? 1, outputs, label);
  const shiftOut = coefficients(after?.shift ?? 0, outputs, label);
  const [weightAt, biasAt] = [elementsOf(weights.tensor), biases ? elementsOf(biases) : () => 0];
  const columns = pair ? 2 : outputs;
  const result = { weights: new Float32Array(inputs * columns), biases: new Float32Array(columns) };
  for (let j = 0; j < outputs; ++j) {
    let bias = beta * biasAt(0, j);
    const column = pair ? 1 : j;
    for (let i = 0; i < inputs; ++i) {
      const weight = alpha * weightAt(0, weights.transposed ? j * inputs + i : i * outputs + j);
      bias += shiftIn(i) * weight;
      result.weights[i * columns + column] = scaleIn(i) * weight * scaleOut(j);
    }
    result.biases[column] = bias * scaleOut(j) + shiftOut(j);
  }
  return result;
}

function coefficients(values: Coefficients, columns: number, label: string): (column: number) => number {
  if (typeof values === "number") return () => values;
  if (values.length === columns) return (column) => values[column] as number;
  throw new FormatError(`${label}: expected a scaling of ${columns} columns, got one of ${values.length}`);
}

/** Elements of a tensor of floats as float64, by their index: for `Array.from`, too. */
function elementsOf(tensor: Tensor): (_: unknown, index: number) => number {
  if (tensor.dtype === "F64") {
    const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.length);
    return (_, index) => view.getFloat64(8 * index, true);
  }
  const values = toFloat32(tensor);
  return (_, index) => values[index] as number;
}

/** Numbers that a map is made of. */
export function countOf({ scale, shift }: Affine): number {
  return [scale, shift].reduce<number>((sum, values) => sum + (typeof values === "number" ? 1 : values.length), 0);
}
