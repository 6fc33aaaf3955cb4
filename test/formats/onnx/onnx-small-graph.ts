/** A small ONNX graph around nodes that a test gives, and what networks make of numbers. */

import type { Network } from "../../../src/index.js";
import { DOUBLE, floats, type GivenGraph, INT64, tensor, value } from "./onnx-graphs.js";

/** Largest difference, as a share of the expected number where that is above 1. */
export function worst(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) throw new Error(`expected ${expected.length} numbers, got ${got.length}`);
  const shares = Array.from(
    expected,
    (wanted, i) => Math.abs((got[i] as number) - wanted) / Math.max(1, Math.abs(wanted)),
  );
  return Math.max(...shares);
}

/** A network's outputs for these inputs. */
export function logits(network: Network, values: readonly number[], columns: number): Float32Array {
  const input = network.engine.matrix(values.length / columns, columns, values);
  const outputs = network.logits(input).data.slice();
  input.dispose();
  return outputs;
}

/** Its probabilities. */
export function probabilities(network: Network, values: readonly number[], columns: number): Float32Array {
  const input = network.engine.matrix(values.length / columns, columns, values);
  const outputs = network.predictProbabilities(input);
  input.dispose();
  return outputs;
}

/** x [rows, 3] by these nodes to y, W [3, 2], V [2, 3], b [2], c [3]. */
export const W = [1, -2, 3, 4, -5, 6];
export const V = [0.5, 1, -1, 2, 0.25, -3];
export const graphOf = (
  nodes: GivenGraph["nodes"],
  more: Partial<GivenGraph> & { shape?: (number | string)[] } = {},
): GivenGraph => ({
  nodes,
  inputs: [value("x", 1, ["rows", 3])],
  outputs: [value("y", 1, more.shape ?? ["rows", 2])],
  ...more,
  tensors: [
    floats("W", [3, 2], W),
    floats("V", [2, 3], V),
    floats("b", [2], [0.5, -0.25]),
    floats("c", [3], [3, -2, 0.5]),
    floats("row", [1, 3], [10, 0.1, -4]),
    floats("column", [2, 1], [1, 2]),
    floats("two", [], [2]),
    floats("three", [1], [3]),
    floats("half", [1, 1], [0.5]),
    tensor(
      "D",
      DOUBLE,
      [3, 2],
      W.map((w) => w / 3),
    ),
    tensor("axis1", INT64, [1], [1]),
    tensor("axis0", INT64, [1], [0]),
    tensor("keep", INT64, [2], [0, -1]),
    tensor("rows", INT64, [2], [-1, 2]),
    tensor("flat", INT64, [1], [-1]),
    tensor("false", 9, [], [0]),
    tensor("true", 9, [], [1]),
    ...(more.tensors ?? []),
  ],
});
export const X = [1, 2, 3, -1, 0.5, 4, 100, -20, 7, 0, 0, 0];
