/** Checks and copies rows of features for the estimators. */

import { checkList, isList } from "../checks/check-list.js";
import { checkInteger, shownNumber, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";

const { isFinite: isFiniteNumber } = Number;
const { fround } = Math;

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

/** Copies of rows and their targets: class indices or values. */
export interface LabelledSamples extends CheckedSamples {
  readonly targets: Float64Array;
}

/** `checkSamples` for rows with targets. @throws TypeError unless `y` is a list; ShapeError for another length */
export function checkLabelled(X: Samples, y: ArrayLike<unknown>): CheckedSamples {
  checkList("y", y, "a list with a target for each row");
  const samples = checkSamples(X);
  if (y.length === samples.rows) return samples;
  throw new ShapeError(`y: expected one target for each of ${samples.rows} rows, got ${y.length}`);
}

/** @throws TypeError, ShapeError, RangeError unless X is a table of numbers that are finite as float32, with at least one row and column */
export function checkSamples(X: Samples): CheckedSamples {
  const samples = Array.isArray(X) ? fromRows(X) : fromTable(X as Exclude<Samples, readonly unknown[]>);
  const { rows, columns } = samples;
  if (rows >= 1 && columns >= 1) return samples;
  throw new ShapeError(`X: expected at least one row and column, got ${rows} × ${columns}`);
}

function fromTable(X: Exclude<Samples, readonly unknown[]>): CheckedSamples {
  const expected = "a list of rows, or { data, rows, columns }";
  if (typeof X !== "object" || X === null || !("data" in X)) {
    throw wrongType("X", expected, X);
  }
  const { data, rows, columns } = X;
  checkList("X.data", data, "a list of numbers");
  checkInteger("X.rows", rows, 0);
  checkInteger("X.columns", columns, 0);
  if (data.length !== rows * columns) {
    throw new ShapeError(`X: expected ${rows} × ${columns} values, got ${data.length}`);
  }
  const copy = new Float32Array(data.length);
  for (let row = 0; row < rows; ++row) copyRow(row, data, row * columns, copy, columns);
  return { data: copy, rows, columns };
}

function fromRows(X: readonly ArrayLike<number>[]): CheckedSamples {
  const columns = X[0]?.length ?? 0;
  const data = new Float32Array(isList(X[0]) ? X.length * columns : 0);
  for (let row = 0; row < X.length; ++row) {
    const values = X[row];
    // A string, a Map or a hole: sparse rows are not supported.
    if (!isList(values)) throw wrongType(`X: row ${row}`, "a list of numbers", values);
    if (values.length !== columns) {
      throw new ShapeError(`X: row ${row}: expected ${columns} values, got ${values.length}`);
    }
    copyRow(row, values, 0, data, columns);
  }
  return { data, rows: X.length, columns };
}

/** Copies row number `row`. @throws TypeError for anything but numbers; RangeError for one that is not finite as a float32 */
function copyRow(row: number, values: ArrayLike<unknown>, start: number, to: Float32Array, columns: number): void {
  for (let column = 0; column < columns; ++column) {
    const value = values[start + column];
    if (typeof value !== "number" || !isFiniteNumber(fround(value))) refuse(row, column, value);
    to[row * columns + column] = value;
  }
}

function refuse(row: number, column: number, value: unknown): never {
  const at = `X: row ${row}, column ${column}`;
  if (typeof value !== "number") throw wrongType(at, "a number", value);
  throw new RangeError(`${at}: expected finite numbers, got ${shownNumber(value)}`);
}
