/** Metrics of values: scikit-learn's definitions. */

import { checkValueLists } from "./compared.js";

const { abs } = Math;

/** Σᵢ (tᵢ − yᵢ)² / n. @throws TypeError, ShapeError, RangeError unless both are lists of finite numbers */
export function meanSquaredError(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return squaredErrors(actual, predicted, checkValueLists(actual, predicted)) / actual.length;
}

/** Σᵢ |tᵢ − yᵢ| / n. @throws TypeError, ShapeError, RangeError unless both are lists of finite numbers */
export function meanAbsoluteError(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const rows = checkValueLists(actual, predicted);
  let total = 0;
  for (let i = 0; i < rows; ++i) total += abs((actual[i] as number) - (predicted[i] as number));
  return total / rows;
}

/**
 * R² = 1 − Σᵢ (tᵢ − yᵢ)² / Σᵢ (tᵢ − t̄)²; for constant targets 1 when all are met, else 0. NaN for a single row, for which it is
 * not defined.
 *
 * @throws TypeError, ShapeError, RangeError unless both are lists of finite numbers
 */
export function r2Score(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const rows = checkValueLists(actual, predicted);
  if (rows < 2) return Number.NaN;
  // Around the first target: the spread of constant ones is then 0, whatever their mean is rounded to.
  const origin = actual[0] as number;
  let total = 0;
  for (let i = 0; i < rows; ++i) total += (actual[i] as number) - origin;
  const mean = total / rows;
  let spread = 0;
  for (let i = 0; i < rows; ++i) {
    const offset = (actual[i] as number) - origin - mean;
    spread += offset * offset;
  }
  const residual = squaredErrors(actual, predicted, rows);
  return spread > 0 ? 1 - residual / spread : Number(residual === 0);
}

function squaredErrors(actual: ArrayLike<number>, predicted: ArrayLike<number>, rows: number): number {
  let total = 0;
  for (let i = 0; i < rows; ++i) {
    const error = (actual[i] as number) - (predicted[i] as number);
    total += error * error;
  }
  return total;
}
