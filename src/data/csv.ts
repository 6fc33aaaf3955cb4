/** CSV as columns, by Papa Parse: `simdgrad/csv`. */

import Papa from "papaparse";
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkOptions,
  checkText,
  describe,
  type OptionNames,
  wrongType,
} from "../check-options.js";
import { FormatError } from "../errors.js";
import { type Chunks, decode } from "./chunks.js";
import {
  COLUMN_OPTIONS,
  ColumnBuilder,
  type ColumnOptions,
  checkColumnOptions,
  type Decimal,
  ignoredProblem,
  isDelimiter,
  isMissing,
  isRead,
  kindOf,
  MOST_COLUMNS,
  NotANumber,
  parseNumber,
} from "./column-builder.js";
import { findDialect } from "./csv-dialect.js";
import type { Table } from "./table.js";

/** Options of `parseCsv` and `readCsv`. */
export interface CsvOptions extends ColumnOptions {
  /**
   * Whether the first row holds the columns' names; `"auto"`, the default: unless one of its fields is a number. A column
   * without a name is `column1`, `column2`, … by its place.
   */
  readonly header?: boolean | "auto";
  /** Default: found among comma, semicolon, tab and bar. */
  readonly delimiter?: string;
  /**
   * What parts a number's fraction from its whole, in all columns. Default: found for each column from the first hundred rows,
   * or from the other columns where its own have no fractions; a point where commas delimit.
   */
  readonly decimal?: Decimal;
}

const OPTIONS: OptionNames<CsvOptions> = { ...COLUMN_OPTIONS, header: true, delimiter: true, decimal: true };
/** Where columns' names, delimiter and decimal marks are found. */
const PREVIEW_CHARACTERS = 1 << 16;
/** Papa Parse is given that many characters at a time: its rows take thirty times the memory of the text. */
const SLICE_CHARACTERS = 1 << 18;
/** A row longer than this is a quote that does not close. */
const MOST_ROW_CHARACTERS = 1 << 24;

/**
 * The columns of a CSV text: numeric where every value that is there is a finite decimal number, and no integer that a float64
 * would round, such as a key of 19 digits; else categorical. A column with decimal commas (1,5) says so as its `decimal`. Empty
 * fields, NA, N/A, NaN, null, none and ? are missing. Quoted fields, a byte order mark and empty lines are understood.
 *
 * @param name of the file, for messages
 * @throws FormatError for quotes that do not close, rows of another length, of more than 65 536 fields or 2^24 characters, names
 * that come twice, no rows, or without a column that is to be ignored
 */
export function parseCsv(text: string, name = "CSV", options: CsvOptions = {}): Table {
  checkCsvOptions(options);
  checkText("parseCsv: text", text);
  for (let kinds: Kinds = options.kinds ?? {}; ; ) {
    const reader = new CsvReader(name, { ...options, kinds });
    reader.push(text);
    const read = reader.end();
    if ("table" in read) return read.table;
    kinds = { ...kinds, ...read.again };
  }
}

/**
 * `parseCsv` of a file that is read in parts, of which never more than a few are in memory.
 *
 * @param open gives the parts from the first on. It is called again, once, if a column that began with numbers turns out to
 * be one of names, whose spelling counts
 * @throws as parseCsv, and FormatError for bytes that are not UTF-8, and for others the second time; TypeError when there are none
 * the second time, since the stream is the first one
 */
export async function readCsv(open: () => Chunks, name = "CSV", options: CsvOptions = {}): Promise<Table> {
  checkFunction("readCsv: open", open, "a function that gives the file's parts, such as () => createReadStream(path)");
  checkCsvOptions(options);
  let before: number | undefined;
  for (let kinds: Kinds = options.kinds ?? {}; ; ) {
    const reader = new CsvReader(name, { ...options, kinds });
    let characters = 0;
    for await (const text of decode(open(), name)) {
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
    kinds = { ...kinds, ...read.again };
  }
}

/** @throws TypeError for unknown options and values of a wrong type, RangeError for a delimiter that cannot be one */
function checkCsvOptions(options: CsvOptions): void {
  checkOptions("CSV", options, OPTIONS);
  checkColumnOptions("CSV", options);
  const { header = "auto", delimiter, decimal } = options;
  if (header !== "auto") checkBoolean("CSV: header", header);
  if (decimal !== undefined) checkChoice("CSV: decimal", decimal, [".", ","]);
  if (delimiter === undefined || isDelimiter(delimiter)) return;
  const expected = "one character that is neither a quote nor a line end";
  if (typeof delimiter !== "string" || delimiter.length !== 1) throw wrongType("CSV: delimiter", expected, delimiter);
  throw new RangeError(`CSV: delimiter: expected ${expected}, got ${describe(delimiter)}`);
}

/** What Papa Parse says of quotes, in full. */
const QUOTES: Readonly<Record<string, string>> = {
  MissingQuotes: "expected the quoted field that begins here to be closed",
  InvalidQuotes: 'expected quotes within a quoted field to be doubled, as in "a ""b"" c"',
};

type Kinds = NonNullable<CsvOptions["kinds"]>;

/** Rows as they come, into columns. */
class CsvReader {
  readonly #name: string;
  readonly #options: CsvOptions;
  #parser: Papa.Parser | undefined;
  /** Of the columns, by their place. */
  #decimals: readonly Decimal[] = [];
  /** Characters that are not yet parsed: the start of a row. */
  #rest = "";
  /** Characters that are parsed at least, until the file ends. */
  #enough = PREVIEW_CHARACTERS;
  #columns: (ColumnBuilder | undefined)[] = [];
  #newline = "\n";
  #delimiter = ",";
  /** Where the row that is being added begins, counted from 1: rows with quoted line ends take several lines. */
  #line = 1;
  /** Of every row. */
  readonly #lines: number[] = [];

  constructor(name: string, options: CsvOptions) {
    checkText("CSV: name", name);
    this.#name = name;
    this.#options = options;
  }

  push(text: string): void {
    for (let start = 0; start < text.length; start += SLICE_CHARACTERS) {
      this.#rest += text.length <= SLICE_CHARACTERS ? text : text.slice(start, start + SLICE_CHARACTERS);
      if (this.#rest.length >= this.#enough) this.#parse(false);
    }
  }

  /** The table; or the columns that must be read again, as names. @throws FormatError */
  end(): { readonly table: Table } | { readonly again: Kinds } {
    this.#parse(true);
    const rows = this.#lines.length;
    if (rows === 0) throw new FormatError(`${this.#name}: expected at least one row of data, got none`);
    const columns = this.#columns.filter((column) => column !== undefined);
    const lost = columns.filter((column) => column.spellingLost);
    if (lost.length > 0) return { again: Object.fromEntries(lost.map(({ name }) => [name, "categorical"])) };
    const origin = { file: this.#name, unit: "line" as const, numbers: Int32Array.from(this.#lines) };
    return { table: { rows, columns: columns.map((column) => column.build()), origin } };
  }

  #parse(last: boolean): void {
    // The byte order mark of a text that was not decoded from bytes.
    if (!this.#parser) this.#rest = this.#rest.replace(/^\ufeff/, "");
    this.#parser ??= this.#makeParser(last);
    this.#skipEmptyLines();
    const text = this.#rest;
    this.#checkWidth(text);
    const { data, errors, meta } = this.#parser.parse(text, 0, !last) as Papa.ParseResult<string[]>;
    this.#rest = last ? "" : text.slice(meta.cursor);
    const quotes = errors.find(({ type }) => type === "Quotes");
    const before = this.#line;
    const isQuoted = text.includes('"');
    for (const [index, fields] of data.entries()) {
      if (quotes?.row === index) break;
      if (fields.length > 1 || fields[0] !== "") this.#add(fields);
      this.#line += 1 + (isQuoted ? this.#lineEndsIn(fields) : 0);
    }
    if (quotes) throw this.#complain(QUOTES[quotes.code] ?? quotes.message);
    this.#line = before + count(this.#newline, text, meta.cursor);
    // Twice of what had no end: a row that comes in many parts is parsed a few times, not with each part.
    this.#enough = 2 * this.#rest.length;
    if (this.#rest.length > MOST_ROW_CHARACTERS) {
      const got = this.#rest.length;
      throw this.#complain(
        `expected a row of at most ${MOST_ROW_CHARACTERS} characters, got ${got}: is a quote not closed?`,
      );
    }
  }

  /** Files of nothing else take Papa Parse minutes. */
  #skipEmptyLines(): void {
    const [text, newline] = [this.#rest, this.#newline];
    let end = 0;
    for (; text.startsWith(newline, end); end += newline.length) ++this.#line;
    if (end > 0) this.#rest = text.slice(end);
  }

  /** @throws FormatError when the first row of a text has too many fields, before there is an array of them */
  #checkWidth(text: string): void {
    if (text.length <= MOST_COLUMNS) return;
    const fields = countFields(text, this.#delimiter, this.#newline, MOST_COLUMNS + 1);
    if (fields > MOST_COLUMNS) throw this.#complain(`expected at most ${MOST_COLUMNS} fields, got more`);
  }

  /** Papa Parse's inner parser, which goes on where it was: its outer one wants the whole text, or a Node stream. */
  #makeParser(last: boolean): Papa.Parser {
    const beginning = this.#rest.slice(0, PREVIEW_CHARACTERS);
    const isCut = !last || beginning.length < this.#rest.length;
    const dialect = findDialect(beginning, isCut, this.#options.delimiter, this.#options.decimal);
    this.#decimals = dialect.decimals;
    this.#newline = dialect.newline;
    this.#delimiter = dialect.delimiter;
    const Parser = Papa.Parser as unknown as new (config: Papa.ParseConfig) => Papa.Parser;
    return new Parser({ delimiter: dialect.delimiter, newline: dialect.newline as "\n" });
  }

  #add(fields: readonly string[]): void {
    if (this.#columns.length === 0) {
      const { header = "auto" } = this.#options;
      const isNumber = (field: string, index: number) => parseNumber(field.trim(), this.#decimals[index]) !== undefined;
      const isHeader = header === "auto" ? !fields.some(isNumber) : header;
      this.#begin(fields.map((field, index) => (isHeader && field.trim()) || `column${index + 1}`));
      if (isHeader) return;
    }
    if (fields.length !== this.#columns.length) {
      throw this.#complain(`expected ${this.#columns.length} fields, got ${fields.length}`);
    }
    for (let index = 0; index < fields.length; ++index) {
      const column = this.#columns[index];
      if (column) this.#place(column, (fields[index] as string).trim());
    }
    this.#lines.push(this.#line);
  }

  #place(column: ColumnBuilder, field: string): void {
    try {
      if (isMissing(field)) column.addMissing();
      else column.addText(field);
    } catch (error) {
      throw error instanceof NotANumber ? this.#complain(`column ${column.name}: ${error.message}`) : error;
    }
  }

  #begin(names: readonly string[]): void {
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name)) {
        throw new FormatError(
          `${this.#name}: column "${name}": expected each name once, got it twice (is the first row no header?)`,
        );
      }
      seen.add(name);
    }
    const problem = ignoredProblem(seen, this.#options);
    if (problem) throw new FormatError(`${this.#name}: ${problem}`);
    this.#columns = names.map((name, index) =>
      isRead(name, this.#options)
        ? new ColumnBuilder(name, kindOf(name, this.#options), this.#decimals[index])
        : undefined,
    );
  }

  #lineEndsIn(fields: readonly string[]): number {
    return fields.reduce((lines, field) => lines + count(this.#newline, field, field.length), 0);
  }

  #complain(what: string): FormatError {
    return new FormatError(`${this.#name}: line ${this.#line}: ${what}`);
  }
}

/** The number of fields in a text's first row, counted up to `most`. */
function countFields(text: string, delimiter: string, newline: string, most: number): number {
  const lineEnd = text.indexOf(newline);
  let fields = 1;
  for (let at = 0; fields < most; ++fields) {
    if (text[at] === '"') {
      // Doubled quotes are within the field.
      do at = text.indexOf('"', at + 1) + 1;
      while (at > 0 && text[at] === '"');
      if (at === 0) break;
    }
    const end = text.indexOf(delimiter, at);
    const line = lineEnd >= at || lineEnd < 0 ? lineEnd : text.indexOf(newline, at);
    if (end < 0 || (line >= 0 && line < end)) break;
    at = end + delimiter.length;
  }
  return fields;
}

/** How often a text comes in the first `end` characters of another. */
function count(what: string, text: string, end: number): number {
  let times = 0;
  for (let at = text.indexOf(what); at >= 0 && at < end; at = text.indexOf(what, at + what.length)) ++times;
  return times;
}
