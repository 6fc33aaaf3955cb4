/** What an ONNX graph is given: one matrix, or columns one by one that its first node joins. */

import { FormatError } from "../../checks/errors.js";
import { attributesOf, describeNode, NO_INTEGERS } from "./onnx-attributes.js";
import type { Graph } from "./onnx-constants.js";
import { quote } from "./onnx-messages.js";
import { DOUBLE, FLOAT, INT32, INT64, type OnnxNode, type OnnxValue } from "./onnx-model.js";

/** An input of a network: all of its columns, or one of them. */
export interface GraphInput {
  readonly name: string;
  /** Undefined where the file does not say. */
  readonly columns: number | undefined;
  /** Whether only whole numbers may be given. */
  readonly integers: boolean;
}

/** A graph's inputs in the order of the network's columns. */
export interface JoinedInputs {
  readonly inputs: readonly GraphInput[];
  /** Name of the value [rows, columns] that they are. */
  readonly joined: string;
  readonly columns: number | undefined;
  /** Nodes that join them, at the beginning. */
  readonly nodes: number;
}

/** @throws FormatError unless they are one input [rows, columns] of numbers, or some [rows, 1] that the first node joins */
export function joinInputs(graph: Graph): JoinedInputs {
  const inputs = graph.inputs.map((value) => inputOf(value, graph.name));
  const [first, second] = inputs;
  if (first && !second) return { inputs, joined: first.name, columns: first.columns, nodes: 0 };
  const [node] = graph.nodes;
  const order = node && joins(node, graph) ? node.inputs : [];
  const found = order.map((name) => inputs.find((input) => input.name === name && input.columns === 1));
  if (!first || new Set(found).size !== inputs.length || found.length !== inputs.length || found.includes(undefined)) {
    const problem = "expected one input, or inputs [rows, 1] that the first node joins with Concat";
    throw new FormatError(`${graph.name}: ${problem}, got ${inputs.length}`);
  }
  const joined = node?.outputs[0] as string;
  return { inputs: found as GraphInput[], joined, columns: found.length, nodes: 1 };
}

function inputOf({ name: key, type, shape }: OnnxValue, name: string): GraphInput {
  const integers = type === INT32 || type === INT64;
  if ((integers || type === FLOAT || type === DOUBLE) && (!shape || shape.length === 2)) {
    const columns = shape?.[1];
    return { name: key, columns: typeof columns === "number" ? columns : undefined, integers };
  }
  const got = `type ${type} of ${shape?.length ?? "unknown"} dimensions`;
  throw new FormatError(`${name}: input ${quote(key)}: expected floats or integers of two dimensions, got ${got}`);
}

/** Whether a node puts columns side by side. */
function joins(node: OnnxNode, { name }: Graph): boolean {
  if (node.op === "Concat") {
    const { axis } = attributesOf(node, { axis: { integer: 0 } }, name);
    return axis === 1 || axis === -1;
  }
  if (node.op !== "FeatureVectorizer") return false;
  const { inputdimensions } = attributesOf(node, { inputdimensions: NO_INTEGERS }, name);
  if (inputdimensions.length === node.inputs.length && inputdimensions.every((size) => size === 1)) return true;
  const got = `[${inputdimensions.slice(0, 8)}] of ${node.inputs.length}`;
  throw new FormatError(`${name}: ${describeNode(node)}: expected inputs of one column each, got ${got}`);
}
