/** Lists: whatever has a length and numbered elements, typed arrays of any realm included. */

import { describe } from "./check-options.js";

/** @throws TypeError for anything else; for a string, too, whose characters would pass for elements */
export function checkList(name: string, list: unknown, expected = "a list"): void {
  if (typeof list === "object" && list !== null) {
    const { length } = list as ArrayLike<unknown>;
    if (Number.isSafeInteger(length) && length >= 0) return;
  }
  throw new TypeError(`${name}: expected ${expected}, got ${describe(list)}`);
}
