/** The result of an evaluation in words and tables of characters. */

import type { Evaluation } from "../evaluation.js";
import { classScores } from "../metrics/class-scores.js";
import { confusionTable, printable } from "./terminal.js";

/** What the numbers are of. */
interface Meaning {
  readonly classes?: readonly string[];
  readonly target?: { readonly name: string; restore(values: ArrayLike<number>): number[] };
}

/**
 * Accuracy, each class's scores and the confusion matrix, if that is not wider than `columns`; or R² and the errors in the
 * target's unit.
 */
export function describeTest(test: Evaluation, { classes, target }: Meaning, columns = 120): string {
  if (!classes) {
    const { rmse, mae } = errorsInUnit(test, target);
    return `R² ${test.r2?.toFixed(4)}, root mean squared error ${rmse.toPrecision(4)}, mean absolute error ${mae.toPrecision(4)}`;
  }
  const { accuracy = Number.NaN, confusion = [] } = test;
  const head = `accuracy ${accuracy.toFixed(4)}, loss ${test.loss.toFixed(4)}`;
  const matrix = confusionTable(confusion, classes);
  const fits = matrix.split("\n").every((line) => line.length <= columns);
  return [head, classTable(confusion, classes), ...(fits ? [matrix] : [])].join("\n\n");
}

/** The numbers of classes that `--json` has beside `test`. */
export function flatTest({ accuracy, loss, confusion }: Evaluation): object {
  return accuracy === undefined ? {} : { testAccuracy: accuracy, testLoss: loss, confusion };
}

/** Errors of values, from those of the scaled target. */
export function errorsInUnit(test: Evaluation, target: Meaning["target"]): { rmse: number; mae: number } {
  const [zero = 0, one = 1] = target?.restore([0, 1]) ?? [];
  const scale = Math.abs(one - zero);
  return {
    rmse: Math.sqrt(test.meanSquaredError ?? Number.NaN) * scale,
    mae: (test.meanAbsoluteError ?? Number.NaN) * scale,
  };
}

/** Precision, recall, F1 and support of each class. */
function classTable(confusion: readonly (readonly number[])[], classes: readonly string[]): string {
  const names = classes.map((name) => printable(name, 24));
  const width = Math.max(5, ...names.map((name) => name.length));
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(11)).join("");
  const lines = classScores(confusion, names).map(
    ({ label, precision, recall, f1, support }) =>
      String(label).padEnd(width) +
      cells([...[precision, recall, f1].map((value) => value.toFixed(3)), String(support)]),
  );
  return ["".padEnd(width) + cells(["precision", "recall", "F1", "rows"]), ...lines].join("\n");
}
