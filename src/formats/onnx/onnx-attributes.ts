/** The attributes of a node against those that its operator may have. */

import { FormatError } from "../../checks/errors.js";
import { quote } from "./onnx-messages.js";
import type { Attribute, OnnxNode } from "./onnx-model.js";

type Value<A> = A extends { readonly float: number } | { readonly integer: number }
  ? number
  : A extends { readonly floats: infer L }
    ? L
    : A extends { readonly integers: infer L }
      ? L
      : A extends { readonly texts: infer L }
        ? L
        : A extends string
          ? string
          : A;

/** Defaults of lists. */
export const NO_FLOATS: { readonly floats: readonly number[] } = { floats: [] };
export const NO_INTEGERS: { readonly integers: readonly number[] } = { integers: [] };
export const NO_TEXTS: { readonly texts: readonly string[] } = { texts: [] };

/** The attributes' values by name, of the same kinds as the defaults. */
export type Values<D> = { readonly [K in keyof D]: Value<D[K]> };

/** The values of a node's attributes, given the defaults. @throws FormatError for others, and for other types */
export function attributesOf<D extends Readonly<Record<string, Attribute>>>(
  node: OnnxNode,
  defaults: D,
  name: string,
): Values<D> {
  for (const [key, value] of Object.entries(node.attributes)) {
    const expected = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
    if (expected !== undefined && kindOf(expected) === kindOf(value)) continue;
    const known = Object.keys(defaults).join(", ") || "no attributes";
    throw new FormatError(`${name}: ${describeNode(node)}: expected ${known}, got ${quote(key)}`);
  }
  const values = Object.entries({ ...defaults, ...node.attributes }).map(([key, value]) => [key, bare(value)]);
  return Object.fromEntries(values);
}

/** An operator, and which of its kind: `Gemm (node "/fc1/Gemm")`. */
export function describeNode({ op, name, outputs }: OnnxNode): string {
  return `${op} (node ${quote(name ?? outputs[0])})`;
}

/** 0.1 for the float closest to it: what was written before it was rounded. */
export function shortest(value: number): number {
  const decimal = Number(value.toPrecision(7));
  return Math.fround(decimal) === Math.fround(value) ? decimal : value;
}

function bare(value: Attribute): unknown {
  if (typeof value === "string") return value;
  if ("float" in value) return shortest(value.float);
  if ("integer" in value) return value.integer;
  if ("floats" in value) return value.floats;
  if ("integers" in value) return value.integers;
  return "texts" in value ? value.texts : value;
}

function kindOf(value: Attribute): string {
  if (typeof value === "string") return "text";
  return ["float", "integer", "floats", "integers", "texts"].find((kind) => kind in value) ?? "tensor";
}
