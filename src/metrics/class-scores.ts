/** Precision, recall and F1 of each class: scikit-learn's definitions. */

import { checkList, isList } from "../checks/check-list.js";
import { checkNumber, checkOptions, describe, type OptionNames, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import { type Class, checkClasses, sortedClasses } from "../dataset/classes.js";
import { checkClassLists, checkLabels } from "./compared.js";

/** Precision, recall and their harmonic mean. */
export interface Scores {
  /** Share of rows predicted as this class that have it; `zeroDivision` if there are none. */
  readonly precision: number;
  /** Share of rows of this class that are predicted as it; `zeroDivision` if there are none. */
  readonly recall: number;
  /** 2·precision·recall / (precision + recall); 0 if both are. */
  readonly f1: number;
}

/** The scores of one class, and how many rows have it. */
export interface ClassScores<C extends Class = Class> extends Scores {
  readonly label: C;
  readonly support: number;
}

/** Options of `precisionRecallF1`. */
export interface ClassScoresOptions {
  /**
   * The classes to score, in this order; default all that occur, sorted. Rows and predictions of other classes count against
   * these: as missed, or as wrongly found.
   */
  readonly labels?: ArrayLike<Class>;
  /** A precision without predictions, or a recall without rows: 0 (the default) or 1. */
  readonly zeroDivision?: 0 | 1;
}

/** The options' names. */
export const CLASS_SCORES_OPTIONS: OptionNames<ClassScoresOptions> = { labels: true, zeroDivision: true };

/** How many rows are right, are predicted as a class, and have a class. */
export interface Counts {
  hits: number;
  predicted: number;
  support: number;
}

/**
 * Precision, recall and F1 of every class.
 *
 * @throws TypeError, ShapeError, RangeError unless the lists are of classes of one kind, and `labels` has some that occur
 */
export function precisionRecallF1(
  actual: ArrayLike<Class>,
  predicted: ArrayLike<Class>,
  options: ClassScoresOptions = {},
): ClassScores[] {
  checkOptions("precisionRecallF1", options, CLASS_SCORES_OPTIONS);
  const { labels, zeroDivision = 0 } = options;
  const kind = checkClassLists(actual, predicted);
  if (labels !== undefined) checkLabels(labels, kind, actual, predicted);
  checkZeroDivision(zeroDivision);
  const counts = countClasses(actual, predicted, labels ?? sortedClasses(actual, predicted));
  return [...counts].map(([label, each]) => ({ label, ...scoresOf(each, zeroDivision), support: each.support }));
}

/**
 * `precisionRecallF1` from a confusion matrix [class][prediction] of all classes.
 *
 * @throws TypeError for counts that are not numbers; RangeError for negative ones; ShapeError for a matrix that is not square
 */
export function classScores(confusion: readonly ArrayLike<number>[]): ClassScores<number>[];
/** The same with the classes' names instead of their indices. */
export function classScores<C extends Class>(
  confusion: readonly ArrayLike<number>[],
  labels: readonly C[],
): ClassScores<C>[];
export function classScores(
  confusion: readonly ArrayLike<number>[],
  labels: readonly Class[] = isList(confusion) ? Array.from(confusion, (_, label) => label) : [],
): ClassScores[] {
  if (!Array.isArray(confusion)) throw wrongType("confusion", "a list of rows", confusion);
  checkClasses("labels", labels);
  const size = confusion.length;
  if (labels.length !== size) throw new ShapeError(`labels: expected ${size}, got ${labels.length}`);
  const counts = Array.from(labels, (): Counts => ({ hits: 0, predicted: 0, support: 0 }));
  for (const [i, line] of confusion.entries()) {
    checkList(`confusion[${i}]`, line, "a list of counts");
    if (line.length !== size) throw new ShapeError(`confusion[${i}]: expected ${size} counts, got ${line.length}`);
    for (let j = 0; j < size; ++j) {
      const count = line[j] as number;
      checkNumber(`confusion[${i}][${j}]`, count);
      (counts[i] as Counts).support += count;
      (counts[j] as Counts).predicted += count;
      if (i === j) (counts[i] as Counts).hits = count;
    }
  }
  return counts.map((each, i) => ({ label: labels[i] as Class, ...scoresOf(each, 0), support: each.support }));
}

/** @throws RangeError for anything but 0 and 1 */
export function checkZeroDivision(value: unknown): void {
  if (value !== 0 && value !== 1) throw new RangeError(`zeroDivision: expected 0 or 1, got ${describe(value)}`);
}

/** Counts for these classes over all rows, including rows and predictions of other classes. */
export function countClasses(
  actual: ArrayLike<Class>,
  predicted: ArrayLike<Class>,
  labels: ArrayLike<Class>,
): Map<Class, Counts> {
  const counts = new Map<Class, Counts>();
  for (let i = 0; i < labels.length; ++i) counts.set(labels[i] as Class, { hits: 0, predicted: 0, support: 0 });
  for (let row = 0; row < actual.length; ++row) {
    const [own, other] = [counts.get(actual[row] as Class), counts.get(predicted[row] as Class)];
    if (own) ++own.support;
    if (other) ++other.predicted;
    if (own && own === other) ++own.hits;
  }
  return counts;
}

/** Computes scores from counts. */
export function scoresOf({ hits, predicted, support }: Counts, zeroDivision: 0 | 1): Scores {
  const precision = predicted > 0 ? hits / predicted : zeroDivision;
  const recall = support > 0 ? hits / support : zeroDivision;
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall || 1) };
}
