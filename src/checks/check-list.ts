/** Checks of lists: anything with a length and numbered elements, including typed arrays of any realm. */

import { wrongType } from "./check-options.js";
import { viewKind } from "./typed-arrays.js";

/** Whether it is a list. A string is not: its characters would count as elements. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { length } = value as ArrayLike<unknown>;
  return Number.isSafeInteger(length) && length >= 0;
}

/** @throws TypeError for anything but a list */
export function checkList(name: string, value: unknown, expected = "a list"): void {
  if (!isList(value)) throw wrongType(name, expected, value);
}

/** @throws TypeError for anything but a list of numbers; any numbers will do */
export function checkNumberList(name: string, value: unknown, expected = "a list of numbers"): void {
  // Typed arrays of floats, or of integers up to 32 bits, contain only numbers.
  if (/^(Float|U?[Ii]nt)/.test(viewKind(value) ?? "")) return;
  if (!isList(value)) {
    const isJson = typeof value === "object" && value !== null && Object.hasOwn(value, "0");
    const hint = "; JSON turns a typed array into such an object: write Array.from(…) instead";
    throw wrongType(name, expected, value, isJson ? hint : undefined);
  }
  for (let i = 0; i < value.length; ++i) {
    if (typeof value[i] !== "number") throw wrongType(`${name}[${i}]`, "a number", value[i]);
  }
}

/** @throws TypeError for anything but an iterable, and for a string, whose characters would count as elements */
export function checkIterable(name: string, value: unknown, expected: string): void {
  if (typeof value === "string" || typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] !== "function") {
    throw wrongType(name, expected, value);
  }
}
