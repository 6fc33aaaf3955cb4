/** Metrics of scores and probabilities, a number for each class of a row: scikit-learn's definitions. */

import { ShapeError } from "../errors.js";

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
