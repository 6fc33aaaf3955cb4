/** Decides whether a table's target is classes or numbers. */

import { spellingOf } from "./placement.js";
import type { TargetTask } from "./preprocessor-config.js";
import { type Column, ofRow, ofTable, type Table } from "./table.js";

const { isInteger } = Number;

/** Up to this many different integers may be classes. */
const MOST_INTEGER_CLASSES = 20;
/** Mean rows per integer from which integers count as classes, not as counts; two different integers always do. */
const ROWS_OF_A_CLASS = 10;
/** Up to this many different integers are ambiguous: ratings, ages or classes. */
const MOST_DOUBTFUL = 100;

export function guessTask(column: Column): TargetTask {
  if (column.kind !== "numeric") return "classification";
  const different = differentIntegers(column, MOST_INTEGER_CLASSES);
  if (different === undefined) return "regression";
  return different <= 2 || column.values.length >= ROWS_OF_A_CLASS * different ? "classification" : "regression";
}

/** How many different integers a target has, if they could be classes or numbers. */
export function doubtfulIntegers(column: Column): number | undefined {
  const different = column.kind === "numeric" ? differentIntegers(column, MOST_DOUBTFUL) : undefined;
  return different !== undefined && different > 2 ? different : undefined;
}

/** Undefined if there are more, or other values. */
function differentIntegers(column: Column & { readonly kind: "numeric" }, most: number): number | undefined {
  const different = new Set<number>();
  for (const value of column.values) if (!isInteger(value) || different.add(value).size > most) return undefined;
  return different.size;
}

/** The first row without a value; −1 if there is none. */
export function firstMissing(column: Column, rows: number): number {
  if (column.kind !== "categorical") return column.values.subarray(0, rows).findIndex(Number.isNaN);
  return column.codes.subarray(0, rows).findIndex((code) => column.categories[code] === undefined);
}

/** What else than empty fields a column's missing values are; undefined if nothing. */
export function missingTexts(column: Column): string | undefined {
  if (column.kind === "categorical" || !column.texts) return undefined;
  return `none, or text among numbers: ${column.texts.examples.join(", ").slice(0, 200)}`;
}

/** @throws RangeError for rows without a target, and for dates */
export function checkTarget(table: Table, column: Column): void {
  const { name, kind } = column;
  const missing = firstMissing(column, table.rows);
  if (missing >= 0) {
    const got = missingTexts(column) ?? "none: an empty field, or what means the same";
    throw new RangeError(ofRow(table, missing, `target ${name}: expected a value in every row, got ${got}`));
  }
  if (kind === "date") {
    const expected = "expected numbers or names (as which kinds has them read)";
    throw new RangeError(ofTable(table, `target ${name}: ${expected}, got dates`));
  }
}

/** @throws RangeError for a target that does not fit the task: a single class, or a value that is not a number */
export function checkLearnable(table: Table, column: Column, task: TargetTask): void {
  const { name } = column;
  if (task === "regression") {
    if (column.kind === "numeric") return;
    throw new RangeError(ofTable(table, `target ${name}: expected numbers for a regression, got text`));
  }
  const { length } = classesOf(column);
  if (length >= 2) return;
  throw new RangeError(ofTable(table, `target ${name}: expected at least two classes, got ${length}`));
}

/** The names that occur, sorted: numbers by value, others by code unit. Of several spellings of a name, the first. */
export function classesOf(column: Column): string[] {
  if (column.kind !== "categorical") return [...new Set(column.values)].sort((a, b) => a - b).map(String);
  const occurs = new Uint8Array(column.categories.length);
  for (const code of column.codes) if (code >= 0) occurs[code] = 1;
  const seen = new Set<string>();
  const isFirst = (name: string) => seen.size < seen.add(spellingOf(name)).size;
  return column.categories
    .filter((_, code) => occurs[code])
    .sort()
    .filter(isFirst);
}
