/** Precision, recall and F1 as one number, for the positive class or averaged over classes: scikit-learn's definitions. */

import { checkOptions, describe, type OptionNames } from "../checks/check-options.js";
import { type Class, quoteClass, sortedClasses } from "../dataset/classes.js";
import {
  CLASS_SCORES_OPTIONS,
  type ClassScoresOptions,
  type Counts,
  checkZeroDivision,
  countClasses,
  type Scores,
  scoresOf,
} from "./class-scores.js";
import { checkClassLists, checkLabels } from "./compared.js";

/**
 * How classes' scores become one number: `binary`, the score of the positive class among two; `macro`, their mean; `weighted`,
 * their mean weighted by support; `micro`, from the counts of all classes together.
 */
export type Average = "binary" | "macro" | "micro" | "weighted";

/** Options of `precisionScore`, `recallScore` and `f1Score`. */
export interface ScoreOptions extends ClassScoresOptions {
  /** Default `binary`; more than two classes need another average. `labels` needs another average, too. */
  readonly average?: Average;
  /** For `binary`: the positive class; default 1 or true. Pass it, or another average, for other numbers or names. */
  readonly posLabel?: Class;
}

const OPTIONS: OptionNames<ScoreOptions> = { ...CLASS_SCORES_OPTIONS, average: true, posLabel: true };
const AVERAGES: readonly unknown[] = ["binary", "macro", "micro", "weighted"];

/** Precision = right / predicted, averaged by `average`. @throws as `f1Score` */
export function precisionScore(
  actual: ArrayLike<Class>,
  predicted: ArrayLike<Class>,
  options: ScoreOptions = {},
): number {
  return averageScores("precisionScore", actual, predicted, options).precision;
}

/** Recall = found / present, averaged by `average`. @throws as `f1Score` */
export function recallScore(actual: ArrayLike<Class>, predicted: ArrayLike<Class>, options: ScoreOptions = {}): number {
  return averageScores("recallScore", actual, predicted, options).recall;
}

/**
 * F1, the harmonic mean of precision and recall, averaged by `average`.
 *
 * @example f1Score([0, 1, 1], [0, 1, 0])
 * @example f1Score(["ham", "spam"], ["ham", "ham"], { posLabel: "spam" })
 * @example f1Score([0, 1, 2], [0, 2, 2], { average: "macro" })
 * @throws TypeError, ShapeError, RangeError unless the lists are of classes of one kind; RangeError for an average of `binary`
 * with more than two classes, or an unknown positive class; TypeError for options that exclude each other
 */
export function f1Score(actual: ArrayLike<Class>, predicted: ArrayLike<Class>, options: ScoreOptions = {}): number {
  return averageScores("f1Score", actual, predicted, options).f1;
}

function averageScores(
  metric: string,
  actual: ArrayLike<Class>,
  predicted: ArrayLike<Class>,
  options: ScoreOptions,
): Scores {
  checkOptions(metric, options, OPTIONS);
  const { average = "binary", labels, zeroDivision = 0 } = options;
  const kind = checkClassLists(actual, predicted);
  checkAverage(options);
  checkZeroDivision(zeroDivision);
  if (average === "binary") {
    const positive = positiveClass(actual, predicted, options);
    return scoresOf(countClasses(actual, predicted, [positive]).get(positive) as Counts, zeroDivision);
  }
  if (labels !== undefined) checkLabels(labels, kind, actual, predicted);
  const counts = [...countClasses(actual, predicted, labels ?? sortedClasses(actual, predicted)).values()];
  const total = { hits: 0, predicted: 0, support: 0 };
  for (const { hits, predicted, support } of counts) {
    total.hits += hits;
    total.predicted += predicted;
    total.support += support;
  }
  if (average === "micro") return scoresOf(total, zeroDivision);
  const weights = counts.map(({ support }) => (average === "macro" ? 1 : support));
  // No row has these classes: there is no recall, and every prediction of them is wrong.
  if (average === "weighted" && total.support === 0) return scoresOf(total, zeroDivision);
  return weightedMean(
    counts.map((each) => scoresOf(each, zeroDivision)),
    weights,
  );
}

/** @throws RangeError for an unknown average; TypeError for options that would have no effect with it */
function checkAverage({ average = "binary", labels, posLabel }: ScoreOptions): void {
  if (!AVERAGES.includes(average)) {
    throw new RangeError(`average: expected ${AVERAGES.join(", ")}, got ${describe(average)}`);
  }
  if (average === "binary" && labels !== undefined) {
    throw new TypeError("labels: expected an average of macro, micro or weighted beside them, got binary");
  }
  if (average !== "binary" && posLabel !== undefined) {
    throw new TypeError(`posLabel: expected an average of binary beside it, got ${average}`);
  }
}

/** The positive class of `binary`. @throws RangeError, TypeError if it is ambiguous */
function positiveClass(
  actual: ArrayLike<Class>,
  predicted: ArrayLike<Class>,
  { average, posLabel }: ScoreOptions,
): Class {
  const present = sortedClasses(actual, predicted);
  if (present.length > 2) {
    const got = average ?? "binary, the default";
    throw new RangeError(`average: expected macro, micro or weighted for ${present.length} classes, got ${got}`);
  }
  const type = typeof present[0];
  const positive = posLabel === undefined ? (type === "boolean" ? true : 1) : posLabel;
  const isKind = typeof positive === type;
  if (isKind && (present.length < 2 || present.includes(positive))) return positive;
  const got = posLabel === undefined ? `${positive}, the default` : describe(posLabel);
  const message = `posLabel: expected ${present.map(quoteClass).join(" or ")} (or another average than binary), got ${got}`;
  throw isKind ? new RangeError(message) : new TypeError(message);
}

function weightedMean(scores: readonly Scores[], weights: readonly number[]): Scores {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (of: (scores: Scores) => number) =>
    scores.reduce((sum, each, i) => sum + of(each) * (weights[i] as number), 0) / total;
  return {
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
    f1: mean(({ f1 }) => f1),
  };
}
