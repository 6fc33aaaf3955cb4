/** Which columns a reader takes, as what, and what in them is missing. */

import { checkBoolean, checkRecord, describe, type OptionNames, wrongType } from "../checks/check-options.js";
import type { ColumnKind } from "./table.js";
import { plainNumber } from "./written-number.js";

/** Columns beyond which a file is taken for hostile rather than wide. */
export const MOST_COLUMNS = 2 ** 16;

/** Which columns a reader takes, and as what. */
export interface ColumnOptions {
  /** Kinds of columns by name; `auto`: found from the values, as without; `ignore`: not to be read. */
  readonly kinds?: Readonly<Record<string, ColumnKind | "auto" | "ignore">>;
  /** What to do with the columns that `kinds` does not name; default `read`. */
  readonly others?: "read" | "ignore";
  /** Texts that mean a missing value, in every column, beside those that are known; numbers by their value: -999 is also -999.0. */
  readonly missing?: readonly string[];
  /**
   * Whether 3/4/2020 is the third of April, in all columns or in those named. Default: what each column shows, 13/4/2020, and
   * else the fourth of March.
   */
  readonly dayFirst?: boolean | readonly string[];
}

export const COLUMN_OPTIONS: OptionNames<ColumnOptions> = { kinds: true, others: true, missing: true, dayFirst: true };

const KINDS = new Set<unknown>(["numeric", "categorical", "date", "auto", "ignore"]);

/**
 * @param what the reader, for messages
 * @throws TypeError for a `kinds` that is no record of kinds by name, an `others` that is neither of its values, and lists that are none
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
  // Holes are passed over by `some`.
  if (!Array.isArray(list) || Array.from(list).some((text) => typeof text !== "string")) {
    throw wrongType(what, expected, list);
  }
}

/** Whether the options have this column read. */
export function isRead(name: string, { kinds = {}, others = "read" }: ColumnOptions): boolean {
  return Object.hasOwn(kinds, name) ? kinds[name] !== "ignore" : others === "read";
}

/** The kind that the options give this column, if any. */
export function kindOf(name: string, { kinds = {} }: ColumnOptions): ColumnKind | undefined {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  return kind === "ignore" || kind === "auto" ? undefined : kind;
}

/** How this column's ambiguous dates are read, if the options say it. */
export function dayFirstOf(name: string, { dayFirst }: ColumnOptions): boolean | undefined {
  return typeof dayFirst === "object" ? dayFirst.includes(name) || undefined : dayFirst;
}

/** What is wrong with the columns that are not to be read: one that is not there either, whose name is misspelt. */
export function ignoredProblem(names: Iterable<string>, { kinds = {} }: ColumnOptions): string | undefined {
  const there = new Set(names);
  const absent = Object.keys(kinds).find((name) => kinds[name] === "ignore" && !there.has(name));
  if (absent === undefined) return undefined;
  return `expected a column ${JSON.stringify(absent)} to ignore, got ${[...there].join(", ").slice(0, 1000)}`;
}

/** The values that an option says are missing. */
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
