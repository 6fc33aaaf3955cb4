/** What of an ONNX graph is known before any input: constants are folded, nodes that change nothing left out. */

import { FormatError } from "../../checks/errors.js";
import { floatDtypes, toFloat32 } from "../float-conversion.js";
import { byteLength, type Tensor } from "../tensor.js";
import { attributesOf, describeNode, NO_INTEGERS } from "./onnx-attributes.js";
import { quote } from "./onnx-messages.js";
import { DOUBLE, FLOAT, type OnnxModel, type OnnxNode, type OnnxValue } from "./onnx-model.js";

/** Dimensions of what is reshaped. */
const MOST_DIMENSIONS = 8;

/** A tensor as the file has it: nothing is copied to transpose it. */
export interface Constant {
  readonly tensor: Tensor;
  /** Whether what is meant has its dimensions, two, the other way round. */
  readonly transposed: boolean;
}

/** A graph without the nodes that compute constants, and those that change nothing. */
export interface Graph {
  /** Inputs are names of what other nodes give, of constants, or of the graph's inputs. */
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** What has to be given. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly string[];
  /** Of the file, for messages. */
  readonly name: string;
}

/** A graph while it is folded. */
type Known = Omit<Graph, "outputs">;

/**
 * The graph of a file in these terms. Every name has one meaning only.
 *
 * @throws FormatError for names that come twice, and for constants that are computed in other ways
 */
export function foldConstants(model: OnnxModel, name: string): Graph {
  const constants = new Map<string, Constant>();
  for (const [key, tensor] of model.initializers) constants.set(key, { tensor, transposed: false });
  const texts = new Map(model.texts);
  const inputs = model.inputs.filter((value) => !constants.has(value.name) && !texts.has(value.name));
  const aliases = new Map<string, string>();
  const resolve = (value: string) => aliases.get(value) ?? value;
  const results = new Set(inputs.map((value) => value.name));
  const graph = { nodes: [] as OnnxNode[], constants, texts, inputs, name };
  for (const given of model.nodes) {
    const node = { ...given, inputs: given.inputs.map(resolve) };
    const output = resultOf(node, graph, results);
    results.add(output);
    const [first = ""] = node.inputs;
    const constant = node.op === "Constant" ? valueOfConstant(node, name) : foldNode(node, graph);
    if (constant && "tensor" in constant) constants.set(output, constant);
    else if (constant) texts.set(output, constant.texts);
    else if (changesNothing(node, graph)) aliases.set(output, first);
    else graph.nodes.push(node);
  }
  return { ...graph, outputs: model.outputs.map((value) => resolve(value.name)) };
}

/** The values of a constant; its two dimensions in the order that is meant. */
export function shapeOf({ tensor, transposed }: Constant): readonly number[] {
  return transposed ? [...tensor.shape].reverse() : tensor.shape;
}

/** The constant that is a node's input, if it is one. */
export function constantOf(node: OnnxNode, input: number, { constants }: Known): Constant | undefined {
  return constants.get(node.inputs[input] ?? "");
}

/** The integers of a constant, such as a shape or the names of classes. @throws FormatError for anything else */
export function integersOf(node: OnnxNode, input: number, graph: Known, most = MOST_DIMENSIONS): number[] {
  const tensor = constantOf(node, input, graph)?.tensor;
  if (tensor?.dtype !== "I64" && tensor?.dtype !== "I32") {
    const got = tensor?.dtype ?? quote(node.inputs[input]);
    throw new FormatError(
      `${graph.name}: ${describeNode(node)}: expected integers of the file as input ${input}, got ${got}`,
    );
  }
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.length);
  const [bytes, count] = tensor.dtype === "I64" ? [8, tensor.data.length / 8] : [4, tensor.data.length / 4];
  if (count > most) {
    const problem = `expected at most ${most} integers, got ${count}`;
    throw new FormatError(`${graph.name}: ${describeNode(node)}: ${problem}`);
  }
  const values = Array.from({ length: count }, (_, i) => {
    return bytes === 8 ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true);
  });
  const large = values.find((value) => !Number.isSafeInteger(value));
  if (large === undefined) return values;
  throw new FormatError(`${graph.name}: ${describeNode(node)}: expected integers within 2^53, got ${large}`);
}

/** The name of a node's result, which is its own. Dropout's mask and no other second result is passed over. */
function resultOf({ op, outputs }: OnnxNode, { constants, texts, name }: Known, results: Set<string>) {
  const [output = "", mask] = outputs;
  const isTaken = results.has(output) || constants.has(output) || texts.has(output);
  if (output !== "" && !isTaken && (!mask || op === "Dropout")) return output;
  throw new FormatError(`${name}: ${quote(op)}: expected one result with a name of its own, got ${quote(output)}`);
}

type Folded = Constant | { readonly texts: readonly string[] } | undefined;

function valueOfConstant(node: OnnxNode, name: string): Folded {
  const [[key, value] = ["", undefined], ...others] = Object.entries(node.attributes);
  const is = (...names: string[]) => others.length === 0 && names.includes(key);
  if (value !== undefined && typeof value !== "string") {
    if ("data" in value && is("value")) return { tensor: value, transposed: false };
    if ("texts" in value && is("value", "value_strings")) return { texts: value.texts };
    if ("float" in value && is("value_float")) return floats([value.float], []);
    if ("floats" in value && is("value_floats")) return floats(value.floats, [value.floats.length]);
    if ("integer" in value && is("value_int")) return integers([value.integer], []);
    if ("integers" in value && is("value_ints")) return integers(value.integers, [value.integers.length]);
  }
  throw new FormatError(`${name}: ${describeNode(node)}: expected one value, a tensor or numbers, got ${quote(key)}`);
}

function floats(values: readonly number[], shape: readonly number[]): Constant {
  return { tensor: { dtype: "F32", shape, data: new Uint8Array(Float32Array.from(values).buffer) }, transposed: false };
}

function integers(values: readonly number[], shape: readonly number[]): Constant {
  const data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { tensor: { dtype: "I64", shape, data }, transposed: false };
}

/** What a node makes of a constant without computing; undefined where there is none, or where that is another node's task. */
function foldNode(node: OnnxNode, graph: Known): Folded {
  const [first = ""] = node.inputs;
  const texts = graph.texts.get(first);
  if (texts) return node.op === "Identity" ? { texts } : undefined;
  const constant = graph.constants.get(first);
  if (!constant) return undefined;
  switch (node.op) {
    case "Identity":
      return constant;
    case "Cast":
      return castsToFloat(node, graph.name) && isFloat(constant.tensor) ? constant : undefined;
    case "Transpose":
      return transpose(node, constant, graph.name);
    case "Reshape":
      return reshape(node, constant, targetShape(node, graph), graph.name);
    case "Squeeze":
    case "Unsqueeze":
      return reshape(node, constant, squeezedShape(node, shapeOf(constant), graph), graph.name);
    default:
      return undefined;
  }
}

function transpose(node: OnnxNode, { tensor, transposed }: Constant, name: string): Constant {
  const { length } = tensor.shape;
  const { perm } = attributesOf(node, { perm: NO_INTEGERS }, name);
  const order = "perm" in node.attributes ? perm : [...tensor.shape.keys()].reverse();
  if (String(order) === String([...tensor.shape.keys()])) return { tensor, transposed };
  if (length === 2 && String(order) === "1,0") return { tensor, transposed: !transposed };
  throw new FormatError(
    `${name}: ${describeNode(node)}: expected an order of at most two dimensions, got [${order.slice(0, 8)}] of ${length}`,
  );
}

/** The same elements in another shape: of vectors and of what is not transposed, since nothing is copied. */
function reshape(node: OnnxNode, constant: Constant, target: readonly number[], name: string): Constant {
  const { tensor } = constant;
  const before = shapeOf(constant);
  const sizes = target.map((size, index) => (size === 0 ? (before[index] ?? 0) : size));
  const [all, known] = [before, sizes.filter((size) => size !== -1)].map((list) => list.reduce((a, b) => a * b, 1));
  const shape = sizes.map((size) => (size === -1 ? (all as number) / (known as number) : size));
  const isVector = before.filter((size) => size !== 1).length <= 1;
  if (byteLength(tensor.dtype, shape) === tensor.data.length && shape.every((size) => size >= 0)) {
    if (!constant.transposed || isVector) return { tensor: { ...tensor, shape }, transposed: false };
  }
  const got = `[${target.slice(0, 8)}] of ${constant.transposed ? "a transposed " : ""}[${before.slice(0, 8)}]`;
  throw new FormatError(`${name}: ${describeNode(node)}: expected a shape of as many elements, got ${got}`);
}

/** The shape that a Reshape asks for: 0 is the size that is there, −1 what is left. */
export function targetShape(node: OnnxNode, graph: Known): readonly number[] {
  const { allowzero } = attributesOf(node, { allowzero: { integer: 0 } }, graph.name);
  const shape = integersOf(node, 1, graph);
  if (allowzero === 0 || !shape.includes(0)) return shape;
  throw new FormatError(
    `${graph.name}: ${describeNode(node)}: expected sizes from 1 up, got [${shape}] with allowzero`,
  );
}

/** A shape after Squeeze or Unsqueeze, whose axes are an attribute or, from opset 13 on, an input. */
export function squeezedShape(node: OnnxNode, shape: readonly number[], graph: Known): readonly number[] {
  const { axes: attribute } = attributesOf(node, { axes: NO_INTEGERS }, graph.name);
  const isGiven = node.inputs[1] || "axes" in node.attributes;
  const given = node.inputs[1] ? integersOf(node, 1, graph) : attribute;
  const complain = () => {
    const got = `[${given.slice(0, 8)}] of [${shape.slice(0, 8).map((size) => (size < 0 ? "rows" : size))}]`;
    return new FormatError(`${graph.name}: ${describeNode(node)}: expected axes of size 1, got ${got}`);
  };
  const rank = node.op === "Squeeze" ? shape.length : shape.length + given.length;
  const axes = new Set(given.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (axes.size !== given.length || rank > MOST_DIMENSIONS || [...axes].some((axis) => !(axis >= 0 && axis < rank)))
    throw complain();
  if (node.op === "Squeeze") {
    if (!isGiven) return shape.filter((size) => size !== 1);
    if ([...axes].some((axis) => shape[axis] !== 1)) throw complain();
    return shape.filter((_, axis) => !axes.has(axis));
  }
  const rest = shape.values();
  return Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.next().value as number)));
}

/** Nodes that give what they take, whatever its shape: in evaluation, and among floats. */
function changesNothing(node: OnnxNode, { name, constants }: Known): boolean {
  if (node.op === "Identity") {
    attributesOf(node, {}, name);
    return true;
  }
  if (node.op === "Cast") return castsToFloat(node, name);
  if (node.op !== "Dropout") return false;
  attributesOf(node, { ratio: { float: 0.5 }, seed: { integer: 0 } }, name);
  const mode = constants.get(node.inputs[2] ?? "")?.tensor;
  if (!node.inputs[2] || (mode?.dtype === "BOOL" && mode.data.every((byte) => byte === 0))) return true;
  throw new FormatError(`${name}: ${describeNode(node)}: expected evaluation, got a mode of training`);
}

/** Networks compute in float32: a file's doubles are rounded once, where they are read. Halves in between would round more. */
function castsToFloat(node: OnnxNode, name: string): boolean {
  const { to } = attributesOf(node, { to: { integer: 0 }, saturate: { integer: 1 } }, name);
  return to === FLOAT || to === DOUBLE;
}

export function isFloat({ dtype }: Tensor): boolean {
  return floatDtypes.some((float) => float === dtype);
}

/** The one number that a constant is; undefined for another. */
export function numberOf(constant: Constant | undefined): number | undefined {
  const { tensor } = constant ?? {};
  if (!tensor || !isFloat(tensor) || tensor.data.length > 8) return undefined;
  const values = toFloat32(tensor);
  return values.length === 1 ? values[0] : undefined;
}
