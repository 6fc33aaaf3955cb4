/** Reads scores: all values row by row, or a list of rows. */

import { checkList } from "../checks/check-list.js";
import { wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";

const { isNaN: isNaNumber } = Number;

/** A number for each row and class: all values row by row, or a list of rows, as `predictProba` returns. */
export type ScoreRows = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/** Scores [rows, columns], row by row. */
export interface ScoreTable {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** ε of the arrays that held the scores: the spacing of numbers from 1 to 2. */
  readonly epsilon: number;
}

/** ε by the arrays' tags, which are the same in every realm. */
const EPSILONS: Readonly<Record<string, number>> = {
  "[object Float16Array]": 2 ** -10,
  "[object Float32Array]": 2 ** -23,
};

/** @throws TypeError for anything but lists of numbers; ShapeError unless all rows have as many, RangeError for NaN and no rows */
export function readScores(name: string, scores: ScoreRows, rows: number): ScoreTable {
  checkList(name, scores, "a list of numbers or of rows");
  if (rows === 0) throw new RangeError("actual: expected at least one row, got none");
  const isNested = typeof scores[0] === "object";
  return isNested
    ? readRows(name, scores as ArrayLike<ArrayLike<number>>, rows)
    : readFlat(name, scores as ArrayLike<number>, rows);
}

function readFlat(name: string, scores: ArrayLike<number>, rows: number): ScoreTable {
  const columns = scores.length / rows;
  if (!Number.isInteger(columns) || columns < 1) {
    throw new ShapeError(`${name}: expected as many for each of ${rows} rows, got ${scores.length}`);
  }
  const values = new Float64Array(scores.length);
  copy(name, scores, values, 0);
  return { values, rows, columns, epsilon: epsilonOf(scores) };
}

function readRows(name: string, scores: ArrayLike<ArrayLike<number>>, rows: number): ScoreTable {
  if (scores.length !== rows) throw new ShapeError(`${name}: expected a row for each of ${rows}, got ${scores.length}`);
  const columns = scores[0]?.length as number;
  let epsilon = 0;
  let values = new Float64Array(0);
  for (let row = 0; row < rows; ++row) {
    const list = scores[row] as ArrayLike<number>;
    checkList(`${name}[${row}]`, list, "a list of numbers");
    if (list.length !== columns || columns < 1) {
      throw new ShapeError(`${name}[${row}]: expected ${Math.max(columns, 1)} numbers, got ${list.length}`);
    }
    if (row === 0) values = new Float64Array(rows * columns);
    copy(`${name}[${row}]`, list, values, row * columns);
    epsilon = row === 0 ? epsilonOf(list) : Math.min(epsilon, epsilonOf(list));
  }
  return { values, rows, columns, epsilon };
}

function copy(name: string, from: ArrayLike<number>, to: Float64Array, offset: number): void {
  for (let i = 0; i < from.length; ++i) {
    const value = from[i] as unknown;
    if (typeof value !== "number") throw wrongType(`${name}[${i}]`, "a number", value);
    if (isNaNumber(value)) throw new RangeError(`${name}[${i}]: expected a number, got NaN`);
    to[offset + i] = value;
  }
}

function epsilonOf(list: ArrayLike<number>): number {
  return EPSILONS[Object.prototype.toString.call(list)] ?? Number.EPSILON;
}
