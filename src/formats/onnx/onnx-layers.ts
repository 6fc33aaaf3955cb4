/** The layers in an ONNX graph: a chain of operators, each on the result of the one before. */

import { FormatError } from "../../checks/errors.js";
import { type Affine, affineOf, compose, countOf, MOST_COEFFICIENTS } from "./onnx-affine.js";
import { attributesOf, describeNode } from "./onnx-attributes.js";
import {
  constantOf,
  foldConstants,
  type Graph,
  numberOf,
  shapeOf,
  squeezedShape,
  targetShape,
} from "./onnx-constants.js";
import { type Ending, readEnding, startsEnding } from "./onnx-ending.js";
import { type GraphInput, joinInputs } from "./onnx-inputs.js";
import { dense, type GraphLayer, layerOf } from "./onnx-layer-nodes.js";
import { quote } from "./onnx-messages.js";
import type { OnnxModel, OnnxNode } from "./onnx-model.js";
import { COMPOSED, type Operand, type Step } from "./onnx-operators.js";

/** A network as a graph has it: what it is given, its layers, and what is made of their outputs. */
export interface GraphNetwork {
  readonly inputs: readonly GraphInput[];
  /** Columns of all inputs; undefined where the file does not say. */
  readonly columns: number | undefined;
  readonly layers: readonly GraphLayer[];
  readonly ending: Ending;
}

/** What some nodes are: a layer, a scaling, or nothing that computes; and how many they are. */
interface Match {
  readonly part?: GraphLayer | Affine;
  readonly nodes: number;
  /** Of the result, where it is not the same as before. */
  readonly shape?: Shape;
}

/** Of a value: [rows, columns], or with one column also [rows]. */
interface Shape {
  readonly rank: 1 | 2;
  /** Undefined where the file does not say. */
  readonly columns: number | undefined;
}

/**
 * The network in a graph, from its inputs to its logits. A softmax at the end, or a sigmoid whose input is an output of the
 * graph too, makes probabilities and is no layer, nor is what names classes after it.
 *
 * @throws FormatError unless the graph is a chain of operators that there are layers for
 */
export function networkOfGraph(model: OnnxModel, name: string): GraphNetwork {
  const graph = foldConstants(model, name);
  const { inputs, joined, columns, nodes: joining } = joinInputs(graph);
  const parts: (GraphLayer | Affine)[] = [];
  let ending: Ending | undefined;
  let [current, shape, coefficients]: [string, Shape, number] = [joined, { rank: 2, columns }, 0];
  for (let at = joining; at < graph.nodes.length; ) {
    if (shape.rank === 2 && startsEnding(graph, at, current)) {
      ending = readEnding(graph, at, current);
      break;
    }
    const match = matchNodes(graph, at, current, shape);
    if (match.part) parts.push(match.part);
    if (match.part && "scale" in match.part) coefficients += countOf(match.part);
    if (coefficients > MOST_COEFFICIENTS) {
      throw new FormatError(`${name}: expected at most ${MOST_COEFFICIENTS} numbers for scalings, got more`);
    }
    at += match.nodes;
    current = graph.nodes[at - 1]?.outputs[0] as string;
    shape = match.shape ?? shape;
  }
  if (!ending && (graph.outputs.length !== 1 || graph.outputs[0] !== current)) {
    const got = graph.outputs.length === 1 ? quote(graph.outputs[0]) : `${graph.outputs.length} outputs`;
    throw new FormatError(`${name}: expected the last node's result to be the output, got ${got}`);
  }
  if (ending?.pair && shape.columns !== 1) {
    throw new FormatError(`${name}: expected one output before a sigmoid of two classes, got ${shape.columns}`);
  }
  const layers = foldAffines(parts, ending?.pair ?? false, name);
  return { inputs, columns, layers, ending: ending ?? { activation: "none", pair: false } };
}

/** Scalings become part of the dense layer before, or else of the one behind them. */
function foldAffines(parts: readonly (GraphLayer | Affine)[], pair: boolean, name: string): GraphLayer[] {
  const layers: GraphLayer[] = [];
  let waiting: Affine | undefined;
  const label = (index: number) => `${name}: layer ${index}`;
  const complain = (got: string) =>
    new FormatError(`${label(layers.length)}: expected a dense layer beside a scaling by constants, got ${got}`);
  for (const part of parts) {
    const last = layers.at(-1);
    if ("scale" in part) {
      if (last?.config.type === "dense" && !waiting) {
        const after = compose(last.folding?.after, part, label(layers.length - 1));
        layers[layers.length - 1] = { ...last, folding: { ...last.folding, after } };
      } else waiting = compose(waiting, part, label(layers.length));
    } else if (!waiting) layers.push(part);
    else if (part.config.type === "dense") {
      layers.push({ ...part, folding: { ...part.folding, before: waiting } });
      waiting = undefined;
    } else throw complain(part.config.type);
  }
  if (waiting) throw complain("none");
  const last = layers.at(-1);
  if (!pair) return layers;
  if (last?.config.type !== "dense") throw complain(`${last?.config.type ?? "none"} before two classes`);
  const { inputs } = last.config;
  layers[layers.length - 1] = {
    ...last,
    config: { type: "dense", inputs: inputs as number, outputs: 2 },
    folding: { ...last.folding, pair },
  };
  return layers;
}

function matchNodes(graph: Graph, at: number, current: string, shape: Shape): Match {
  const node = graph.nodes[at] as OnnxNode;
  for (const { config, steps } of COMPOSED) {
    if (matchesSteps(graph, at, steps, current)) return { part: { config, arrays: {} }, nodes: steps.length };
  }
  const isArithmetic = ["Add", "Sub", "Mul", "Div"].includes(node.op);
  if (node.inputs[0] !== current && !(isArithmetic && node.inputs[1] === current)) {
    throw new FormatError(
      `${graph.name}: ${describeNode(node)}: expected a node on ${quote(current)}, got one on ${quote(node.inputs[0])}`,
    );
  }
  const reshaped = shapeAfter(node, shape, graph);
  if (reshaped) return { nodes: 1, shape: reshaped };
  if (isArithmetic || node.op === "Scaler") {
    const part = affineOf(node, current, graph);
    if (shape.rank === 2 || countOf(part) === 2) return { part, nodes: 1 };
  } else if (shape.rank === 2) {
    const match = node.op === "MatMul" ? matchMatMul(graph, at) : { part: layerOf(node, graph), nodes: 1 };
    const { config } = match.part;
    const columns = (config.outputs ?? config.features ?? shape.columns) as number | undefined;
    return { ...match, shape: { rank: 2, columns } };
  } else if (!node.inputs[1]) return { part: layerOf(node, graph), nodes: 1 };
  throw new FormatError(`${graph.name}: ${describeNode(node)}: expected [rows, columns], got one dimension`);
}

/** The shape that a node gives values that stay as they are, row by row; undefined for a node that does something else. */
function shapeAfter(node: OnnxNode, shape: Shape, graph: Graph): Shape | undefined {
  const { op } = node;
  if (op !== "Flatten" && op !== "Reshape" && op !== "Squeeze" && op !== "Unsqueeze") return undefined;
  const { rank, columns } = shape;
  // Rows, whose number is not known, are −1, and so are columns that are not.
  const before = rank === 1 ? [-1] : [-1, columns ?? -1];
  let after: readonly number[];
  if (op === "Flatten") {
    const { axis } = attributesOf(node, { axis: { integer: 1 } }, graph.name);
    after = axis === 1 || (rank === 2 && axis === -1) ? [-1, columns ?? -1] : [];
    if (after.length === 0) {
      throw new FormatError(`${graph.name}: ${describeNode(node)}: expected axis 1, got ${axis}`);
    }
    return { rank: 2, columns };
  }
  if (op === "Reshape") {
    const target = targetShape(node, graph);
    after = target.map((size, index) => (size === 0 ? (before[index] ?? 0) : size));
    // [0, -1] leaves the columns as they are, known or not; [-1, columns] leaves the rows.
    if (rank === 2 && String(target) === "0,-1") return shape;
    if (rank === 2 && String(target) === "-1,0") return shape;
  } else after = squeezedShape(node, before, graph);
  if (after[0] === -1 && after.length === 2 && after[1] === columns && columns !== undefined)
    return { rank: 2, columns };
  if (String(after) === "-1" && columns === 1) return { rank: 1, columns };
  const sizes = (list: readonly number[]) => `[${list.map((size, i) => (i === 0 && size === -1 ? "rows" : size))}]`;
  throw new FormatError(
    `${graph.name}: ${describeNode(node)}: expected what leaves ${sizes(before)} as it is, got ${sizes(after)}`,
  );
}

/** Whether the nodes from `at` on are these steps on `current`, the operands of sums and products in either order. */
function matchesSteps({ nodes, constants }: Graph, at: number, steps: readonly Step[], current: string): boolean {
  const isOperand = (name: string | undefined, operand: Operand): boolean => {
    if (operand === "x") return name === current;
    if ("step" in operand) return name === nodes[at + operand.step]?.outputs[0];
    const value = numberOf(constants.get(name ?? "")) ?? Number.NaN;
    return Math.abs(value - operand.constant) <= 1e-6 * Math.abs(operand.constant);
  };
  return steps.every(({ op, operands }, index) => {
    const node = nodes[at + index];
    if (node?.op !== op || node.inputs.length !== operands.length || Object.keys(node.attributes).length > 0)
      return false;
    const fits = (inputs: readonly string[]) => operands.every((operand, i) => isOperand(inputs[i], operand));
    return fits(node.inputs) || ((op === "Add" || op === "Mul") && fits([...node.inputs].reverse()));
  });
}

/** X·W, and + b where a sum follows: a dense layer. */
function matchMatMul(graph: Graph, at: number): Match & { readonly part: GraphLayer } {
  const [product, sum] = graph.nodes.slice(at, at + 2) as [OnnxNode, OnnxNode | undefined];
  attributesOf(product, {}, graph.name);
  const result = product.outputs[0] as string;
  const place = sum?.op === "Add" && sum.inputs.length === 2 ? sum.inputs.indexOf(result) : -1;
  const bias = place >= 0 ? constantOf(sum as OnnxNode, 1 - place, graph) : undefined;
  const part = dense(product, bias, false, graph);
  const isWhole = bias && shapeOf(bias).length <= 2 && shapeOf(bias).at(-1) === part.config.outputs;
  // A number for all columns is a scaling like others.
  return isWhole ? { part, nodes: 2 } : { part: dense(product, undefined, false, graph), nodes: 1 };
}
