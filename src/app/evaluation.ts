/** Tests a network on rows whose targets are known. */

import type { Rows } from "../dataset/rows.js";
import { type Evaluation, MOST_CONFUSION_CLASSES, type Predictions } from "../network/evaluation.js";
import type { Network } from "../network/network.js";

/** The target of a regression: its name, and how to convert scaled values to its unit. */
export interface ValueTarget {
  readonly name: string;
  restore(values: ArrayLike<number>): number[];
}

/** Evaluates the network, with a confusion matrix unless there are too many classes. */
export function testOn(network: Network, data: Rows, classes: readonly string[] | undefined): Evaluation {
  return network.evaluate(data, { confusion: wantsConfusion(classes) });
}

/** As `testOn`, and also returns the predictions of the same forward passes. */
export function testAndPredict(
  network: Network,
  data: Rows,
  classes: readonly string[] | undefined,
): { readonly test: Evaluation; readonly predictions: Predictions } {
  const options = { confusion: wantsConfusion(classes), predictions: true };
  const { predictions = {}, ...test } = network.evaluate(data, options);
  return { test, predictions };
}

function wantsConfusion(classes: readonly string[] | undefined): boolean {
  return classes !== undefined && classes.length <= MOST_CONFUSION_CLASSES;
}

/** The errors of a regression in the target's unit, from those of the scaled target. */
export function errorsInUnit(
  test: Evaluation,
  target: Pick<ValueTarget, "restore"> | undefined,
): { readonly rmse: number; readonly mae: number } {
  const [zero = 0, one = 1] = target?.restore([0, 1]) ?? [];
  const scale = Math.abs(one - zero);
  return {
    rmse: Math.sqrt(test.meanSquaredError ?? Number.NaN) * scale,
    mae: (test.meanAbsoluteError ?? Number.NaN) * scale,
  };
}
