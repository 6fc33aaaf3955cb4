/** Reads CSV as columns, with Papa Parse: `simdgrad/csv`. */

import { checkFunction, checkText } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import { type Chunks, decode } from "../chunks.js";
import type { Table } from "../table.js";
import { type CsvOptions, checkCsvOptions } from "./csv-options.js";
import { CsvReader } from "./csv-reader.js";

export type { CsvOptions } from "./csv-options.js";

/**
 * Reads the columns of a CSV text. A column is numeric if all its values are finite decimal numbers and float64 rounds no integer,
 * such as a key of 19 digits. It has dates if all its values are dates. Otherwise it is categorical. Up to a tenth of the rows of a
 * column of numbers or dates may have other texts; they count as missing, and the column's `texts` says so.
 *
 * Numbers may be written as in spreadsheets: 1,234.5, 1.234,5, $2.39, 12 %, (3). Empty fields, N/A, NaN, <NA>, a spreadsheet's
 * errors and ? are missing. NA, None, null, -, unknown and the like are missing among numbers and dates, and names elsewhere. Quoted
 * fields, a byte order mark, mixed line ends, empty lines, comments (lines that begin with # before the first row, or have another
 * number of fields), a line `sep=;` and R's row names are supported.
 *
 * @param name of the file, for messages
 * @throws FormatError for unclosed quotes, rows of different lengths, with more than 65 536 fields or 2^24 characters, duplicate
 * names, no rows, or a missing column that should be ignored
 */
export function parseCsv(text: string, name = "CSV", options: CsvOptions = {}): Table {
  checkCsvOptions(options);
  checkText("parseCsv: text", text);
  for (let texts: ReadonlySet<string> = new Set(); ; ) {
    const reader = new CsvReader(name, options, texts);
    reader.push(text);
    const read = reader.end();
    if ("table" in read) return read.table;
    texts = read.again;
  }
}

/**
 * `parseCsv` for a file that is read in parts. Only a few parts are in memory at a time.
 *
 * @param open returns the parts from the first on. It is called a second time if a column that began with numbers turns out to have
 * names, whose spelling matters
 * @throws as parseCsv, and FormatError for bytes that are invalid in the encoding or differ the second time; TypeError if there are
 * none the second time, because it is the same stream
 */
export async function readCsv(open: () => Chunks, name = "CSV", options: CsvOptions = {}): Promise<Table> {
  checkFunction("readCsv: open", open, "a function that gives the file's parts, such as () => createReadStream(path)");
  checkCsvOptions(options);
  let before: number | undefined;
  for (let texts: ReadonlySet<string> = new Set(); ; ) {
    const reader = new CsvReader(name, options, texts);
    let characters = 0;
    for await (const text of decode(open(), name, options.encoding)) {
      characters += text.length;
      reader.push(text);
    }
    if (characters !== (before ?? characters)) {
      if (characters === 0) {
        throw new TypeError("readCsv: open: expected a new stream at each call, got one that has been read already");
      }
      throw new FormatError(
        `${name}: expected the same ${before} characters when it is read again, got ${characters}: was the file changed?`,
      );
    }
    before = characters;
    const read = reader.end();
    if ("table" in read) return read.table;
    texts = read.again;
  }
}
