/** Accuracy and confusion matrix: scikit-learn's definitions. */

import { checkOptions, type OptionNames } from "../checks/check-options.js";
import { type Class, sortedClasses } from "../dataset/classes.js";
import { checkClassLists, checkLabels } from "./compared.js";

/** The share of rows predicted right. @throws TypeError, ShapeError, RangeError unless both are lists of classes of one kind */
export function accuracyScore(actual: ArrayLike<Class>, predicted: ArrayLike<Class>): number {
  checkClassLists(actual, predicted);
  let hits = 0;
  for (let row = 0; row < actual.length; ++row) if (actual[row] === predicted[row]) ++hits;
  return hits / actual.length;
}

/** Options of `confusionMatrix`. */
export interface ConfusionOptions {
  /** The classes, in the order of the rows and columns; default all that occur, sorted. */
  readonly labels?: ArrayLike<Class>;
}

const OPTIONS: OptionNames<ConfusionOptions> = { labels: true };

/**
 * counts[i][j]: rows of class i predicted as class j. A row whose class or prediction is not in `labels` is not counted, as in
 * scikit-learn. To score some of the classes, use `precisionRecallF1`, which counts those rows.
 *
 * @throws TypeError, ShapeError, RangeError unless the lists are of classes of one kind, and `labels` has some of `actual`'s
 */
export function confusionMatrix(
  actual: ArrayLike<Class>,
  predicted: ArrayLike<Class>,
  options: ConfusionOptions = {},
): number[][] {
  checkOptions("confusionMatrix", options, OPTIONS);
  const kind = checkClassLists(actual, predicted);
  if (options.labels !== undefined) checkLabels(options.labels, kind, actual);
  const labels = Array.from(options.labels ?? sortedClasses(actual, predicted));
  const index = new Map(labels.map((label, position) => [label, position]));
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let row = 0; row < actual.length; ++row) {
    const [i, j] = [index.get(actual[row] as Class), index.get(predicted[row] as Class)];
    if (i === undefined || j === undefined) continue;
    const line = counts[i] as number[];
    line[j] = (line[j] as number) + 1;
  }
  return counts;
}
