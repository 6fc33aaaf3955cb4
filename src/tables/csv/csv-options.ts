/** Options of CSV readers. */

import {
  checkBoolean,
  checkChoice,
  checkOptions,
  describe,
  type OptionNames,
  wrongType,
} from "../../checks/check-options.js";
import { decoderOf } from "../chunks.js";
import { COLUMN_OPTIONS, type ColumnOptions, checkColumnOptions } from "../column-options.js";
import type { Decimal, Thousands } from "../written-number.js";
import { isDelimiter } from "./csv-dialect.js";

/** Options of `parseCsv` and `readCsv`. */
export interface CsvOptions extends ColumnOptions {
  /**
   * Whether the first row has the columns' names. `"auto"`, the default: decided by the rows below (a text above numbers is a name).
   * Columns without a name are `column1`, `column2`, … by position.
   */
  readonly header?: boolean | "auto";
  /** Default: detected among comma, semicolon, tab, bar and runs of blanks (`" "`), or given by a first line `sep=;`. */
  readonly delimiter?: string;
  /**
   * The decimal separator of all columns. Default: detected for each column from the first hundred rows, or from the other columns if
   * its own numbers have no fractions.
   */
  readonly decimal?: Decimal;
  /** The thousands separator of all columns. Default: detected like `decimal`. */
  readonly thousands?: Thousands;
  /** For `readCsv`: a label of the Encoding Standard, such as "latin1". Default: UTF-8, or UTF-16 if the first bytes show it. */
  readonly encoding?: string;
}

const OPTIONS: OptionNames<CsvOptions> = {
  ...COLUMN_OPTIONS,
  header: true,
  delimiter: true,
  decimal: true,
  thousands: true,
  encoding: true,
};
/** @throws TypeError for unknown options and values of a wrong type, RangeError for an impossible delimiter */
export function checkCsvOptions(options: CsvOptions): void {
  checkOptions("CSV", options, OPTIONS);
  checkColumnOptions("CSV", options);
  const { header = "auto", delimiter, decimal, thousands, encoding } = options;
  if (header !== "auto") checkBoolean("CSV: header", header);
  if (decimal !== undefined) checkChoice("CSV: decimal", decimal, [".", ","]);
  if (thousands !== undefined) checkChoice("CSV: thousands", thousands, [",", ".", " ", "'"]);
  if (thousands !== undefined && thousands === decimal) {
    throw new RangeError(`CSV: thousands: expected another mark than decimal, got ${describe(thousands)} twice`);
  }
  if (encoding !== undefined) decoderOf(encoding);
  if (delimiter === undefined || isDelimiter(delimiter)) return;
  const expected = "one character that is neither a quote nor a line end";
  if (typeof delimiter !== "string" || delimiter.length !== 1) throw wrongType("CSV: delimiter", expected, delimiter);
  throw new RangeError(`CSV: delimiter: expected ${expected}, got ${describe(delimiter)}`);
}
