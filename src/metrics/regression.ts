/** Metrics of values: scikit-learn's definitions. */

import { checkLengths } from "./lists.js";

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
