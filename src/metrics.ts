/** Metrics of predictions: names, definitions and defaults are scikit-learn's, in camel case. No engine is needed. */

import { ShapeError } from "./errors.js";

/** Numbers or class names, one a row. */
export type Values = ArrayLike<number> | ArrayLike<string>;

/** Precision, recall and their harmonic mean of one class, and how many rows have it. */
export interface ClassScores {
  readonly label: number | string;
  /** Right among those predicted as this class; 0 if there are none. */
  readonly precision: number;
  /** Found among those of this class; 0 if there are none. */
  readonly recall: number;
  /** 2·precision·recall / (precision + recall); 0 if both are. */
  readonly f1: number;
  readonly support: number;
}

/**
 * How the classes' scores become one number: `macro`, their mean; `weighted`, their mean weighted by support; `micro`, from
 * the counts of all classes together.
 */
export type Average = "macro" | "micro" | "weighted";

/** Share of rows predicted right. @throws ShapeError when the lengths differ, RangeError for no rows */
export function accuracyScore(actual: Values, predicted: Values): number {
  const rows = checkLengths(actual, predicted);
  let hits = 0;
  for (let row = 0; row < rows; ++row) if (actual[row] === predicted[row]) ++hits;
  return hits / rows;
}

/**
 * Share of rows whose label is among the k largest scores; equal scores count for the label.
 *
 * @param scores [rows, classes], row by row: probabilities or logits
 * @throws ShapeError, RangeError for a label or k out of range
 */
export function topKAccuracyScore(labels: ArrayLike<number>, scores: ArrayLike<number>, k = 2): number {
  const rows = labels.length;
  const classes = checkColumns(rows, scores);
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k: expected an integer of at least 1, got ${k}`);
  let hits = 0;
  for (let row = 0; row < rows; ++row) {
    const own = scores[row * classes + checkLabel(labels, row, classes)] as number;
    let above = 0;
    for (let j = 0; j < classes; ++j) if ((scores[row * classes + j] as number) > own) ++above;
    if (above < k) ++hits;
  }
  return hits / rows;
}

/** The classes that occur in any of the lists, sorted: numbers by value, names by code unit. */
export function uniqueLabels(...lists: readonly Values[]): (number | string)[] {
  const labels = new Set<number | string>();
  for (const list of lists) for (let i = 0; i < list.length; ++i) labels.add(list[i] as number | string);
  return [...labels].sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : a < b ? -1 : 1));
}

/** counts[i][j]: rows of the i-th class taken for the j-th. @param labels the classes, default all that occur, sorted */
export function confusionMatrix(
  actual: Values,
  predicted: Values,
  labels: readonly (number | string)[] = uniqueLabels(actual, predicted),
): number[][] {
  const rows = checkLengths(actual, predicted);
  const index = new Map(labels.map((label, position) => [label, position]));
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let row = 0; row < rows; ++row) {
    const [i, j] = [index.get(actual[row] as number), index.get(predicted[row] as number)];
    if (i === undefined || j === undefined) continue;
    const line = counts[i] as number[];
    line[j] = (line[j] as number) + 1;
  }
  return counts;
}

/** Precision, recall and F1 of every class, in the order of `labels` (default: all that occur, sorted). */
export function precisionRecallF1(
  actual: Values,
  predicted: Values,
  labels: readonly (number | string)[] = uniqueLabels(actual, predicted),
): ClassScores[] {
  return classScores(confusionMatrix(actual, predicted, labels), labels);
}

/** As `precisionRecallF1`, from a confusion matrix [label][prediction]. */
export function classScores(
  confusion: readonly (readonly number[])[],
  labels: readonly (number | string)[] = confusion.map((_, label) => label),
): ClassScores[] {
  return labels.map((label, i) => {
    const support = sum(confusion[i] as readonly number[]);
    const predictedRows = sum(confusion.map((counts) => counts[i] as number));
    const hits = (confusion[i] as readonly number[])[i] as number;
    return { label, ...scoresOf(hits, predictedRows, support), support };
  });
}

/** Precision = right / predicted, over all classes as `average` says. */
export function precisionScore(actual: Values, predicted: Values, average: Average = "macro"): number {
  return averageScores(actual, predicted, average).precision;
}

/** Recall = found / there, over all classes as `average` says. */
export function recallScore(actual: Values, predicted: Values, average: Average = "macro"): number {
  return averageScores(actual, predicted, average).recall;
}

/** F1, the harmonic mean of precision and recall, over all classes as `average` says. */
export function f1Score(actual: Values, predicted: Values, average: Average = "macro"): number {
  return averageScores(actual, predicted, average).f1;
}

/**
 * −Σᵢ ln p[i, labels[i]] / rows, the rows' probabilities divided by their sum and kept ε = 2⁻⁵² from 0 and 1.
 *
 * @param probabilities [rows, classes], row by row
 */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const rows = labels.length;
  const classes = checkColumns(rows, probabilities);
  let total = 0;
  for (let row = 0; row < rows; ++row) {
    let rowSum = 0;
    for (let j = 0; j < classes; ++j) rowSum += probabilities[row * classes + j] as number;
    const share = (probabilities[row * classes + checkLabel(labels, row, classes)] as number) / rowSum;
    total -= Math.log(Math.min(Math.max(share, Number.EPSILON), 1 - Number.EPSILON));
  }
  return total / rows;
}

/** Σᵢ (tᵢ − yᵢ)² / n. */
export function meanSquaredError(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const rows = checkLengths(actual, predicted);
  let total = 0;
  for (let i = 0; i < rows; ++i) total += ((actual[i] as number) - (predicted[i] as number)) ** 2;
  return total / rows;
}

/** Σᵢ |tᵢ − yᵢ| / n. */
export function meanAbsoluteError(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const rows = checkLengths(actual, predicted);
  let total = 0;
  for (let i = 0; i < rows; ++i) total += Math.abs((actual[i] as number) - (predicted[i] as number));
  return total / rows;
}

/** R² = 1 − Σᵢ (tᵢ − yᵢ)² / Σᵢ (tᵢ − t̄)²; for constant targets 1 when all are met, else 0. */
export function r2Score(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const rows = checkLengths(actual, predicted);
  let total = 0;
  for (let i = 0; i < rows; ++i) total += actual[i] as number;
  const mean = total / rows;
  let spread = 0;
  for (let i = 0; i < rows; ++i) spread += ((actual[i] as number) - mean) ** 2;
  const residual = meanSquaredError(actual, predicted) * rows;
  return spread > 0 ? 1 - residual / spread : Number(residual === 0);
}

function averageScores(actual: Values, predicted: Values, average: Average): Omit<ClassScores, "label" | "support"> {
  const labels = uniqueLabels(actual, predicted);
  const confusion = confusionMatrix(actual, predicted, labels);
  const scores = classScores(confusion, labels);
  if (average === "micro") {
    const hits = sum(confusion.map((counts, i) => counts[i] as number));
    return scoresOf(hits, actual.length, actual.length);
  }
  if (average !== "macro" && average !== "weighted") {
    throw new RangeError(`average: expected macro, micro or weighted, got ${String(average)}`);
  }
  const weights = scores.map(({ support }) => (average === "macro" ? 1 : support));
  const mean = (values: number[]) => sum(values.map((value, i) => value * (weights[i] as number))) / sum(weights);
  return {
    precision: mean(scores.map(({ precision }) => precision)),
    recall: mean(scores.map(({ recall }) => recall)),
    f1: mean(scores.map(({ f1 }) => f1)),
  };
}

function scoresOf(hits: number, predicted: number, support: number) {
  const precision = predicted > 0 ? hits / predicted : 0;
  const recall = support > 0 ? hits / support : 0;
  return { precision, recall, f1: hits > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function checkLengths(actual: Values, predicted: Values): number {
  if (!(actual?.length >= 0) || !(predicted?.length >= 0)) throw new TypeError("metrics: expected two lists");
  if (actual.length !== predicted.length) {
    throw new ShapeError(`metrics: expected a prediction for each of ${actual.length} rows, got ${predicted.length}`);
  }
  if (actual.length === 0) throw new RangeError("metrics: expected at least one row, got none");
  return actual.length;
}

function checkColumns(rows: number, scores: ArrayLike<number>): number {
  if (rows === 0) throw new RangeError("metrics: expected at least one row, got none");
  const columns = scores.length / rows;
  if (Number.isInteger(columns) && columns >= 1) return columns;
  throw new ShapeError(`metrics: expected as many scores for each of ${rows} rows, got ${scores.length}`);
}

function checkLabel(labels: ArrayLike<number>, row: number, classes: number): number {
  const label = labels[row] as number;
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new RangeError(`label of row ${row}: expected an integer from 0 to ${classes - 1}, got ${label}`);
}
