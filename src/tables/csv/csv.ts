/** CSV as columns, by Papa Parse: `simdgrad/csv`. */

import { checkFunction, checkText } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import { type Chunks, decode } from "../chunks.js";
import type { Table } from "../table.js";
import { type CsvOptions, checkCsvOptions } from "./csv-options.js";
import { CsvReader } from "./csv-reader.js";

export type { CsvOptions } from "./csv-options.js";

/**
 * The columns of a CSV text: numeric where every value that is there is a finite decimal number, and no integer that a float64
 * would round, such as a key of 19 digits; of dates where they are; else categorical. A column of numbers or dates may have other
 * texts in a tenth of its rows: they are missing, and its `texts` says so. Numbers may be written as spreadsheets have them:
 * 1,234.5, 1.234,5, $2.39, 12 %, (3). Empty fields, N/A, NaN, <NA>, a spreadsheet's errors and ? are missing; NA, None, null, -,
 * unknown and their like are among numbers and dates, and names elsewhere. Quoted fields, a byte order mark, mixed line ends, empty
 * lines, comments (lines that begin with # before the first row, or have another number of fields), a line `sep=;` and R's row
 * names are understood.
 *
 * @param name of the file, for messages
 * @throws FormatError for quotes that do not close, rows of another length, of more than 65 536 fields or 2^24 characters, names
 * that come twice, no rows, or without a column that is to be ignored
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
 * `parseCsv` of a file that is read in parts, of which never more than a few are in memory.
 *
 * @param open gives the parts from the first on. It is called again, once, if a column that began with numbers turns out to
 * be one of names, whose spelling counts
 * @throws as parseCsv, and FormatError for bytes that are not of the encoding, and for others the second time; TypeError when there are none
 * the second time, since the stream is the first one
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
