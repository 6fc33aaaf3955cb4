/** Classes: what they may be, and which of them occur. */

import { checkList } from "../checks/check-list.js";
import { wrongType } from "../checks/check-options.js";

const { isInteger, isSafeInteger } = Number;

/** A class: an integer, a name, or true and false. A list has classes of one kind: 1, "1" and true are three. */
export type Class = number | string | boolean;

/** A kind of classes, and the list that they were first seen in. */
export interface ClassKind {
  readonly type: "number" | "string" | "boolean";
  readonly seenIn: string;
}

const NOUNS = { number: "a number", string: "a string", boolean: "true or false" } as const;

/**
 * Checks a list of classes.
 *
 * @param like the kind that they must be of; by default that of the first
 * @returns their kind; undefined for an empty list
 * @throws TypeError for anything that is not a list, and for classes of another kind or of several; RangeError for a number
 * that is not an integer, such as NaN or a probability, or a greater one than numbers tell apart
 */
export function checkClasses(name: string, list: unknown, like?: ClassKind): ClassKind | undefined {
  checkList(name, list, "a list of classes");
  const classes = list as ArrayLike<unknown>;
  let kind = like;
  for (let index = 0; index < classes.length; ++index) {
    const value = classes[index];
    kind ??= kindOf(name, index, value);
    const { type, seenIn } = kind;
    if (typeof value !== type) {
      const others = seenIn === name ? "as the others" : `as in ${seenIn}`;
      throw wrongType(`${name}[${index}]`, `${NOUNS[type]} ${others}`, value);
    }
    if (type !== "number" || isSafeInteger(value)) continue;
    // Two keys of that length may be one number by now.
    const most = isInteger(value) ? " of at most 2^53 - 1, or a string," : "";
    throw new RangeError(`${name}[${index}]: expected an integer${most} for a class, got ${value}`);
  }
  return kind;
}

function kindOf(name: string, index: number, value: unknown): ClassKind {
  const type = typeof value;
  if (type === "number" || type === "string" || type === "boolean") return { type, seenIn: name };
  throw wrongType(`${name}[${index}]`, "a number, a string, or true or false as a class", value);
}

/**
 * The classes that occur in any of the lists, sorted: numbers by value, names by code unit, false before true.
 *
 * @throws TypeError, RangeError as for anything that is not a list of classes, and for lists of different kinds
 */
export function uniqueLabels<C extends Class>(...lists: readonly ArrayLike<C>[]): C[] {
  let kind: ClassKind | undefined;
  for (const [index, list] of lists.entries()) kind = checkClasses(`lists[${index}]`, list, kind);
  return sortedClasses(...lists);
}

/** As `uniqueLabels`, of lists that were checked. */
export function sortedClasses<C extends Class>(...lists: readonly ArrayLike<C>[]): C[] {
  const classes = new Set<C>();
  for (const list of lists) for (let i = 0; i < list.length; ++i) classes.add(list[i] as C);
  return [...classes].sort((a, b) => (a < b ? -1 : 1));
}

/** A class for a message: names in quotes, as "1" is not 1. */
export function quoteClass(name: Class): string {
  return typeof name === "string" ? JSON.stringify(name.slice(0, 80)) : String(name);
}
