/** ColumnBuilder: a column of a table, value by value, in typed arrays that grow. */

import { type ColumnDecision, type DateOrder, decideColumn, FEW_NUMBERS, isFew, NotANumber } from "./column-kind.js";
import { type ColumnOptions, dayFirstOf, kindOf, type MissingValues } from "./column-options.js";
import { dateText } from "./dates.js";
import { isMissing, isMissingAmongNumbers } from "./missing.js";
import type { Column, ColumnKind, MissingTexts } from "./table.js";
import { NumberReader, type NumberStyle, PLAIN_STYLE } from "./written-number.js";

const { isNaN: isNaNumber, MAX_SAFE_INTEGER, NaN: NOT_A_NUMBER, POSITIVE_INFINITY } = Number;
const { abs } = Math;

/** Shared by columns that have no value yet, of which a file may have thousands. */
const [NO_NUMBERS, NO_CODES] = [new Float64Array(0), new Int32Array(0)];
/** So many texts are waited for before a column that begins with numbers is taken for one of names. */
const EARLY_TEXTS = 100;
/** Texts that were taken for missing of which a table keeps the spelling. */
const MOST_EXAMPLES = 5;

export interface BuilderOptions {
  /** Default: found from the values. */
  readonly kind?: ColumnKind | undefined;
  /** Of numbers in texts. */
  readonly style?: NumberStyle | undefined;
  /** How ambiguous dates are read; default: by what the column shows. */
  readonly dayFirst?: boolean | undefined;
  readonly missing?: MissingValues | undefined;
  /** Whether texts are kept as they are until all are known; default: numbers are kept as numbers. */
  readonly keepsTexts?: boolean | undefined;
  /** Rows that the column will have, if that is known: there is room for no more then. */
  readonly most?: number | undefined;
}

/** The column. @param complain an error for the row, from 0, whose value its kind does not have */
export function buildColumn(builder: ColumnBuilder, complain: (row: number, message: string) => Error): Column {
  try {
    return builder.build();
  } catch (error) {
    if (!(error instanceof NotANumber)) throw error;
    throw complain(error.row ?? 0, `column ${builder.name}: ${error.message}`);
  }
}

/** The builder of a column that a reader's options may say something about. */
export function makeBuilder(
  name: string,
  options: ColumnOptions,
  more: Omit<BuilderOptions, "kind" | "dayFirst"> = {},
): ColumnBuilder {
  return new ColumnBuilder(name, { kind: kindOf(name, options), dayFirst: dayFirstOf(name, options), ...more });
}

/**
 * Numeric where all values but a few texts are numbers, and none an integer that a float64 would round; of dates where they are;
 * else categorical. The spelling of numbers that were texts (007, 1.50) is not kept: where a column turns out to be one of names
 * only then, the reader begins again with `keepsTexts`.
 */
export class ColumnBuilder {
  readonly name: string;
  readonly #given: ColumnKind | undefined;
  readonly #dayFirst: boolean | undefined;
  /** None are asked for where there are none: sets take their time, for each value of a file. */
  readonly #missing: MissingValues | undefined;
  readonly #most: number;
  readonly #reader: NumberReader;
  #numbers = NO_NUMBERS;
  /** Of texts that are no number, or are kept as they are. */
  #codes = NO_CODES;
  readonly #index = new Map<string, number>();
  #rows = 0;
  /** Whether texts are kept as they are from now on. */
  #keepsTexts: boolean;
  /** Whether numbers were texts, whose spelling is gone. */
  #hasLost = false;
  #numberRows = 0;
  #textRows = 0;
  #hasDates = false;
  readonly #different = new Set<number>();
  /** Whether there are more of them than may be names. */
  #isVaried = false;
  #decision: ColumnDecision | undefined;

  constructor(name: string, { kind, style = PLAIN_STYLE, dayFirst, missing, keepsTexts, most }: BuilderOptions = {}) {
    this.name = name;
    this.#given = kind;
    this.#keepsTexts = keepsTexts || kind === "categorical" || kind === "date";
    this.#dayFirst = dayFirst;
    this.#missing = missing?.isEmpty ? undefined : missing;
    this.#most = most ?? POSITIVE_INFINITY;
    this.#reader = new NumberReader(style);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether the column is none of numbers, and the spelling of some texts is gone. */
  get spellingLost(): boolean {
    return this.#hasLost && this.#given === undefined && this.#decided.kind !== "numeric";
  }

  /** Adds a field of a text, which may be a number. */
  addText(text: string): void {
    if (isMissing(text) || this.#missing?.hasText(text)) {
      this.addMissing();
      return;
    }
    const value = this.#keepsTexts ? undefined : this.#reader.read(text);
    if (value === undefined || this.#isRounded(value, text)) {
      this.#addWord(text);
      return;
    }
    this.#hasLost = true;
    this.addNumber(value);
  }

  /** Adds a text, which is kept as it is until all are known: they may be numbers. */
  addString(text: string): void {
    if (isMissing(text) || this.#missing?.hasText(text)) this.addMissing();
    else this.#pushCode(text);
  }

  /** Adds a number. @param digits all of an integer's, of which `value` may have lost some */
  addNumber(value: number, digits?: string): void {
    if (this.#missing?.hasNumber(value)) {
      this.addMissing();
      return;
    }
    if (digits !== undefined && this.#isRounded(value, digits)) {
      this.#pushCode(digits);
      return;
    }
    if (this.#rows >= this.#numbers.length) {
      this.#numbers = resized(this.#numbers, new Float64Array(this.#grown()), NOT_A_NUMBER);
    }
    this.#numbers[this.#rows++] = value;
    ++this.#numberRows;
    if (!this.#isVaried) this.#isVaried = this.#different.add(value).size > FEW_NUMBERS;
  }

  /** Adds a date, in milliseconds since 1970. */
  addDate(time: number): void {
    this.#hasDates = true;
    this.addNumber(time);
  }

  /** Adds missing values: those at the end of a column take no memory before it is built. */
  addMissing(rows = 1): void {
    this.#rows += rows;
  }

  /**
   * Returns the column in arrays of exactly its length, and drops the builder's own: a table is never in memory twice. Call it once.
   *
   * @throws NotANumber if the options ask for numbers or dates, and a value is neither
   */
  build(): Column {
    const found = this.#decided;
    const column = found.kind === "categorical" ? this.#buildNames() : this.#buildValues(found);
    [this.#numbers, this.#codes] = [NO_NUMBERS, NO_CODES];
    return column;
  }

  #buildValues(found: Exclude<ColumnDecision, { readonly kind: "categorical" }>): Column {
    return found.kind === "date" ? this.#buildDates(found.values, found.order) : this.#buildNumbers(found.values);
  }

  /** A text that is no number. */
  #addWord(text: string): void {
    if (!this.#keepsTexts && !isMissingAmongNumbers(text)) {
      ++this.#textRows;
      const [few, all] = [this.#textRows, this.#numberRows + this.#textRows];
      const areMany = this.#numberRows === 0 || (few > EARLY_TEXTS && !isFew(few, all));
      if (this.#given === undefined && areMany) this.#keepsTexts = true;
    }
    this.#pushCode(text);
  }

  #pushCode(text: string): void {
    let code = this.#index.get(text);
    if (code === undefined) {
      code = this.#index.size;
      this.#index.set(detached(text), code);
    }
    if (this.#rows >= this.#codes.length) this.#codes = resized(this.#codes, new Int32Array(this.#grown()), -1);
    this.#codes[this.#rows++] = code;
  }

  /** Rows that there is room for once those that there are are not enough. */
  #grown(): number {
    return Math.max(4, Math.min(this.#rows * 2, this.#most));
  }

  /** Whether the value is an integer of more digits than a float64 has: of two keys it would make one. Asked for numbers it is one. */
  #isRounded(value: number, text: string): boolean {
    if (abs(value) <= MAX_SAFE_INTEGER || this.#given === "numeric") return false;
    return /^[+-]?\d+$/.test(text) && String(value) !== text;
  }

  get #decided(): ColumnDecision {
    this.#decision ??= decideColumn({
      given: this.#given,
      texts: [...this.#index.keys()],
      rows: this.#countRows(),
      numberRows: this.#numberRows,
      different: this.#different,
      hasDates: this.#hasDates,
      dayFirst: this.#dayFirst,
      read: (text) => {
        const value = this.#reader.read(text);
        return value === undefined || this.#isRounded(value, text) ? undefined : value;
      },
      firstRow: (code) => this.#codes.indexOf(code),
    });
    return this.#decision;
  }

  /** Rows of each text. */
  #countRows(): Int32Array {
    const rows = new Int32Array(this.#index.size);
    if (rows.length > 0) for (const code of this.#codes) if (code >= 0) rows[code] = (rows[code] as number) + 1;
    return rows;
  }

  #buildNumbers(valuesOfTexts: readonly number[]): Column {
    const { name } = this;
    const { hasDecimalComma, thousands, units } = this.#reader;
    const texts = this.#missingTexts(valuesOfTexts);
    return {
      name,
      kind: "numeric",
      values: this.#allNumbers(valuesOfTexts),
      ...(hasDecimalComma && { decimal: "," as const }),
      ...(thousands && { thousands }),
      ...(units.size > 0 && { units: [...units] }),
      ...(texts && { texts }),
    };
  }

  #buildDates(times: readonly number[], order: DateOrder | undefined): Column {
    const texts = this.#missingTexts(times);
    return {
      name: this.name,
      kind: "date",
      values: this.#allNumbers(times),
      ...(order && { dayFirst: order.dayFirst }),
      ...(order?.ambiguous && { ambiguous: true as const }),
      ...(texts && { texts }),
    };
  }

  #allNumbers(valuesOfTexts: readonly number[]): Float64Array {
    const values = resized(this.#numbers, new Float64Array(this.#rows), NOT_A_NUMBER);
    if (this.#index.size === 0) return values;
    for (let row = 0; row < Math.min(this.#rows, this.#codes.length); ++row) {
      const code = this.#codes[row] as number;
      if (code >= 0) values[row] = valuesOfTexts[code] as number;
    }
    return values;
  }

  #missingTexts(values: readonly number[]): MissingTexts | undefined {
    const taken = [...this.#index].filter(([, code]) => isNaNumber(values[code] as number));
    if (taken.length === 0) return undefined;
    const counts = this.#countRows();
    const rows = taken.reduce((sum, [, code]) => sum + (counts[code] as number), 0);
    return { rows, examples: taken.slice(0, MOST_EXAMPLES).map(([text]) => text) };
  }

  /** The names, numbers among them by their shortest digits, in the order of their first rows. */
  #buildNames(): Column {
    const { name } = this;
    if (this.#numberRows === 0) {
      const codes = resized(this.#codes, new Int32Array(this.#rows), -1);
      return { name, kind: "categorical", categories: [...this.#index.keys()], codes };
    }
    const texts = [...this.#index.keys()];
    const index = new Map<string, number>();
    const codes = new Int32Array(this.#rows).fill(-1);
    for (let row = 0; row < this.#rows; ++row) {
      const value = this.#numbers[row] ?? NOT_A_NUMBER;
      const text = texts[this.#codes[row] ?? -1] ?? (isNaNumber(value) ? undefined : this.#textOf(value));
      if (text === undefined) continue;
      if (!index.has(text)) index.set(text, index.size);
      codes[row] = index.get(text) as number;
    }
    return { name, kind: "categorical", categories: [...index.keys()], codes };
  }

  #textOf(value: number): string {
    return this.#hasDates ? dateText(value) : String(value);
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

/**
 * The same text in memory of its own: engines keep a part of a text as a reference to the whole, here a megabyte of a file.
 */
function detached(text: string): string {
  return text.length < 13 ? text : (JSON.parse(JSON.stringify(text)) as string);
}
