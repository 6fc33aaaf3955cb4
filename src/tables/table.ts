/** A table: columns of numbers, dates or names. */

import { checkIterable, checkNumberList } from "../checks/check-list.js";
import { checkChoice, checkInteger, checkRecord, checkText, describe, wrongType } from "../checks/check-options.js";
import { viewKind } from "../checks/typed-arrays.js";
import { dateText } from "./dates.js";
import type { Thousands } from "./written-number.js";

const { isInteger, isNaN: isNaNumber } = Number;

/** Numbers; NaN for missing values. */
export interface NumericColumn {
  readonly name: string;
  readonly kind: "numeric";
  readonly values: Float64Array;
  /** Set if the file had decimal commas, such as 1,5. */
  readonly decimal?: ",";
  /** The file's thousands separator, as in 1,234,567; absent if there was none. */
  readonly thousands?: Thousands;
  /** `%` and currencies written next to numbers. Values are as written: 12 for 12 %. */
  readonly units?: readonly string[];
  readonly texts?: MissingTexts;
}

/** Dates and times of day: milliseconds since 1970 in UTC; NaN for missing values. */
export interface DateColumn {
  readonly name: string;
  readonly kind: "date";
  readonly values: Float64Array;
  /** Whether the day comes first, if the column has dates such as 3/4/2020. */
  readonly dayFirst?: boolean;
  /** Set if no row showed which comes first. */
  readonly ambiguous?: true;
  readonly texts?: MissingTexts;
}

/** Texts among numbers or dates that count as missing. */
export interface MissingTexts {
  readonly rows: number;
  /** The first distinct texts. */
  readonly examples: readonly string[];
}

/** Names: `categories[codes[row]]`; the code −1 is a missing value. Categories are in the order of their first rows. */
export interface CategoricalColumn {
  readonly name: string;
  readonly kind: "categorical";
  readonly categories: readonly string[];
  readonly codes: Int32Array;
}

export type Column = NumericColumn | CategoricalColumn | DateColumn;
export type ColumnKind = Column["kind"];

/** Columns of the same length. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  /** Where the rows come from. Messages name the file and the line or row. */
  readonly origin?: TableOrigin;
}

/** The file of a table's rows. */
export interface TableOrigin {
  readonly file: string;
  /** What `numbers` count: lines or rows. */
  readonly unit: "line" | "row";
  /** Each row's number in the file, from 1. */
  readonly numbers: Int32Array;
  /** All columns of the file, including those not read. */
  readonly columns?: readonly string[];
}

/** Creates a categorical column from texts; undefined is a missing value. @throws TypeError for anything else */
export function categoricalColumn(name: string, values: Iterable<string | undefined>): CategoricalColumn {
  checkText("column: name", name);
  checkIterable(`column ${name}`, values, "a list of texts");
  const index = new Map<string, number>();
  const codes: number[] = [];
  for (const value of values) {
    if (value === undefined) codes.push(-1);
    else {
      checkText(`column ${name}: row ${codes.length}`, value, "a string or undefined");
      if (!index.has(value)) index.set(value, index.size);
      codes.push(index.get(value) as number);
    }
  }
  return { name, kind: "categorical", categories: [...index.keys()], codes: Int32Array.from(codes) };
}

/** The column with that name. @throws TypeError for anything but a table and a name; RangeError if there is none */
export function findColumn(table: Table, name: string): Column {
  checkTable(table);
  checkText("column", name, "the name of a column");
  return columnOf(table, name);
}

/** `findColumn` for a checked table. */
export function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  throw new RangeError(ofTable(table, `expected a column ${JSON.stringify(name)}, got ${namesOf(table)}`));
}

/** Names of the file's columns, or else of the table's, for messages. */
export function namesOf({ columns, origin }: Table): string {
  const names = origin?.columns ?? columns.map(({ name }) => name);
  return names.join(", ").slice(0, 1000) || "none";
}

/** A message about a table: its file, if any, and the problem. */
export function ofTable({ origin }: Table, problem: string): string {
  return origin ? `${origin.file}: ${problem}` : problem;
}

/** A message about a row of a table: its place in the file or the table, and the problem. */
export function ofRow(table: Table, row: number, problem: string): string {
  const { unit, numbers } = table.origin ?? { unit: "row" };
  return ofTable(table, `${unit} ${numbers ? numbers[row] : row + 1}: ${problem}`);
}

/** Copies rows of a table, in this order. @throws TypeError, RangeError for anything but a table and indices of its rows */
export function selectRows(table: Table, rows: ArrayLike<number>): Table {
  checkTable(table);
  checkNumberList("selectRows: rows", rows);
  for (let i = 0; i < rows.length; ++i) {
    const row = rows[i] as number;
    if (!isIn(row, table.rows)) checkInteger(`selectRows: rows[${i}]`, row, 0, table.rows - 1);
  }
  const pick = <T extends Float64Array | Int32Array>(values: T, picked: T): T => {
    for (let row = 0; row < rows.length; ++row) picked[row] = values[rows[row] as number] as number;
    return picked;
  };
  const columns = table.columns.map(
    (column): Column =>
      column.kind === "categorical"
        ? { ...column, codes: pick(column.codes, new Int32Array(rows.length)) }
        : { ...column, values: pick(column.values, new Float64Array(rows.length)) },
  );
  const { origin } = table;
  return {
    rows: rows.length,
    columns,
    ...(origin && { origin: { ...origin, numbers: pick(origin.numbers, new Int32Array(rows.length)) } }),
  };
}

/** A value as text; undefined if it is missing. @throws TypeError, RangeError for anything but a column and one of its rows */
export function textAt(column: Column, row: number): string | undefined {
  const rows = checkColumn("column", column);
  if (!isIn(row, rows)) checkInteger("row", row, 0, rows - 1);
  const text = textOf(column, row);
  if (column.kind === "categorical" && column.codes[row] !== -1) checkText(`column ${column.name}: category`, text);
  return text;
}

/** `textAt` for a checked column and row. */
export function textOf(column: Column, row: number): string | undefined {
  if (column.kind === "categorical") return column.categories[column.codes[row] as number];
  const value = column.values[row] as number;
  if (isNaNumber(value)) return undefined;
  return column.kind === "date" ? dateText(value) : String(value);
}

/** @throws TypeError, RangeError for anything but a table with distinct column names and a value per row */
export function checkTable(table: Table): void {
  checkRecord("table", table, "a table of rows and columns");
  const { rows, columns } = table;
  checkInteger("table: rows", rows, 0);
  if (!Array.isArray(columns)) throw wrongType("table: columns", "a list of columns", columns);
  for (const [index, column] of columns.entries()) {
    const length = checkColumn(`table: columns[${index}]`, column);
    if (length !== rows) {
      throw new RangeError(`column ${column.name}: expected ${rows} values, one a row, got ${length}`);
    }
    if (column.kind === "categorical") checkCodes(column);
  }
  checkOnce(
    "table: columns",
    columns.map(({ name }) => name),
  );
  if (table.origin !== undefined) checkOrigin(table.origin, rows);
}

function checkOnce(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new RangeError(`${what}: expected each name once, got ${describe(name)} twice`);
    seen.add(name);
  }
}

function checkOrigin(origin: TableOrigin, rows: number): void {
  checkRecord("table: origin", origin, "the file of the rows");
  checkText("table: origin: file", origin.file);
  checkChoice("table: origin: unit", origin.unit, ["line", "row"]);
  checkArray("table: origin: numbers", origin.numbers, "Int32Array");
  if (origin.numbers.length === rows) return;
  throw new RangeError(`table: origin: numbers: expected ${rows}, one a row, got ${origin.numbers.length}`);
}

function checkCodes({ name, categories, codes }: CategoricalColumn): void {
  for (let i = 0; i < categories.length; ++i) checkText(`column ${name}: categories`, categories[i], "names");
  checkOnce(`column ${name}: categories`, categories);
  const most = categories.length - 1;
  const bad = codes.findIndex((code) => code < -1 || code > most);
  if (bad < 0) return;
  throw new RangeError(`column ${name}: row ${bad}: expected a category from -1 to ${most}, got ${codes[bad]}`);
}

/** @returns its rows. @throws TypeError, RangeError for anything but a column */
function checkColumn(what: string, column: Column): number {
  checkRecord(what, column, "a column");
  checkText(`${what}: name`, column.name);
  checkChoice(`${what}: kind`, column.kind, ["numeric", "categorical", "date"]);
  if (column.kind !== "categorical") {
    checkArray(`${what}: values`, column.values, "Float64Array");
    return column.values.length;
  }
  if (!Array.isArray(column.categories)) throw wrongType(`${what}: categories`, "a list of names", column.categories);
  checkArray(`${what}: codes`, column.codes, "Int32Array");
  return column.codes.length;
}

function checkArray(what: string, array: unknown, kind: "Float64Array" | "Int32Array"): void {
  if (viewKind(array) !== kind)
    throw wrongType(what, kind === "Int32Array" ? "an Int32Array" : "a Float64Array", array);
}

function isIn(row: number, rows: number): boolean {
  return isInteger(row) && row >= 0 && row < rows;
}
