/** Lists: whatever has a length and numbered elements, typed arrays of any realm included. */

import { describe } from "./check-options.js";

/** Whether it is a list. A string is none: its characters would pass for elements. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { length } = value as ArrayLike<unknown>;
  return Number.isSafeInteger(length) && length >= 0;
}

/** @throws TypeError for anything but a list */
export function checkList(name: string, value: unknown, expected = "a list"): void {
  if (!isList(value)) throw new TypeError(`${name}: expected ${expected}, got ${describe(value)}`);
}
