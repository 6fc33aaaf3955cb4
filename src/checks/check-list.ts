/** Lists: whatever has a length and numbered elements, typed arrays of any realm included. */

import { wrongType } from "./check-options.js";
import { viewKind } from "./typed-arrays.js";

/** Whether it is a list. A string is none: its characters would pass for elements. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { length } = value as ArrayLike<unknown>;
  return Number.isSafeInteger(length) && length >= 0;
}

/** @throws TypeError for anything but a list */
export function checkList(name: string, value: unknown, expected = "a list"): void {
  if (!isList(value)) throw wrongType(name, expected, value);
}

/** @throws TypeError for anything but a list, and for elements that are not numbers; what numbers they are is not looked at */
export function checkNumberList(name: string, value: unknown, expected = "a list of numbers"): void {
  // Typed arrays of floats, and of integers of at most 32 bits, have nothing else.
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

/** @throws TypeError for anything but what `for … of` goes through; a text is refused, too, as its characters would pass for elements */
export function checkIterable(name: string, value: unknown, expected: string): void {
  if (typeof value === "string" || typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] !== "function") {
    throw wrongType(name, expected, value);
  }
}
