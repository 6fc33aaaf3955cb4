/** Calls that inspect the network: its reading of a drawing, its first layer, its test result, the digits that it misreads. */

import type { ImageTask } from "../../../src/app/image-task.js";
import { toMnistDigit } from "../../../src/digits/image.js";
import type { Dataset } from "../../../src/index.js";
import type { Evaluation } from "../../../src/network/evaluation.js";
import type { Argument, DrawingRead, FirstLayer, Misclassified, TestResult } from "../../protocol/digits.js";
import type { Session } from "../session.js";
import { DIGITS, digitOf, PIXELS } from "./mnist.js";

export function read({ network }: Session<ImageTask>, { drawing }: Argument<"read">): DrawingRead {
  const pixels = toMnistDigit({ ...drawing, channels: 1 });
  const input = network.engine.matrix(1, PIXELS, pixels);
  try {
    return {
      pixels: Uint8Array.from(pixels, (level) => level * 255),
      probabilities: network.predictProbabilities(input),
    };
  } finally {
    input.dispose();
  }
}

export function firstLayer({ network }: Session<ImageTask>, { most }: Argument<"firstLayer">): FirstLayer {
  const [weights] = network.parameters();
  const [inputs = 0, of = 0] = weights?.shape ?? [];
  const all = weights?.toArray() ?? new Float32Array(0);
  const units = Math.min(of, most);
  const kept = new Float32Array(inputs * units);
  for (let row = 0; row < inputs; ++row) kept.set(all.subarray(row * of, row * of + units), row * units);
  return { weights: kept, units, of };
}

export function test({ network, data }: Session<ImageTask>): TestResult {
  const { accuracy, loss, confusion } = network.evaluate(data.test as Dataset, { confusion: true }) as Required<
    Pick<Evaluation, "accuracy" | "loss" | "confusion">
  >;
  return { accuracy, loss, confusion };
}

/** Test images of `label` that the network takes for `prediction`, in descending order of its certainty. */
export function misclassified(
  { network, task }: Session<ImageTask>,
  { label, prediction, most }: Argument<"misclassified">,
): Misclassified {
  const { inputs, targets, scale = 1 } = task.sources.test;
  const rows = Array.from(targets.keys()).filter((row) => targets[row] === label);
  const pixels = new Float32Array(rows.length * PIXELS);
  for (const [i, row] of rows.entries()) {
    for (let j = 0; j < PIXELS; ++j) pixels[i * PIXELS + j] = (inputs[row * PIXELS + j] as number) * scale;
  }
  const batch = network.engine.matrix(rows.length, PIXELS, pixels);
  try {
    const probabilities = network.predictProbabilities(batch);
    const wrong = rows
      .map((row, i) => ({ row, probabilities: probabilities.slice(i * DIGITS, (i + 1) * DIGITS) }))
      .filter(({ probabilities: of }) => of.indexOf(Math.max(...of)) === prediction)
      .sort((a, b) => (b.probabilities[prediction] as number) - (a.probabilities[prediction] as number));
    const digits = wrong.slice(0, most).map((found) => ({ ...digitOf(task.sources.test, found.row), ...found }));
    return { count: wrong.length, digits };
  } finally {
    batch.dispose();
  }
}
