/** Options of readers: which columns to read, as which kind, and which values are missing. */

import { checkBoolean, checkRecord, describe, type OptionNames, wrongType } from "../checks/check-options.js";
import type { ColumnKind } from "./table.js";
import { plainNumber } from "./written-number.js";

/** The most columns. A file with more counts as hostile, not wide. */
export const MOST_COLUMNS = 2 ** 16;

/** Which columns to read, and as which kind. */
export interface ColumnOptions {
  /** Kinds of columns by name. `auto`: detected from the values, the default; `ignore`: not read. */
  readonly kinds?: Readonly<Record<string, ColumnKind | "auto" | "ignore">>;
  /** What to do with columns that are not in `kinds`; default `read`. */
  readonly others?: "read" | "ignore";
  /** More texts that mean a missing value, in every column. Numbers are compared by value: -999 is also -999.0. */
  readonly missing?: readonly string[];
  /**
   * Whether 3/4/2020 is the third of April, in all columns or in those named. Default: what a column's unambiguous dates show, such
   * as 13/4/2020, or else the fourth of March.
   */
  readonly dayFirst?: boolean | readonly string[];
}

export const COLUMN_OPTIONS: OptionNames<ColumnOptions> = { kinds: true, others: true, missing: true, dayFirst: true };

const KINDS = new Set<unknown>(["numeric", "categorical", "date", "auto", "ignore"]);

/**
 * @param what the reader, for messages
 * @throws TypeError for a `kinds` that is not a record of kinds by name, an unknown `others`, and wrong lists
 */
export function checkColumnOptions(
  what: string,
  { kinds = {}, others = "read", missing, dayFirst }: ColumnOptions,
): void {
  checkRecord(`${what}: kinds`, kinds);
  for (const [name, kind] of Object.entries(kinds)) {
    if (KINDS.has(kind)) continue;
    const expected = 'expected "numeric", "categorical", "date", "auto" or "ignore"';
    throw new TypeError(`${what}: kinds: ${JSON.stringify(name)}: ${expected}, got ${describe(kind)}`);
  }
  if (others !== "read" && others !== "ignore") {
    throw new TypeError(`${what}: others: expected "read" or "ignore", got ${describe(others)}`);
  }
  if (missing !== undefined) checkTexts(`${what}: missing`, missing, "a list of texts");
  if (dayFirst === undefined) return;
  if (Array.isArray(dayFirst)) checkTexts(`${what}: dayFirst`, dayFirst, "a boolean or a list of columns' names");
  else checkBoolean(`${what}: dayFirst`, dayFirst as boolean);
}

function checkTexts(what: string, list: readonly string[], expected: string): void {
  // `some` skips holes.
  if (!Array.isArray(list) || Array.from(list).some((text) => typeof text !== "string")) {
    throw wrongType(what, expected, list);
  }
}

/** Whether the options ask to read this column. */
export function isRead(name: string, { kinds = {}, others = "read" }: ColumnOptions): boolean {
  return Object.hasOwn(kinds, name) ? kinds[name] !== "ignore" : others === "read";
}

/** The column's kind in the options, if any. */
export function kindOf(name: string, { kinds = {} }: ColumnOptions): ColumnKind | undefined {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  return kind === "ignore" || kind === "auto" ? undefined : kind;
}

/** How to read this column's ambiguous dates, if the options say so. */
export function dayFirstOf(name: string, { dayFirst }: ColumnOptions): boolean | undefined {
  return typeof dayFirst === "object" ? dayFirst.includes(name) || undefined : dayFirst;
}

/** The problem with the ignored columns, if any: one does not exist, so its name is misspelt. */
export function ignoredProblem(names: Iterable<string>, { kinds = {} }: ColumnOptions): string | undefined {
  const there = new Set(names);
  const absent = Object.keys(kinds).find((name) => kinds[name] === "ignore" && !there.has(name));
  if (absent === undefined) return undefined;
  return `expected a column ${JSON.stringify(absent)} to ignore, got ${[...there].join(", ").slice(0, 1000)}`;
}

/** The values that an option declares missing. */
export class MissingValues {
  readonly #texts: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<number>;
  readonly isEmpty: boolean;

  constructor(texts: readonly string[] = []) {
    this.#texts = new Set(texts);
    this.isEmpty = texts.length === 0;
    this.#numbers = new Set(texts.flatMap((text) => plainNumber(text) ?? []));
  }

  hasText(text: string): boolean {
    return this.#texts.has(text);
  }

  hasNumber(value: number): boolean {
    return this.#numbers.has(value);
  }
}
