/** The result of an evaluation as text and tables. */

import { errorsInUnit, type ValueTarget } from "../app/evaluation.js";
import { type ClassScores, classScores } from "../metrics/class-scores.js";
import type { Evaluation } from "../network/evaluation.js";
import { confusionTable, printable } from "./terminal.js";

type Confusion = NonNullable<Evaluation["confusion"]>;

/** The classes of a classification, or the target of a regression. */
interface Meaning {
  readonly classes?: readonly string[];
  readonly target?: ValueTarget;
}

/** Up to this many classes all scores are shown; of more classes, only those with the lowest F1. */
const MOST_CLASSES = 30;
const WORST_CLASSES = 10;

/** How wide the text may be, and where you find what it leaves out. */
export interface Space {
  /** Characters a line may have; default 120. */
  readonly columns?: number | undefined;
  /** Where all scores and the confusion matrix are, such as "report.html". */
  readonly scoresIn: string;
  readonly matrixIn: string;
}

/**
 * Accuracy, the scores of each class and the confusion matrix; or R² and the errors in the target's unit. If something is too large
 * to show, the text says where it is.
 */
export function describeTest(test: Evaluation, { classes, target }: Meaning, space: Space): string {
  if (!classes) {
    const { rmse, mae } = errorsInUnit(test, target);
    return `R² ${test.r2?.toFixed(4)}, root mean squared error ${rmse.toPrecision(4)}, mean absolute error ${mae.toPrecision(4)}`;
  }
  const { accuracy = Number.NaN, confusion } = test;
  const head = `accuracy ${accuracy.toFixed(4)}, loss ${test.loss.toFixed(4)}`;
  if (!confusion)
    return `${head}\n\n${classes.length} classes are too many for a table of scores and a confusion matrix`;
  return [head, ...classLines(confusion, classes, space)].join("\n\n");
}

function classLines(
  confusion: Confusion,
  classes: readonly string[],
  { columns = 120, scoresIn, matrixIn }: Space,
): string[] {
  const scores = classScores(confusion, classes);
  if (classes.length > MOST_CLASSES) {
    const worst = [...scores].sort((a, b) => a.f1 - b.f1).slice(0, WORST_CLASSES);
    const title = `the ${WORST_CLASSES} of ${classes.length} classes with the lowest F1`;
    return [`${title} (for all see ${scoresIn}, for the confusion matrix ${matrixIn})`, classTable(worst)];
  }
  const matrix = confusionTable(confusion, classes);
  const fits = matrix.split("\n").every((line) => line.length <= columns);
  const instead = `the confusion matrix is wider than ${columns} characters; see ${matrixIn}`;
  return [classTable(scores), fits ? matrix : instead];
}

/** The numbers of a classification that `--json` prints besides `test`. */
export function flatTest({ accuracy, loss, confusion }: Evaluation): object {
  return accuracy === undefined ? {} : { testAccuracy: accuracy, testLoss: loss, ...(confusion && { confusion }) };
}

/** Precision, recall, F1 and support of each class. */
function classTable(scores: readonly ClassScores[]): string {
  const names = scores.map(({ label }) => printable(String(label), 24));
  const width = names.reduce((most, { length }) => Math.max(most, length), 5);
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(11)).join("");
  const lines = scores.map(
    ({ precision, recall, f1, support }, index) =>
      (names[index] as string).padEnd(width) +
      cells([...[precision, recall, f1].map((value) => value.toFixed(3)), String(support)]),
  );
  return ["".padEnd(width) + cells(["precision", "recall", "F1", "rows"]), ...lines].join("\n");
}
