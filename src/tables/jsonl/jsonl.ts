/** Reads JSON Lines as columns: one object per line, of numbers, texts, booleans and null. */

import { checkDepth } from "../../checks/check-json.js";
import { checkOptions, describe } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import { duplicateKey, numberText } from "../../checks/json-keys.js";
import { type Chunks, decode, decoderOf } from "../chunks.js";
import { buildColumn, type ColumnBuilder, makeBuilder } from "../column-builder.js";
import {
  COLUMN_OPTIONS,
  type ColumnOptions,
  checkColumnOptions,
  ignoredProblem,
  isRead,
  MissingValues,
  MOST_COLUMNS,
} from "../column-options.js";
import type { Table } from "../table.js";

const { isFinite: isFiniteNumber, MAX_SAFE_INTEGER } = Number;
const { abs } = Math;

/** The longest line that is read. */
const MOST_LINE_CHARACTERS = 1 << 24;
/** A line that is not longer takes a few megabytes, however deep its lists are. */
const MOST_UNCHECKED_CHARACTERS = 1 << 16;

/**
 * Values that a table may have, the missing ones among them: so many, and one for each character that was read. A file of other keys
 * in each line has a table that grows with its square.
 */
const VALUES = { room: 2 ** 20, each: 1 };

/** Options of `readJsonLines`. */
export interface JsonLinesOptions extends ColumnOptions {
  /** A label of the Encoding Standard, such as "utf-16le". Default: UTF-8, or UTF-16 if the first bytes show it. */
  readonly encoding?: string;
}

/**
 * Reads the columns of a JSON Lines file. Numbers are numeric. Texts, true, false and integers that float64 would round are
 * categories, but texts that are numbers or dates count as such, as in `parseCsv`. null, Python's NaN and absent keys are missing.
 *
 * @param name of the file, for messages
 * @throws FormatError for a line that is no object, keys that come twice, nested values, a file without rows, bytes that are not of the encoding, and
 * more than 65 536 columns or, of rows by columns, 2^20 values and one for each character read until then; TypeError for anything but
 * parts of a file
 */
export async function readJsonLines(chunks: Chunks, name = "JSONL", options: JsonLinesOptions = {}): Promise<Table> {
  checkOptions("JSON Lines", options, { ...COLUMN_OPTIONS, encoding: true });
  checkColumnOptions("JSON Lines", options);
  if (options.encoding !== undefined) decoderOf(options.encoding);
  const reader = new JsonLinesReader(name, options);
  // Parts of the line that has not ended: joined once, as it may come in many.
  let parts: string[] = [];
  let length = 0;
  for await (const text of decode(chunks, name, options.encoding)) {
    reader.characters += text.length;
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      parts.push(text.slice(from, end));
      reader.addLine(parts.length === 1 ? (parts[0] as string) : parts.join(""));
      parts = [];
      length = 0;
      from = end + 1;
    }
    if (from === text.length) continue;
    parts.push(text.slice(from));
    length += text.length - from;
    if (length > MOST_LINE_CHARACTERS) {
      throw new FormatError(`${name}: expected lines of at most ${MOST_LINE_CHARACTERS} characters, got a longer one`);
    }
  }
  reader.addLine(parts.join(""));
  return reader.table();
}

class JsonLinesReader {
  readonly #name: string;
  readonly #options: ColumnOptions;
  readonly #missing: MissingValues;
  readonly #columns = new Map<string, ColumnBuilder>();
  readonly #ignored = new Set<string>();
  /** Read so far. */
  characters = 0;
  #line = 0;
  /** Of every row. */
  readonly #lines: number[] = [];

  constructor(name: string, options: ColumnOptions) {
    this.#name = name;
    this.#options = options;
    this.#missing = new MissingValues(options.missing);
  }

  addLine(line: string): void {
    ++this.#line;
    if (line.trim() === "") return;
    this.#checkSize(this.#lines.length + 1, this.#columns.size);
    const values = this.#parse(line);
    const keys = Object.keys(values);
    this.#checkKeys(line, keys, values);
    for (const key of keys) {
      const value = values[key];
      const column = this.#columns.get(key) ?? this.#begin(key);
      // What is missing is made up for by the next value, or at the end.
      if (!column || value === null) continue;
      column.addMissing(this.#lines.length - column.rows);
      this.#place(column, value, line);
    }
    this.#lines.push(this.#line);
  }

  /** @throws FormatError when there was no row, or no such column as is to be ignored */
  table(): Table {
    const rows = this.#lines.length;
    if (rows === 0) throw new FormatError(`${this.#name}: expected at least one row of data, got none`);
    const names = [...this.#columns.keys(), ...this.#ignored];
    const problem = ignoredProblem(names, this.#options);
    if (problem) throw new FormatError(`${this.#name}: ${problem}`);
    for (const column of this.#columns.values()) column.addMissing(rows - column.rows);
    const origin = { file: this.#name, unit: "line" as const, numbers: Int32Array.from(this.#lines), columns: names };
    const complain = (row: number, message: string) => {
      this.#line = this.#lines[row] as number;
      return this.#complain(message);
    };
    return { rows, columns: [...this.#columns.values()].map((column) => buildColumn(column, complain)), origin };
  }

  /** Before a column has room for them: a value in a row has room for all rows before it. */
  #checkSize(rows: number, columns: number): void {
    const most = VALUES.room + VALUES.each * this.characters;
    if (rows * columns <= most) return;
    throw this.#complain(
      `expected at most ${most} values up to here, missing ones among them, got ${rows} rows of ${columns} columns`,
    );
  }

  #parse(line: string): Record<string, unknown> {
    let value: unknown;
    try {
      if (line.length > MOST_UNCHECKED_CHARACTERS) checkDepth(line);
      value = parseLine(line);
    } catch (cause) {
      throw this.#complain(`expected JSON, got ${describe(line)}: ${(cause as Error).message}`, cause);
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.#complain(`expected an object, got ${describe(value)}`);
  }

  /** @throws FormatError for a key that comes twice, of which JSON.parse keeps the last */
  #checkKeys(line: string, keys: readonly string[], values: Readonly<Record<string, unknown>>): void {
    let colons = keys.length;
    for (const key of keys) {
      const value = values[key];
      colons += countColons(key) + (typeof value === "string" ? countColons(value) : 0);
    }
    // Each key has a colon, and texts have theirs: no more than these, without escapes, leave none for a second key.
    if (countColons(line) <= colons && !line.includes("\\")) return;
    const twice = duplicateKey(line);
    if (twice !== undefined) throw this.#complain(`expected each key once, got ${describe(twice)} twice`);
  }

  /** A column that comes up now; undefined if it is not to be read. */
  #begin(key: string): ColumnBuilder | undefined {
    if (this.#columns.size + this.#ignored.size >= MOST_COLUMNS && !this.#ignored.has(key)) {
      throw this.#complain(
        `expected at most ${MOST_COLUMNS} columns, got ${JSON.stringify(key.slice(0, 40))} beside them`,
      );
    }
    if (!isRead(key, this.#options)) {
      this.#ignored.add(key);
      return undefined;
    }
    this.#checkSize(this.#lines.length + 1, this.#columns.size + 1);
    const column = makeBuilder(key, this.#options, { missing: this.#missing });
    this.#columns.set(key, column);
    return column;
  }

  #place(column: ColumnBuilder, value: unknown, line: string): void {
    if (typeof value === "number" && isFiniteNumber(value)) {
      const isLong = abs(value) > MAX_SAFE_INTEGER;
      column.addNumber(value, isLong ? numberText(line, column.name) : undefined);
    } else if (typeof value === "string") column.addString(value.trim());
    else if (typeof value === "boolean") column.addString(String(value));
    else {
      const expected = "a finite number, a text, true, false or null";
      throw this.#complain(`${column.name}: expected ${expected}, got ${describe(value)}`);
    }
  }

  #complain(what: string, cause?: unknown): FormatError {
    return new FormatError(`${this.#name}: line ${this.#line}: ${what}`, { cause });
  }
}

/** A line as JSON; with NaN and Infinity, which Python writes, as texts. @throws SyntaxError */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    const quoted = line.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (part) =>
      part.startsWith('"') ? part : `"${part}"`,
    );
    if (quoted === line) throw error;
    return JSON.parse(quoted);
  }
}

function countColons(text: string): number {
  let count = 0;
  for (let at = text.indexOf(":"); at >= 0; at = text.indexOf(":", at + 1)) ++count;
  return count;
}
