/** Options as a table: a default and limits for each name, in one place. Constructors check by it; the command, the page and documents show it. */

import { type Bounds, checkBoolean, checkChoice, checkInteger, checkNumber, checkOptions } from "./check-options.js";

/** A number within limits. Without a default it is optional unless required. */
export interface NumberOption extends Bounds {
  readonly kind: "number";
  readonly default?: number;
  readonly required?: true;
}

/** An integer from `least` to `most` (default 2^53 − 1). */
export interface IntegerOption {
  readonly kind: "integer";
  readonly least: number;
  readonly most?: number;
  readonly default?: number;
  readonly required?: true;
}

export interface BooleanOption {
  readonly kind: "boolean";
  readonly default: boolean;
}

export interface ChoiceOption {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default: string;
}

/** Anything else, such as a list, a function or a name. Its user checks it. */
export interface OtherOption {
  readonly kind: "other";
  readonly default?: unknown;
}

export type OptionRow = NumberOption | IntegerOption | BooleanOption | ChoiceOption | OtherOption;
export type OptionTable = Readonly<Record<string, OptionRow>>;

type Value<R extends OptionRow> = R extends NumberOption | IntegerOption
  ? number
  : R extends BooleanOption
    ? boolean
    : R extends ChoiceOption
      ? R["choices"][number]
      : unknown;

/** Options that always have a value. */
type Certain<T extends OptionTable> = {
  [N in keyof T]: T[N] extends { readonly default: unknown } | { readonly required: true } ? N : never;
}[keyof T];

/** What `readOptions` returns for a table. */
export type OptionValues<T extends OptionTable> = {
  readonly [N in keyof T]: N extends Certain<T> ? Value<T[N]> : Value<T[N]> | undefined;
};

/**
 * Reads options, with defaults for those not given.
 *
 * @param what begins messages about unknown options
 * @param prefix comes before an option's name in messages about its value
 * @throws TypeError for an option that is not in the table, or a value of a wrong type; RangeError for a value outside its limits
 */
export function readOptions<T extends OptionTable>(
  what: string,
  given: object,
  table: T,
  prefix = "",
): OptionValues<T> {
  checkOptions(what, given, table as unknown as Readonly<Record<never, true>>);
  return readValues(given, table, prefix);
}

/** `readOptions` for an object that may have other options, too. */
export function readValues<T extends OptionTable>(given: object, table: T, prefix = ""): OptionValues<T> {
  const values: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    const chosen = value === undefined ? row.default : value;
    values[name] = chosen;
    if (chosen !== undefined || "required" in row) (CHECKS[row.kind] as Check)(prefix + name, chosen, row);
  }
  return values as OptionValues<T>;
}

type Check = (name: string, value: unknown, row: OptionRow) => void;

/** The check of each kind of option. */
type Checks = {
  readonly [K in OptionRow["kind"]]: (name: string, value: unknown, row: Extract<OptionRow, { kind: K }>) => void;
};

const CHECKS: Checks = {
  number: checkNumber,
  integer: (name, value, { least, most }) => checkInteger(name, value, least, most),
  boolean: checkBoolean,
  choice: (name, value, { choices }) => checkChoice(name, value, choices),
  other: () => {},
};

/** "Leaky ReLU" becomes LeakyReLU. The class's own name will not do: bundlers rename classes. */
export function classNameOf(title: string): string {
  return title.replace(/ (.)/g, (_, letter: string) => letter.toUpperCase());
}
