/** Rows of features as the estimators take them, checked once as they enter. */

import { describe } from "../check-options.js";
import { ShapeError } from "../errors.js";
import { checkFinite } from "../matrix.js";

/** Rows of features: a list of rows, or all values row by row. */
export type Samples =
  | readonly ArrayLike<number>[]
  | { readonly data: ArrayLike<number>; readonly rows: number; readonly columns: number };

/** A table of finite numbers, row by row. */
export interface CheckedSamples {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** As `checkSamples`, for rows with targets. @throws TypeError unless `y` is a list; ShapeError for another length */
export function checkLabelled(X: Samples, y: ArrayLike<unknown>): CheckedSamples {
  if (!(y?.length >= 0)) throw new TypeError(`y: expected a list with a target for each row, got ${describe(y)}`);
  return checkSamples(X, y);
}

/** @throws TypeError, ShapeError, RangeError unless X is a table of finite numbers with a target for each row */
export function checkSamples(X: Samples, y?: ArrayLike<unknown>): CheckedSamples {
  const samples = toSamples(X);
  const { data, rows, columns } = samples;
  if (rows < 1 || columns < 1)
    throw new ShapeError(`X: expected at least one row and column, got ${rows} × ${columns}`);
  if (data.length !== rows * columns) {
    throw new ShapeError(`X: expected ${rows} × ${columns} values, got ${data.length}`);
  }
  if (y && y.length !== rows) throw new ShapeError(`y: expected one target for each of ${rows} rows, got ${y.length}`);
  checkFinite(data, columns);
  return samples;
}

function toSamples(X: Samples): CheckedSamples {
  if (!Array.isArray(X)) {
    const { data, rows, columns } = X as Exclude<Samples, readonly ArrayLike<number>[]>;
    if (!(data?.length >= 0)) throw new TypeError("X: expected a list of rows, or { data, rows, columns }");
    checkFinite(data, columns);
    return { data: Float32Array.from(data), rows, columns };
  }
  const columns = X[0]?.length ?? 0;
  const data = new Float32Array(X.length * columns);
  X.forEach((row: ArrayLike<number>, index) => {
    if (row?.length !== columns)
      throw new ShapeError(`X: row ${index}: expected ${columns} values, got ${row?.length}`);
    for (let column = 0; column < columns; ++column) {
      const value = row[column] as number;
      if (!Number.isFinite(value)) {
        throw new RangeError(`X: row ${index}, column ${column}: expected finite numbers, got ${value}`);
      }
      data[index * columns + column] = value;
    }
  });
  return { data, rows: X.length, columns };
}

/** These rows, one after the other. */
export function pickRows({ data, columns }: CheckedSamples, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, index) => {
    picked.set(data.subarray(row * columns, (row + 1) * columns), index * columns);
  });
  return picked;
}
