/** JSON Lines as columns: one object a line, of numbers, texts, booleans and null. */

import { checkOptions, describe } from "../check-options.js";
import { FormatError } from "../errors.js";
import { type Chunks, decode } from "./chunks.js";
import {
  COLUMN_OPTIONS,
  ColumnBuilder,
  type ColumnOptions,
  checkColumnOptions,
  ignoredProblem,
  isRead,
  kindOf,
  NotANumber,
} from "./column-builder.js";
import type { Table } from "./table.js";

const { isFinite: isFiniteNumber } = Number;

/** A line longer than this is not held in memory. */
const MOST_LINE_CHARACTERS = 1 << 24;

/**
 * The columns of a JSON Lines file: numbers are numeric; texts, true and false are categories; null and keys that a line does
 * not have are missing. A column of both numbers and texts is categorical.
 *
 * @param name of the file, for messages
 * @throws FormatError for a line that is no object, nested values, a file without rows, bytes that are not UTF-8; TypeError for
 * anything but parts of a file
 */
export async function readJsonLines(chunks: Chunks, name = "JSONL", options: ColumnOptions = {}): Promise<Table> {
  checkOptions("JSON Lines", options, COLUMN_OPTIONS);
  checkColumnOptions("JSON Lines", options);
  const reader = new JsonLinesReader(name, options);
  let rest = "";
  for await (const text of decode(chunks, name)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) reader.addLine(line);
    if (rest.length > MOST_LINE_CHARACTERS) {
      throw new FormatError(`${name}: expected lines of at most ${MOST_LINE_CHARACTERS} characters, got a longer one`);
    }
  }
  reader.addLine(rest);
  return reader.table();
}

class JsonLinesReader {
  readonly #name: string;
  readonly #options: ColumnOptions;
  readonly #columns = new Map<string, ColumnBuilder>();
  readonly #ignored = new Set<string>();
  #line = 0;
  /** Of every row. */
  readonly #lines: number[] = [];

  constructor(name: string, options: ColumnOptions) {
    this.#name = name;
    this.#options = options;
  }

  addLine(line: string): void {
    ++this.#line;
    if (line.trim() === "") return;
    const values = this.#parse(line);
    for (const key of Object.keys(values)) this.#begin(key);
    for (const [key, column] of this.#columns) {
      this.#place(column, Object.hasOwn(values, key) ? values[key] : null);
    }
    this.#lines.push(this.#line);
  }

  /** @throws FormatError when there was no row, or no such column as is to be ignored */
  table(): Table {
    const rows = this.#lines.length;
    if (rows === 0) throw new FormatError(`${this.#name}: expected at least one row of data, got none`);
    const problem = ignoredProblem([...this.#columns.keys(), ...this.#ignored], this.#options);
    if (problem) throw new FormatError(`${this.#name}: ${problem}`);
    const origin = { file: this.#name, unit: "line" as const, numbers: Int32Array.from(this.#lines) };
    return { rows, columns: [...this.#columns.values()].map((column) => column.build()), origin };
  }

  #parse(line: string): Record<string, unknown> {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw this.#complain(`expected JSON, got ${describe(line)}: ${(cause as Error).message}`, cause);
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw this.#complain(`expected an object, got ${describe(value)}`);
  }

  /** A column that comes up now is missing in all rows before. */
  #begin(key: string): void {
    if (this.#columns.has(key)) return;
    if (!isRead(key, this.#options)) {
      this.#ignored.add(key);
      return;
    }
    const column = new ColumnBuilder(key, kindOf(key, this.#options));
    for (let row = 0; row < this.#lines.length; ++row) column.addMissing();
    this.#columns.set(key, column);
  }

  #place(column: ColumnBuilder, value: unknown): void {
    try {
      if (value === null) column.addMissing();
      else if (typeof value === "number" && isFiniteNumber(value)) column.addNumber(value);
      else if (typeof value === "string" || typeof value === "boolean") column.addName(String(value));
      else {
        const expected = "a finite number, a text, true, false or null";
        throw this.#complain(`${column.name}: expected ${expected}, got ${describe(value)}`);
      }
    } catch (error) {
      throw error instanceof NotANumber ? this.#complain(`${column.name}: ${error.message}`) : error;
    }
  }

  #complain(what: string, cause?: unknown): FormatError {
    return new FormatError(`${this.#name}: line ${this.#line}: ${what}`, { cause });
  }
}
