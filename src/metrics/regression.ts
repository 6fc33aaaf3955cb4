/** Regression metrics: scikit-learn's definitions. */

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
 * R² = 1 − Σᵢ (tᵢ − yᵢ)² / Σᵢ (tᵢ − t̄)². For constant targets it is 1 if all are predicted exactly, else 0. For a single row it
 * is undefined: NaN.
 *
 * @throws TypeError, ShapeError, RangeError unless both are lists of finite numbers
 */
export function r2Score(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const rows = checkValueLists(actual, predicted);
  if (rows < 2) return Number.NaN;
  // Relative to the first target: the variance of constant targets is then 0 even if their mean is rounded.
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
