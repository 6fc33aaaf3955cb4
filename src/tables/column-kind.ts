/** What a column is: numbers, dates or names, by what its texts can be read as. */

import { parseDate } from "./dates.js";
import { isMissingAmongNumbers } from "./missing.js";
import type { ColumnKind } from "./table.js";

const { isNaN: isNaNumber, NaN: NOT_A_NUMBER } = Number;

/** Of a column's values, texts up to this share are taken for missing numbers or dates. */
const FEW = 1 / 10;
/** Numbers of no more different values may be names: 0, 1, 2 and 3+. */
export const FEW_NUMBERS = 5;

/** Whether so many texts among all values are taken for missing. */
export function isFew(texts: number, all: number): boolean {
  return texts <= FEW * all;
}

/** Thrown into the reader, which adds the line: a value that a column of a known kind cannot take. */
export class NotANumber extends RangeError {
  override readonly name = "NotANumber";
  /** The row, from 0, where it is not the one that is added. */
  readonly row: number | undefined;

  constructor(message: string, row?: number) {
    super(message);
    this.row = row;
  }
}

/** What is known of a column. */
export interface ColumnEvidence {
  /** The kind that it was said to have. */
  readonly given: ColumnKind | undefined;
  /** The different texts that are not known to be numbers, and how many rows have each. */
  readonly texts: readonly string[];
  readonly rows: Int32Array;
  /** Rows that have a number. */
  readonly numberRows: number;
  /** Some of the different numbers, more than `FEW_NUMBERS` if there are. */
  readonly different: ReadonlySet<number>;
  /** Whether the numbers are dates. */
  readonly hasDates: boolean;
  /** How dates are read that the column does not tell apart. */
  readonly dayFirst: boolean | undefined;
  /** The number that a text is, if it is one. */
  read(text: string): number | undefined;
  firstRow(code: number): number;
}

export interface DateOrder {
  readonly dayFirst: boolean;
  /** Whether nothing said which of the two it is. */
  readonly ambiguous: boolean;
}

/** Of numbers and dates also what each text is, in their order; NaN for a missing value. */
export type ColumnDecision =
  | { readonly kind: "categorical" }
  | { readonly kind: "numeric"; readonly values: readonly number[] }
  | { readonly kind: "date"; readonly values: readonly number[]; readonly order: DateOrder | undefined };

/** @throws NotANumber when the column was said to be numeric or of dates, and is not */
export function decideColumn(evidence: ColumnEvidence): ColumnDecision {
  const { given, texts, rows, numberRows, hasDates } = evidence;
  if (given === "categorical") return { kind: "categorical" };
  if (given === "numeric" || (given === undefined && !hasDates)) {
    if (texts.length === 0) return { kind: "numeric", values: [] };
  }
  const all = texts.reduce(
    (sum, text, code) => sum + (isMissingAmongNumbers(text) ? 0 : (rows[code] as number)),
    numberRows,
  );
  const numbers = given === "date" || (hasDates && given === undefined) ? undefined : asNumbers(evidence, all);
  return numbers ?? asDates(evidence, all) ?? { kind: "categorical" };
}

/** @param all rows whose value is a number, or a text that does not mean a missing one */
function asNumbers(evidence: ColumnEvidence, all: number): ColumnDecision | undefined {
  const { given, texts, rows } = evidence;
  const different = new Set(evidence.different);
  let others = 0;
  const values: number[] = [];
  for (const [code, text] of texts.entries()) {
    const value = evidence.read(text);
    values.push(value ?? NOT_A_NUMBER);
    if (value !== undefined) {
      if (different.size <= FEW_NUMBERS) different.add(value);
    } else if (!isMissingAmongNumbers(text)) {
      others += rows[code] as number;
      if (!isFew(others, all)) return refuse(evidence, "a number", code);
    }
  }
  const isNumeric = others === 0 || different.size > FEW_NUMBERS || given === "numeric";
  return isNumeric ? { kind: "numeric", values } : undefined;
}

/** @param all as in `asNumbers` */
function asDates(evidence: ColumnEvidence, all: number): ColumnDecision | undefined {
  const { given, texts, rows, numberRows, hasDates } = evidence;
  // Bare numbers are dates where the file or its reader says so, and nowhere else.
  if (numberRows > 0 && !hasDates && given !== "date") return undefined;
  const [ofDays, ofMonths]: [number[], number[]] = [[], []];
  let others = 0;
  for (const [code, text] of texts.entries()) {
    const date = parseDate(text);
    ofDays.push(date?.dayFirst ?? NOT_A_NUMBER);
    ofMonths.push(date?.monthFirst ?? NOT_A_NUMBER);
    if (date || isMissingAmongNumbers(text)) continue;
    others += rows[code] as number;
    if (!isFew(others, all)) return refuse(evidence, "a date", code);
  }
  const rowsOf = (times: readonly number[]) =>
    times.reduce((sum, time, code) => sum + (isNaNumber(time) ? 0 : (rows[code] as number)), 0);
  const [days, months] = [rowsOf(ofDays), rowsOf(ofMonths)];
  const shown = days === months ? undefined : days > months;
  const dayFirst = shown ?? evidence.dayFirst ?? false;
  const values = dayFirst ? ofDays : ofMonths;
  // Neither order reads all where some rows show one, and some the other.
  const unread = texts.findIndex((text, code) => isNaNumber(values[code] as number) && !isMissingAmongNumbers(text));
  if (unread >= 0 && !isFew(all - numberRows - Math.max(days, months), all)) return refuse(evidence, "a date", unread);
  const differ = ofDays.some((time, code) => time !== ofMonths[code] && !isNaNumber(time + (ofMonths[code] as number)));
  const isTold = differ || days !== months;
  const ambiguous = shown === undefined && evidence.dayFirst === undefined;
  return { kind: "date", values, order: isTold ? { dayFirst, ambiguous } : undefined };
}

/** undefined where the column may be another's kind. @throws NotANumber where it was said to be of such values */
function refuse({ given, texts, firstRow }: ColumnEvidence, expected: string, code: number): undefined {
  if (given === undefined) return undefined;
  const text = JSON.stringify((texts[code] as string).slice(0, 40));
  throw new NotANumber(`expected ${expected}, got ${text}`, firstRow(code));
}
