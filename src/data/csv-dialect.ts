/** How a CSV file is written: its delimiter, its line ends and its numbers' decimal marks, from its first rows. */

import Papa from "papaparse";
import { type Decimal, isMissing, parseNumber } from "./column-builder.js";

/** Rows that are looked at. */
const ROWS = 100;
const DELIMITERS = [",", ";", "\t", "|"] as const;

export interface CsvDialect {
  readonly delimiter: string;
  readonly newline: string;
  /** Of each column. */
  readonly decimals: readonly Decimal[];
}

/**
 * @param text the file's beginning
 * @param cut whether the file goes on behind it: the last row is then not whole
 * @param delimiter if it is known
 * @param decimal if it is known, of all columns
 */
export function findDialect(text: string, cut: boolean, delimiter?: string, decimal?: Decimal): CsvDialect {
  const guessed = readRows(text, cut, delimiter);
  const { meta, rows } =
    guessed.meta.delimiter === "," && delimiter === undefined ? withoutCommas(text, cut, guessed) : guessed;
  const columns = rows.reduce((most, fields) => Math.max(most, fields.length), 0);
  const decimals =
    decimal !== undefined || meta.delimiter === ","
      ? Array.from({ length: columns }, () => decimal ?? ".")
      : findDecimals(rows, columns);
  return { delimiter: meta.delimiter, newline: meta.linebreak, decimals };
}

interface FirstRows {
  readonly meta: Papa.ParseMeta;
  readonly rows: readonly (readonly string[])[];
}

function readRows(text: string, cut: boolean, delimiter?: string): FirstRows {
  const { meta, data } = Papa.parse<string[]>(text, {
    ...(delimiter !== undefined && { delimiter }),
    delimitersToGuess: [...DELIMITERS],
    skipEmptyLines: true,
    preview: ROWS,
  });
  return { meta, rows: cut && !meta.truncated ? data.slice(0, -1) : data };
}

/**
 * The rows with another delimiter, if the commas are decimal marks: another one gives rows of the same length, and commas do
 * not, or fewer of their fields are numbers: 1,5;2,7.
 */
function withoutCommas(text: string, cut: boolean, guessed: FirstRows): FirstRows {
  const isEven = (rows: FirstRows["rows"]) =>
    (rows[0]?.length ?? 0) > 1 && rows.every(({ length }) => length === rows[0]?.length);
  for (const delimiter of DELIMITERS.slice(1)) {
    const other = readRows(text, cut, delimiter);
    if (!isEven(other.rows)) continue;
    if (!isEven(guessed.rows) || numericShare(other.rows, ",") > numericShare(guessed.rows, ".")) return other;
  }
  return guessed;
}

function numericShare(rows: FirstRows["rows"], decimal: Decimal): number {
  const fields = rows.flat();
  const numbers = fields.filter((field) => parseNumber(field.trim(), decimal) !== undefined);
  return numbers.length / fields.length;
}

/** A column's mark is what its own fields show, or else what the others do; a point if they do not agree. */
function findDecimals(rows: FirstRows["rows"], columns: number): Decimal[] {
  const shown = Array.from({ length: columns }, (_, column) => decimalOf(rows.map((fields) => fields[column] ?? "")));
  const others: Decimal = shown.includes(",") && !shown.includes(".") ? "," : ".";
  return shown.map((decimal) => decimal ?? others);
}

/** undefined where no field has a mark, as in a column of integers. */
function decimalOf(fields: readonly string[]): Decimal | undefined {
  const values = fields.map((field) => field.trim()).filter((field) => !isMissing(field));
  const has = (mark: Decimal) => values.some((value) => value.includes(mark) && parseNumber(value, mark) !== undefined);
  if (has(".")) return ".";
  return has(",") ? "," : undefined;
}
