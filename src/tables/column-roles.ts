/** Which columns of a table are features: not those that say nothing about unseen rows. */

import type { ConstantColumn } from "./preprocessor-config.js";
import { type Column, type Table, textOf } from "./table.js";

const { isInteger, isNaN: isNaNumber } = Number;

/** A column that is left out, and why. */
export interface LeftOutColumn {
  readonly name: string;
  /** `constant` and `empty` columns contain no information; `identifiers` and `names` are kept if listed in `keep`. */
  readonly why: "constant" | "empty" | "identifiers" | "names";
  /** "a different integer in each of 891 rows". */
  readonly detail: string;
}

/** Up to this many different names are always a feature. */
const FEW_NAMES = 10;
/** Above this share of different names per row, unseen rows would mostly have unknown names. */
const NEARLY_UNIQUE = 1 / 2;
/** Usual names of columns with row numbers and keys, from pandas, R and databases. */
const KEY_NAME = /^(?:unnamed: \d+|\.\.\.1|index|row[ _]?(?:names?|number|num|nr|id|index)|rn|id|uuid|guid)$|[ _-]id$/i;
/** customerId, PassengerID; not Madrid. */
const KEY_ENDING = /[a-z]I[dD]$/;

/** Why a column is not a feature; undefined if it is. */
export function reasonToLeaveOut(table: Table, column: Column, isKept: boolean): LeftOutColumn | undefined {
  const { name } = column;
  const constant = constantOf(column, table.rows);
  if (constant) {
    const { value } = constant;
    if (value === null) return { name, why: "empty", detail: "no value in any row" };
    return { name, why: "constant", detail: `${value} in every row` };
  }
  if (isKept || column.kind === "date") return undefined;
  return column.kind === "numeric" ? keyNumbers(table, column) : nearlyUniqueNames(column);
}

/** The only value of a column; undefined if it has several. Among names, a missing value counts as another value. */
export function constantOf(column: Column, rows: number): ConstantColumn | undefined {
  const { name } = column;
  const isNames = column.kind === "categorical";
  let first: number | undefined;
  for (let row = 0; row < rows; ++row) {
    const value = (isNames ? column.codes[row] : column.values[row]) as number;
    if (isNaNumber(value)) continue;
    first ??= value;
    if (value !== first) return undefined;
  }
  if (first === undefined || (isNames && column.categories[first] === undefined)) return { name, value: null };
  const row = isNames ? 0 : column.values.findIndex((value) => !isNaNumber(value));
  return { name, value: textOf(column, row) ?? null };
}

function keyNumbers(table: Table, column: Column & { readonly kind: "numeric" }): LeftOutColumn | undefined {
  const { name, values } = column;
  if (!isKeyName(table, name)) return undefined;
  const different = new Set<number>();
  for (const value of values) {
    if (!isInteger(value)) return undefined;
    different.add(value);
  }
  if (different.size < table.rows) return undefined;
  return { name, why: "identifiers", detail: `a different integer in each of ${table.rows} rows` };
}

/** Whether the name is a key's, or it has none among columns that have. */
function isKeyName({ columns }: Table, name: string): boolean {
  if (KEY_NAME.test(name) || KEY_ENDING.test(name)) return true;
  const index = columns.findIndex((column) => column.name === name);
  return name === `column${index + 1}` && columns.some((column, at) => column.name !== `column${at + 1}`);
}

function nearlyUniqueNames({ name, codes }: Column & { readonly kind: "categorical" }): LeftOutColumn | undefined {
  const different = new Set<number>();
  let rows = 0;
  for (const code of codes) {
    if (code < 0) continue;
    ++rows;
    different.add(code);
  }
  if (different.size <= FEW_NAMES || different.size <= NEARLY_UNIQUE * rows) return undefined;
  return { name, why: "names", detail: `${different.size} different names in ${rows} rows` };
}
