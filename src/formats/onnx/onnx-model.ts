/** The parts of an ONNX file that dense networks need: one graph of nodes, and tensors. */

import type { Dtype, Tensor } from "../tensor.js";

/** A node's attribute: a float (rounded to 32 bits) as `{ float }`, an integer, a text, a tensor, or a list of the first three. */
export type Attribute =
  | { readonly float: number }
  | { readonly integer: number }
  | string
  | Tensor
  | { readonly floats: readonly number[] }
  | { readonly integers: readonly number[] }
  | { readonly texts: readonly string[] };

/** An operator applied to named values; an empty name is an input left out. */
export interface OnnxNode {
  readonly op: string;
  /** Its own name, for messages; a node need not have one. */
  readonly name?: string;
  /** Where the operator is defined; absent for ONNX's own. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A graph's input or output. */
export interface OnnxValue {
  readonly name: string;
  /** By its number in a file; 0 where it does not say. */
  readonly type: number;
  /** Sizes; a name, or nothing, for one that is not fixed. Undefined where the file does not say. */
  readonly shape: readonly (number | string | undefined)[] | undefined;
}

/** A file. */
export interface OnnxModel {
  readonly opset: number;
  readonly graphName: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** Tensors of texts, such as the names of classes; their shape does not matter to us. */
  readonly texts?: ReadonlyMap<string, readonly string[]>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Types of elements, by their number in a file. */
export const [FLOAT, INT32, INT64, TEXT, DOUBLE] = [1, 6, 7, 8, 11] as const;

/** Element types of tensors by their number in a file. */
export const DTYPES: Readonly<Record<number, Dtype>> = {
  1: "F32",
  6: "I32",
  7: "I64",
  9: "BOOL",
  10: "F16",
  11: "F64",
  16: "BF16",
};
