/** Metrics of scores and probabilities with a number per row and class: scikit-learn's definitions. */

import { checkList } from "../checks/check-list.js";
import { checkInteger, checkOptions, describe, type OptionNames } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import { type Class, type ClassKind, checkClasses } from "../dataset/classes.js";
import { checkLabels } from "./compared.js";
import { readScores, type ScoreRows, type ScoreTable } from "./score-rows.js";

const { abs, log, max, min, sqrt } = Math;

/** Options of `logLoss`. */
export interface LogLossOptions {
  /** The classes in the order of the columns; default 0, 1, …. Pass an estimator's `classes`. */
  readonly labels?: ArrayLike<Class>;
}

/** Options of `topKAccuracyScore`. */
export interface TopKOptions extends LogLossOptions {
  /** Default 2. With k at least the number of classes, the score is always 1. */
  readonly k?: number;
}

const LOG_LOSS_OPTIONS: OptionNames<LogLossOptions> = { labels: true };
const TOP_K_OPTIONS: OptionNames<TopKOptions> = { labels: true, k: true };

/** How far a row's probabilities may be from a sum of 1: √ε of float32, in which networks compute. */
const SUM_TOLERANCE = sqrt(2 ** -23);

/**
 * The share of rows whose class is among the k largest scores. Of equal scores, the later column counts as larger.
 *
 * @param scores [rows, classes]: probabilities or logits, for two classes at least
 * @throws TypeError, ShapeError, RangeError for scores that are not numbers, NaN or not as many for each row; RangeError for a
 * class that has no column
 */
export function topKAccuracyScore(actual: ArrayLike<Class>, scores: ScoreRows, options: TopKOptions = {}): number {
  checkOptions("topKAccuracyScore", options, TOP_K_OPTIONS);
  const { k = 2, labels } = options;
  checkInteger("k", k, 1);
  checkList("actual", actual);
  const { values, rows, columns } = readScores("scores", scores, actual.length);
  if (columns < 2) throw new ShapeError("scores: expected one for each of at least two classes, got one a row");
  const own = columnsOf(actual, columns, labels);
  let hits = 0;
  for (let row = 0; row < rows; ++row) {
    const column = own[row] as number;
    const score = values[row * columns + column] as number;
    let above = 0;
    for (let j = 0; j < columns; ++j) {
      const other = values[row * columns + j] as number;
      if (other > score || (other === score && j > column)) ++above;
    }
    if (above < k) ++hits;
  }
  return hits / rows;
}

/**
 * −Σᵢ ln p[i, class of row i] / rows. Probabilities are clipped to [ε, 1 − ε] with the ε of their type (2⁻²³ for a
 * Float32Array or rows of it, else 2⁻⁵²). They are divided by their row's sum, which only corrects rounding: a sum other than 1
 * is an error.
 *
 * @param probabilities [rows, classes], or one per row: that of the second of two classes
 * @example logLoss(["ham", "spam"], model.predictProba(X), { labels: model.classes })
 * @throws TypeError, ShapeError, RangeError for probabilities that are not numbers, outside [0, 1], not as many for each row or
 * whose sum is not 1 within 3.5e-4; RangeError for a class that has no column
 */
export function logLoss(actual: ArrayLike<Class>, probabilities: ScoreRows, options: LogLossOptions = {}): number {
  checkOptions("logLoss", options, LOG_LOSS_OPTIONS);
  checkList("actual", actual);
  const table = readScores("probabilities", probabilities, actual.length);
  checkProbabilities(table);
  const { values, rows, columns, epsilon } = table;
  const own = columnsOf(actual, max(columns, 2), options.labels);
  const clip = (p: number) => min(max(p, epsilon), 1 - epsilon);
  let total = 0;
  for (let row = 0; row < rows; ++row) {
    const column = own[row] as number;
    if (columns === 1) {
      const second = clip(values[row] as number);
      total -= log(column === 1 ? second : 1 - second);
      continue;
    }
    let sum = 0;
    for (let j = 0; j < columns; ++j) sum += clip(values[row * columns + j] as number);
    total -= log(clip(values[row * columns + column] as number) / sum);
  }
  return total / rows;
}

function checkProbabilities({ values, rows, columns }: ScoreTable): void {
  for (let row = 0; row < rows; ++row) {
    let sum = 0;
    for (let j = 0; j < columns; ++j) {
      const p = values[row * columns + j] as number;
      if (!(p >= 0 && p <= 1)) {
        throw new RangeError(`probabilities: row ${row}, column ${j}: expected a number from 0 to 1, got ${p}`);
      }
      sum += p;
    }
    if (columns === 1 || abs(sum - 1) <= SUM_TOLERANCE) continue;
    throw new RangeError(`probabilities: row ${row}: expected a sum of 1, got ${sum}`);
  }
}

/** The column of each row's class. @throws TypeError, ShapeError, RangeError for labels that do not fit the columns */
function columnsOf(actual: ArrayLike<Class>, columns: number, labels: ArrayLike<Class> | undefined): Int32Array {
  const kind = checkClasses("actual", actual) as ClassKind;
  if (labels !== undefined) {
    checkLabels(labels, kind, actual);
    if (labels.length === columns) return positionsIn(labels, actual);
    throw new ShapeError(`labels: expected one for each of ${columns} columns, got ${labels.length}`);
  }
  if (kind.type !== "number") {
    const got = describe(actual[0]);
    throw new TypeError(
      `actual[0]: expected the index of a column (or the option labels, which names them), got ${got}`,
    );
  }
  return Int32Array.from(actual as ArrayLike<number>, (label, row) => {
    if (label >= 0 && label < columns) return label;
    throw new RangeError(`actual[${row}]: expected an integer from 0 to ${columns - 1}, got ${label}`);
  });
}

function positionsIn(labels: ArrayLike<Class>, actual: ArrayLike<Class>): Int32Array {
  const index = new Map(Array.from(labels, (label, column) => [label, column] as const));
  return Int32Array.from({ length: actual.length }, (_, row) => {
    const column = index.get(actual[row] as Class);
    if (column !== undefined) return column;
    throw new RangeError(`actual[${row}]: expected one of the labels, got ${describe(actual[row])}`);
  });
}
