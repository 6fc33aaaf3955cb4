/** ColumnBuilder: a column of a table, value by value, in typed arrays that grow. */

import { checkRecord, describe, type OptionNames } from "../check-options.js";
import type { Column, ColumnKind } from "./table.js";

const { isFinite: isFiniteNumber, isNaN: isNaNumber, MAX_SAFE_INTEGER, NaN: NOT_A_NUMBER } = Number;
const { abs } = Math;

/** Columns beyond which a file is taken for hostile rather than wide. */
export const MOST_COLUMNS = 2 ** 16;

/** Which columns a reader takes, and as what. */
export interface ColumnOptions {
  /** Kinds of columns by name, where they are not to be found from the values; `ignore`: not to be read. */
  readonly kinds?: Readonly<Record<string, ColumnKind | "ignore">>;
  /** What to do with the columns that `kinds` does not name; default `read`. */
  readonly others?: "read" | "ignore";
}

/** What parts a number's fraction from its whole. */
export type Decimal = "." | ",";

/** Whether it may stand between the fields of a CSV file: one character, of which quotes and lines are not made. */
export function isDelimiter(text: unknown): boolean {
  return typeof text === "string" && text.length === 1 && !'"\r\n\ufeff'.includes(text);
}

export const COLUMN_OPTIONS: OptionNames<ColumnOptions> = { kinds: true, others: true };

/**
 * @param what the reader, for messages
 * @throws TypeError for a `kinds` that is no record of kinds by name, and for an `others` that is neither of its values
 */
export function checkColumnOptions(what: string, { kinds = {}, others = "read" }: ColumnOptions): void {
  checkRecord(`${what}: kinds`, kinds);
  for (const [name, kind] of Object.entries(kinds)) {
    if (kind === "numeric" || kind === "categorical" || kind === "ignore") continue;
    const expected = 'expected "numeric", "categorical" or "ignore"';
    throw new TypeError(`${what}: kinds: ${JSON.stringify(name)}: ${expected}, got ${describe(kind)}`);
  }
  if (others !== "read" && others !== "ignore") {
    throw new TypeError(`${what}: others: expected "read" or "ignore", got ${describe(others)}`);
  }
}

/** Whether the options have this column read. */
export function isRead(name: string, { kinds = {}, others = "read" }: ColumnOptions): boolean {
  return Object.hasOwn(kinds, name) ? kinds[name] !== "ignore" : others === "read";
}

/** The kind that the options give this column, if any. */
export function kindOf(name: string, { kinds = {} }: ColumnOptions): ColumnKind | undefined {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  return kind === "ignore" ? undefined : kind;
}

/** What is wrong with the columns that are not to be read: one that is not there either, whose name is misspelt. */
export function ignoredProblem(names: Iterable<string>, { kinds = {} }: ColumnOptions): string | undefined {
  const there = new Set(names);
  const absent = Object.keys(kinds).find((name) => kinds[name] === "ignore" && !there.has(name));
  if (absent === undefined) return undefined;
  return `expected a column ${JSON.stringify(absent)} to ignore, got ${[...there].join(", ").slice(0, 1000)}`;
}

/** Shared by columns that have no value yet, of which a file may have thousands. */
const [NO_NUMBERS, NO_CODES] = [new Float64Array(0), new Int32Array(0)];

/** Thrown into the reader, which adds the row: a value that a column of numbers cannot take. */
export class NotANumber extends RangeError {
  override readonly name = "NotANumber";
}

/**
 * Numeric as long as every value that is there is a number, and no integer that a float64 would round. A text among numbers makes it categorical; the spelling of
 * numbers that were texts before (007, 1.50) is gone by then, so the reader has to begin again with `kind` "categorical".
 */
export class ColumnBuilder {
  readonly name: string;
  readonly #given: ColumnKind | undefined;
  #kind: ColumnKind | undefined;
  #numbers = NO_NUMBERS;
  #codes = NO_CODES;
  #index: Map<string, number> | undefined;
  #rows = 0;
  #spellingLost = false;
  /** Whether there were numbers that were texts. */
  #hasTexts = false;
  readonly #decimal: Decimal;
  readonly #most: number;
  /** Whether a number was written with a comma. */
  #hasCommas = false;

  /**
   * @param kind default: found from the values
   * @param decimal of numbers in texts
   * @param most rows that the column will have, if that is known: there is room for no more then
   */
  constructor(name: string, kind?: ColumnKind, decimal: Decimal = ".", most = Number.POSITIVE_INFINITY) {
    this.name = name;
    this.#given = kind;
    this.#kind = kind;
    this.#decimal = decimal;
    this.#most = most;
  }

  /** Rows that there is room for once those that there are are not enough. */
  #grown(): number {
    return Math.max(4, Math.min(this.#rows * 2, this.#most));
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether the column is one of names, and there were numbers before the first. */
  get spellingLost(): boolean {
    return this.#spellingLost;
  }

  /** Adds a field of a text. @throws NotANumber in a column that was said to be numeric */
  addText(text: string): void {
    const value = this.#kind === "categorical" ? undefined : parseNumber(text, this.#decimal);
    if (value === undefined || this.#isRounded(value, text)) {
      this.addName(text);
      return;
    }
    if (this.#decimal === ",") this.#hasCommas ||= text.includes(",");
    this.#hasTexts = true;
    this.addNumber(value);
  }

  /** Adds a number, as it is in a column of numbers. @param digits all of an integer's, of which `value` may have lost some */
  addNumber(value: number, digits?: string): void {
    if (digits !== undefined && this.#isRounded(value, digits)) {
      this.addName(digits);
    } else if (this.#kind === "categorical") {
      this.#addName(String(value));
    } else {
      this.#kind = "numeric";
      this.#pushNumber(value);
    }
  }

  /** Adds a name even if it reads like a number. @throws NotANumber in a column that was said to be numeric */
  addName(name: string): void {
    if (this.#given === "numeric") throw new NotANumber(`expected a number, got ${JSON.stringify(name.slice(0, 40))}`);
    if (this.#kind !== "categorical") this.#becomeCategorical();
    this.#addName(name);
  }

  /** Adds missing values: those at the end of a column take no memory before it is built. */
  addMissing(rows = 1): void {
    this.#rows += rows;
  }

  /** The column, its arrays no longer than needed. */
  build(): Column {
    const { name } = this;
    if (this.#kind === "categorical") {
      const codes = resized(this.#codes, new Int32Array(this.#rows), -1);
      return { name, kind: "categorical", categories: [...(this.#index?.keys() ?? [])], codes };
    }
    const values = resized(this.#numbers, new Float64Array(this.#rows), NOT_A_NUMBER);
    return { name, kind: "numeric", values, ...(this.#hasCommas && { decimal: "," as const }) };
  }

  /** Whether the value is an integer of more digits than a float64 has: of two keys it would make one. Asked for numbers it is one. */
  #isRounded(value: number, text: string): boolean {
    if (abs(value) <= MAX_SAFE_INTEGER || this.#given === "numeric") return false;
    return /^[+-]?\d+$/.test(text) && String(value) !== text;
  }

  #addName(name: string): void {
    this.#index ??= new Map();
    let code = this.#index.get(name);
    if (code === undefined) {
      code = this.#index.size;
      this.#index.set(detached(name), code);
    }
    if (this.#rows >= this.#codes.length) this.#codes = resized(this.#codes, new Int32Array(this.#grown()), -1);
    this.#codes[this.#rows++] = code;
  }

  #becomeCategorical(): void {
    this.#spellingLost = this.#hasTexts;
    this.#kind = "categorical";
    const [numbers, rows] = [this.#numbers, this.#rows];
    this.#numbers = NO_NUMBERS;
    if (this.#hasTexts) return;
    // Numbers that were never texts have one spelling.
    this.#rows = 0;
    for (let row = 0; row < Math.min(rows, numbers.length); ++row) {
      const value = numbers[row] as number;
      if (isNaNumber(value)) ++this.#rows;
      else this.#addName(String(value));
    }
    this.#rows = rows;
  }

  #pushNumber(value: number): void {
    if (this.#rows >= this.#numbers.length) {
      this.#numbers = resized(this.#numbers, new Float64Array(this.#grown()), NOT_A_NUMBER);
    }
    this.#numbers[this.#rows++] = value;
  }
}

/** `target` with the values of a shorter or longer array; what is beyond these is missing. */
function resized<T extends Float64Array | Int32Array>(values: T, target: T, missing: number): T {
  if (values.length === target.length) return values;
  if (values.length > target.length) target.set(values.subarray(0, target.length));
  else {
    target.set(values);
    target.fill(missing, values.length);
  }
  return target;
}

/** The finite decimal number that a text is; undefined for anything else, hexadecimal and another decimal mark among it. */
export function parseNumber(text: string, decimal: Decimal = "."): number | undefined {
  if (decimal === ",") return text.includes(".") ? undefined : parseNumber(text.replace(",", "."));
  const value = +text;
  if (!isFiniteNumber(value) || text === "") return undefined;
  // A number's syntax in JavaScript has 0x1f, 0o7 and 0b1, which are names rather than numbers in a table. It takes no sign before them.
  const prefixed = text.charCodeAt(0) === 0x30 && text.charCodeAt(1) > 0x39 && /^0[xob]/i.test(text);
  return prefixed ? undefined : value;
}

/** What stands for a missing value in a text, in any case. */
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "?"]);

export function isMissing(text: string): boolean {
  // A digit, a sign or a point: most fields end here, before a copy in lower case is made of them.
  const first = text.charCodeAt(0);
  if (first >= 0x2b && first <= 0x39) return false;
  return text.length <= 4 && MISSING.has(text.toLowerCase());
}

/**
 * The same text in memory of its own: engines keep a part of a text as a reference to the whole, here a megabyte of a file.
 */
function detached(text: string): string {
  return text.length < 13 ? text : (JSON.parse(JSON.stringify(text)) as string);
}
