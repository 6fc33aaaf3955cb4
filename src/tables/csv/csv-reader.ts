/** CsvReader: the parts of a CSV text into columns, by Papa Parse. */

import Papa from "papaparse";
import { checkText } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import { buildColumn, type ColumnBuilder, makeBuilder } from "../column-builder.js";
import { ignoredProblem, isRead, MissingValues, MOST_COLUMNS } from "../column-options.js";
import type { Table } from "../table.js";
import { blanksToTabs, type CsvDialect, findDialect } from "./csv-dialect.js";
import type { CsvOptions } from "./csv-options.js";

/** Where columns' names, delimiter and decimal marks are found. */
const PREVIEW_CHARACTERS = 1 << 16;
/** Papa Parse is given that many characters at a time: its rows take thirty times the memory of the text. */
const SLICE_CHARACTERS = 1 << 18;
/** A row longer than this is a quote that does not close. */
const MOST_ROW_CHARACTERS = 1 << 24;

/** What Papa Parse says of quotes, in full. */
const QUOTES: Readonly<Record<string, string>> = {
  MissingQuotes: "expected the quoted field that begins here to be closed",
  InvalidQuotes: 'expected quotes within a quoted field to be doubled, as in "a ""b"" c"',
};

/** Rows as they come, into columns. */
export class CsvReader {
  readonly #name: string;
  readonly #options: CsvOptions;
  readonly #missing: MissingValues;
  readonly #texts: ReadonlySet<string>;
  #parser: Papa.Parser | undefined;
  #dialect: CsvDialect | undefined;
  /** What a first line `sep=;` says. */
  #delimiter: string | undefined;
  /** The last line before the first row that began with #: its fields may be the columns' names. */
  #comment: string | undefined;
  /** Characters that are not yet parsed, line ends `\n`: the start of a row. */
  #rest = "";
  /** Characters that are not yet in `rest`: half a line end, or a line whose blanks are to be replaced. */
  #held = "";
  /** Characters that are parsed at least, until the file ends. */
  #enough = PREVIEW_CHARACTERS;
  #columns: (ColumnBuilder | undefined)[] = [];
  #names: readonly string[] = [];
  /** Where the row that is being added begins, counted from 1: rows with quoted line ends take several lines. */
  #line = 1;
  /** Of every row. */
  readonly #lines: number[] = [];

  /** @param texts columns whose texts are kept, as numbers that turned out to be names lost their spelling */
  constructor(name: string, options: CsvOptions, texts: ReadonlySet<string>) {
    checkText("CSV: name", name);
    this.#texts = texts;
    this.#name = name;
    this.#options = options;
    this.#missing = new MissingValues(options.missing);
  }

  push(text: string): void {
    for (let start = 0; start < text.length; start += SLICE_CHARACTERS) {
      this.#take(text.length <= SLICE_CHARACTERS ? text : text.slice(start, start + SLICE_CHARACTERS), false);
      if (this.#rest.length >= this.#enough) this.#parse(false);
    }
  }

  /** Names of the file's columns, once its first rows have come. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The table; or the columns of which the texts must be kept when it is read again. @throws FormatError */
  end(): { readonly table: Table } | { readonly again: ReadonlySet<string> } {
    this.#take("", true);
    this.#parse(true);
    const rows = this.#lines.length;
    if (rows === 0) throw new FormatError(`${this.#name}: expected at least one row of data, got none`);
    const columns = this.#columns.filter((column) => column !== undefined);
    const lost = columns.filter((column) => column.spellingLost);
    if (lost.length > 0) return { again: new Set(lost.map(({ name }) => name)) };
    const numbers = Int32Array.from(this.#lines);
    const origin = { file: this.#name, unit: "line" as const, numbers, columns: this.#names };
    const complain = (row: number, message: string) => {
      this.#line = this.#lines[row] as number;
      return this.#complain(message);
    };
    return { table: { rows, columns: columns.map((column) => buildColumn(column, complain)), origin } };
  }

  /** Takes a text up with line ends `\n`, and tabs for blanks once it is known that these delimit. */
  #take(text: string, last: boolean): void {
    let whole = this.#held + text;
    this.#held = "";
    // Half of \r\n.
    if (!last && whole.endsWith("\r")) [whole, this.#held] = [whole.slice(0, -1), "\r"];
    if (whole.includes("\r")) whole = whole.replace(/\r\n?/g, "\n");
    if (this.#dialect?.blanks) {
      const end = last ? whole.length : whole.lastIndexOf("\n") + 1;
      this.#held = whole.slice(end) + this.#held;
      whole = blanksToTabs(whole.slice(0, end));
    }
    this.#rest += whole;
  }

  #parse(last: boolean): void {
    if (!this.#parser && !this.#skipPreamble(last)) return;
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
      this.#line += 1 + (isQuoted ? lineEndsIn(fields) : 0);
    }
    if (quotes) throw this.#complain(QUOTES[quotes.code] ?? quotes.message);
    this.#line = before + count("\n", text, meta.cursor);
    // Twice of what had no end: a row that comes in many parts is parsed a few times, not with each part.
    this.#enough = 2 * this.#rest.length;
    this.#checkLength();
  }

  #checkLength(): void {
    const got = this.#rest.length + this.#held.length;
    if (got <= MOST_ROW_CHARACTERS) return;
    throw this.#complain(
      `expected a row of at most ${MOST_ROW_CHARACTERS} characters, got ${got}: is a quote not closed?`,
    );
  }

  /** Reads over what stands before the first row. Returns whether it is there. */
  #skipPreamble(last: boolean): boolean {
    // The byte order mark of a text that was not decoded from bytes.
    if (this.#line === 1) this.#rest = this.#rest.replace(/^\ufeff/, "");
    for (;;) {
      this.#skipEmptyLines();
      const end = this.#rest.indexOf("\n");
      const line = end < 0 ? this.#rest : this.#rest.slice(0, end);
      const delimiter = this.#line === 1 ? /^"?sep=(.)"?$/i.exec(line)?.[1] : undefined;
      if (!line.startsWith("#") && delimiter === undefined) return true;
      if (end < 0 && !last) {
        this.#checkLength();
        return false;
      }
      if (delimiter === undefined) this.#comment = line;
      else this.#delimiter = delimiter;
      this.#rest = end < 0 ? "" : this.#rest.slice(end + 1);
      if (end < 0) return true;
      ++this.#line;
    }
  }

  /** Files of nothing else take Papa Parse minutes. */
  #skipEmptyLines(): void {
    const text = this.#rest;
    let end = 0;
    for (; text.startsWith("\n", end); ++end) ++this.#line;
    if (end > 0) this.#rest = text.slice(end);
  }

  /** @throws FormatError when the first row of a text has too many fields, before there is an array of them */
  #checkWidth(text: string): void {
    if (text.length <= MOST_COLUMNS) return;
    const fields = countFields(text, this.#dialect?.delimiter ?? ",", "\n", MOST_COLUMNS + 1);
    if (fields > MOST_COLUMNS) throw this.#complain(`expected at most ${MOST_COLUMNS} fields, got more`);
  }

  /** Papa Parse's inner parser, which goes on where it was: its outer one wants the whole text, or a Node stream. */
  #makeParser(last: boolean): Papa.Parser {
    const beginning = this.#rest.slice(0, PREVIEW_CHARACTERS);
    const isCut = !last || beginning.length < this.#rest.length;
    const { decimal, thousands, header, delimiter = this.#delimiter } = this.#options;
    const dialect = findDialect(beginning, isCut, { decimal, thousands, header, delimiter });
    this.#dialect = dialect;
    if (dialect.blanks) {
      const rest = this.#rest;
      this.#rest = "";
      this.#held = rest + this.#held;
      this.#take("", last);
    }
    const Parser = Papa.Parser as unknown as new (config: Papa.ParseConfig) => Papa.Parser;
    return new Parser({ delimiter: dialect.delimiter, newline: "\n" });
  }

  #add(fields: readonly string[]): void {
    if (this.#columns.length === 0) {
      const { header, rowNames } = this.#dialect as CsvDialect;
      this.#begin(header ? [...(rowNames ? [""] : []), ...fields] : this.#namesInComment(fields));
      if (header) return;
    }
    if (fields.length !== this.#columns.length) {
      if (fields[0]?.startsWith("#")) return;
      throw this.#complain(`expected ${this.#columns.length} fields, got ${fields.length}`);
    }
    if (this.#comment !== undefined && fields[0]?.startsWith("#")) return;
    for (let index = 0; index < fields.length; ++index) {
      this.#columns[index]?.addText((fields[index] as string).trim());
    }
    this.#lines.push(this.#line);
  }

  /** The names in the comment above the first row, as NumPy writes them, if it has one for each field; else none. */
  #namesInComment(fields: readonly string[]): readonly string[] {
    const none = fields.map(() => "");
    if (this.#comment === undefined || this.#options.header === false || fields.length < 2) return none;
    const { delimiter, blanks } = this.#dialect as CsvDialect;
    const line = this.#comment.replace(/^#+\s*/, "");
    const names = (blanks ? blanksToTabs(line) : line).split(delimiter).map((name) => name.trim());
    return names.length === fields.length && names.every((name) => /\D/.test(name)) ? names : none;
  }

  #begin(given: readonly string[]): void {
    const names = given.map((name, index) => name.trim() || `column${index + 1}`);
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
    this.#names = names;
    const styles = (this.#dialect as CsvDialect).styles;
    this.#columns = names.map((name, index) =>
      isRead(name, this.#options)
        ? makeBuilder(name, this.#options, {
            style: styles[index],
            missing: this.#missing,
            keepsTexts: this.#texts.has(name),
          })
        : undefined,
    );
  }

  #complain(what: string): FormatError {
    return new FormatError(`${this.#name}: line ${this.#line}: ${what}`);
  }
}

function lineEndsIn(fields: readonly string[]): number {
  return fields.reduce((lines, field) => lines + count("\n", field, field.length), 0);
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
