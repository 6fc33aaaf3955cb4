/** Calls that look at the network: what it says of a digit, what it has learnt, what it gets wrong. */

import type { ClassEvaluation } from "../../../src/evaluation.js";
import type { Argument, FirstLayer, MisclassifiedDigit, TestResult } from "../../protocol.js";
import { weightsHash } from "../../run/weights-hash.js";
import type { Session } from "../session.js";
import { DIGITS, digitOf, PIXELS } from "./mnist.js";

export function predict({ network }: Session, { pixels }: Argument<"predict">): Float32Array {
  const input = network.engine.matrix(1, PIXELS, pixels);
  try {
    return network.predictProbabilities(input);
  } finally {
    input.dispose();
  }
}

export function firstLayer({ network }: Session, { most }: Argument<"firstLayer">): FirstLayer {
  const [weights] = network.parameters();
  const [inputs = 0, of = 0] = weights?.shape ?? [];
  const all = weights?.toArray() ?? new Float32Array(0);
  const units = Math.min(of, most);
  const kept = new Float32Array(inputs * units);
  for (let row = 0; row < inputs; ++row) kept.set(all.subarray(row * of, row * of + units), row * units);
  return { weights: kept, units, of };
}

export function test({ network, placed }: Session): TestResult {
  const { accuracy, loss, confusion } = network.evaluate(placed.test) as ClassEvaluation;
  return { accuracy, loss, confusion };
}

/** Test images of `label` that the network takes for `prediction`, the surest first. */
export function misclassified(
  { network, placed }: Session,
  { label, prediction, most }: Argument<"misclassified">,
): readonly MisclassifiedDigit[] {
  const { inputs, targets, scale = 1 } = placed.problem.test;
  const rows = Array.from(targets.keys()).filter((row) => targets[row] === label);
  const pixels = new Float32Array(rows.length * PIXELS);
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < PIXELS; ++j) pixels[i * PIXELS + j] = (inputs[row * PIXELS + j] as number) * scale;
  }
  const batch = network.engine.matrix(rows.length, PIXELS, pixels);
  try {
    const probabilities = network.predictProbabilities(batch);
    return rows
      .map((row, i) => ({ row, all: probabilities.subarray(i * DIGITS, (i + 1) * DIGITS) }))
      .filter(({ all }) => all.indexOf(Math.max(...all)) === prediction)
      .map(({ row, all }) => ({
        ...digitOf(placed.problem.test, row),
        row,
        probability: all[prediction] as number,
      }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, most);
  } finally {
    batch.dispose();
  }
}

export function hash({ network }: Session): Promise<string> {
  return weightsHash(network.stateDict());
}
