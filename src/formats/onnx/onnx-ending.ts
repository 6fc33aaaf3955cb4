/** What ONNX graphs make of a network's outputs: probabilities, the most likely class, its name. */

import { FormatError } from "../../checks/errors.js";
import { attributesOf, describeNode, NO_INTEGERS, NO_TEXTS } from "./onnx-attributes.js";
import { constantOf, type Graph, integersOf, numberOf } from "./onnx-constants.js";
import { quote } from "./onnx-messages.js";
import type { OnnxNode } from "./onnx-model.js";

/** What a graph's outputs are. */
export interface Ending {
  /** From the network's outputs to probabilities: `none` leaves values as they are, `argmax` only names the largest. */
  readonly activation: "none" | "softmax" | "sigmoid" | "argmax";
  /** The classes' names, where the file has some; whole numbers as texts. */
  readonly classes?: readonly string[];
  /** Whether there is one output z for two classes, whose probabilities are 1 − p and p of its sigmoid p. */
  readonly pair: boolean;
}

/** Classes that one file may name. */
const MOST_CLASSES = 2 ** 16;

type Meaning = "outputs" | "shares" | "log shares" | "sigmoids" | "rest" | "index" | "label" | "map";

/** Whether what follows a network begins with the node at `at`; a sigmoid may also be a layer. */
export function startsEnding({ nodes, constants, outputs }: Graph, at: number, current: string): boolean {
  const node = nodes[at] as OnnxNode;
  if (node.inputs[0] !== current) return false;
  if (node.op !== "Sigmoid") return ["Softmax", "LogSoftmax", "ArgMax"].includes(node.op);
  const [result] = node.outputs;
  // Of a network with its logits as an output, or of two classes.
  if (outputs.includes(current) && outputs.includes(result as string) && at === nodes.length - 1) return true;
  const isRest = ({ op, inputs: [one, share] }: OnnxNode) =>
    op === "Sub" && share === result && numberOf(constants.get(one ?? "")) === 1;
  return nodes.slice(at + 1).some(isRest);
}

/**
 * What the nodes from `at` on make of `current`, the network's outputs.
 *
 * @throws FormatError unless every node, and every output of the graph, has a meaning
 */
export function readEnding(graph: Graph, at: number, current: string): Ending {
  const reader = new EndingReader(graph, current);
  for (const node of graph.nodes.slice(at)) reader.add(node);
  return reader.end();
}

class EndingReader {
  readonly #graph: Graph;
  readonly #meanings: Map<string, Meaning>;
  readonly #classes = new Map<string, readonly string[]>();
  #activation: Ending["activation"] = "argmax";
  #pair = false;

  constructor(graph: Graph, outputs: string) {
    this.#graph = graph;
    this.#meanings = new Map([[outputs, "outputs"]]);
  }

  add(node: OnnxNode): void {
    const meaning = this.#meaningOf(node);
    if (meaning === undefined) {
      const [got] = node.inputs.map((input) => this.#meanings.get(input) ?? quote(input));
      throw this.#problem(node, `expected what names classes after the network's outputs, got it on ${got}`);
    }
    this.#meanings.set(node.outputs[0] as string, meaning);
  }

  end(): Ending {
    const { outputs, name } = this.#graph;
    const other = outputs.find((output) => !this.#meanings.has(output));
    if (outputs.length === 0 || other !== undefined) {
      throw new FormatError(`${name}: expected the last nodes' results to be the outputs, got ${quote(other)}`);
    }
    const [classes, ...others] = this.#classes.values();
    if (others.some((list) => JSON.stringify(list) !== JSON.stringify(classes))) {
      throw new FormatError(`${name}: expected the same classes for labels and probabilities, got others`);
    }
    if (classes && new Set(classes).size !== classes.length) {
      throw new FormatError(`${name}: expected each class once, got one twice`);
    }
    return { activation: this.#activation, ...(classes && { classes }), pair: this.#pair };
  }

  #meaningOf(node: OnnxNode): Meaning | undefined {
    const [first, second] = node.inputs.map((input) => this.#meanings.get(input));
    switch (node.op) {
      case "Softmax":
      case "LogSoftmax":
        if (first !== "outputs" || !this.#isAlongColumns(node, { axis: { integer: -1 } })) return undefined;
        this.#activation = "softmax";
        return node.op === "Softmax" ? "shares" : "log shares";
      case "Sigmoid":
        if (first !== "outputs") return undefined;
        this.#activation = "sigmoid";
        return "sigmoids";
      case "Sub":
        return second === "sigmoids" && numberOf(constantOf(node, 0, this.#graph)) === 1 ? "rest" : undefined;
      case "Concat":
        if (first !== "rest" || second !== "sigmoids" || node.inputs.length !== 2) return undefined;
        if (!this.#isAlongColumns(node, { axis: { integer: 0 } })) return undefined;
        this.#activation = "softmax";
        this.#pair = true;
        return "shares";
      case "ArgMax": {
        if (first !== "outputs" && first !== "shares" && first !== "log shares") return undefined;
        const more = { axis: { integer: 0 }, keepdims: { integer: 1 }, select_last_index: { integer: 0 } } as const;
        return this.#isAlongColumns(node, more) ? "index" : undefined;
      }
      case "ArrayFeatureExtractor":
        return second === "index" ? this.#named(node) : undefined;
      case "ZipMap":
        return first === "shares" ? this.#mapped(node) : undefined;
      case "Cast":
        // To integers of another size; casts to floats are left out before.
        return first === "index" || first === "label" ? first : undefined;
      case "Reshape":
      case "Squeeze":
      case "Unsqueeze":
      case "Flatten":
        // There is one a row, which stay in their order in any shape.
        return first === "index" || first === "label" ? first : undefined;
      default:
        return undefined;
    }
  }

  #isAlongColumns(node: OnnxNode, defaults: { readonly axis: { readonly integer: number } }): boolean {
    const { axis, ...others } = attributesOf(node, defaults, this.#graph.name);
    const last = (others as { readonly select_last_index?: number }).select_last_index ?? 0;
    if ((axis === 1 || axis === -1) && last === 0) return true;
    const got = `axis ${axis}${last === 0 ? "" : ", the last of equal ones"}`;
    throw this.#problem(node, `expected the columns, axis 1 or -1, and the first of equal ones, got ${got}`);
  }

  /** The class at an index. */
  #named(node: OnnxNode): Meaning {
    attributesOf(node, {}, this.#graph.name);
    const texts = this.#graph.texts.get(node.inputs[0] ?? "");
    this.#addClasses(node, texts ?? integersOf(node, 0, this.#graph, MOST_CLASSES).map(String));
    return "label";
  }

  /** Probabilities by their class. */
  #mapped(node: OnnxNode): Meaning {
    const defaults = { classlabels_int64s: NO_INTEGERS, classlabels_strings: NO_TEXTS };
    const { classlabels_int64s: numbers, classlabels_strings: texts } = attributesOf(node, defaults, this.#graph.name);
    const names = [...texts, ...numbers.map(String)];
    if (texts.length === 0 || numbers.length === 0) this.#addClasses(node, names);
    else throw this.#problem(node, "expected classes of one kind, got numbers and texts");
    return "map";
  }

  /** Once for each operator: a file in which many nodes share a long list would take long to read. */
  #addClasses(node: OnnxNode, classes: readonly string[]): void {
    if (this.#classes.has(node.op)) throw this.#problem(node, "expected one such node, got two");
    this.#classes.set(node.op, classes);
  }

  #problem(node: OnnxNode, problem: string): FormatError {
    return new FormatError(`${this.#graph.name}: ${describeNode(node)}: ${problem}`);
  }
}
