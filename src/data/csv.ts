/** CSV as columns, by Papa Parse: `simdgrad/csv`. */

import Papa from "papaparse";
import { FormatError } from "../errors.js";
import type { Column, Table } from "./table.js";

/** Options of `parseCsv`. */
export interface CsvOptions {
  /** Whether the first row holds the columns' names; default true. Without, they are `column1`, `column2`, … */
  readonly header?: boolean;
  /** Default: found among comma, semicolon, tab and bar. */
  readonly delimiter?: string;
}

/** What stands for a missing value, in any case. */
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "?"]);

/**
 * The columns of a CSV text: numeric where every value that is there is a finite number, else categorical. Empty fields, NA,
 * N/A, NaN, null, none and ? are missing. Quoted fields, a byte order mark and empty lines are understood.
 *
 * @param name of the file, for messages
 * @throws FormatError for quotes that do not close, rows of another length, names that come twice, no rows
 */
export function parseCsv(text: string, name = "CSV", { header = true, delimiter }: CsvOptions = {}): Table {
  const { names, columns, rows } = readColumns(text.replace(/^\ufeff/, ""), name, header, delimiter);
  const twice = names.find((column, index) => names.indexOf(column) !== index);
  if (twice !== undefined) throw new FormatError(`${name}: column "${twice}": expected each name once, got it twice`);
  if (rows === 0) throw new FormatError(`${name}: expected at least one row of data, got none`);
  return { rows, columns: names.map((column, index) => typed(column, columns[index] as string[])) };
}

function readColumns(text: string, name: string, header: boolean, delimiter: string | undefined) {
  let names: string[] = [];
  let columns: string[][] = [];
  let rows = 0;
  let failure: string | undefined;
  Papa.parse<string[]>(text, {
    ...(delimiter !== undefined && { delimiter }),
    delimitersToGuess: [",", ";", "\t", "|"],
    skipEmptyLines: true,
    step: ({ data, errors }, parser) => {
      const quotes = errors.find(({ type }) => type === "Quotes");
      if (names.length === 0) {
        names = header ? data.map((field) => field.trim()) : data.map((_, index) => `column${index + 1}`);
        columns = names.map(() => []);
        if (header && !quotes) return;
      }
      if (quotes) failure = `row ${rows + 1}: ${quotes.message}`;
      else if (data.length !== names.length) {
        failure = `row ${rows + 1}: expected ${names.length} fields, got ${data.length}`;
      }
      if (failure) return parser.abort();
      data.forEach((field, index) => {
        columns[index]?.push(field.trim());
      });
      ++rows;
    },
  });
  if (failure) throw new FormatError(`${name}: ${failure}`);
  return { names, columns, rows };
}

function typed(name: string, fields: readonly string[]): Column {
  const missing = (field: string) => MISSING.has(field.toLowerCase());
  const numbers = Float64Array.from(fields, (field) => (missing(field) ? Number.NaN : Number(field)));
  const numeric = numbers.every((value, row) => Number.isFinite(value) || missing(fields[row] as string));
  if (numeric) return { name, kind: "numeric", values: numbers };
  return { name, kind: "categorical", values: fields.map((field) => (missing(field) ? undefined : field)) };
}
