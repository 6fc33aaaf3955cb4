/** Finds what `JSON.parse` accepts silently: duplicate keys, halves of surrogate pairs, and numbers that it rounds. */

import { closingQuote } from "./check-json.js";

/** Matches an escape and captures half a surrogate pair. Whole pairs and other escapes match without a capture. */
const ESCAPE = /\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)/g;

/**
 * The first key that occurs twice in an object of a JSON text, at any depth; undefined if there is none. The result means
 * nothing for a text that `JSON.parse` refuses.
 *
 * @param most most keys
 * @throws SyntaxError for more, and for some texts that `JSON.parse` refuses
 */
export function duplicateKey(json: string, most = Number.POSITIVE_INFINITY): string | undefined {
  const keysOfOpenObjects: Set<string>[] = [];
  let count = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{") keysOfOpenObjects.push(new Set());
    else if (character === "}") keysOfOpenObjects.pop();
    else if (character === '"') {
      const end = closingQuote(json, at);
      if (isKey(json, end + 1)) {
        if (++count > most) throw new SyntaxError(`more than ${most} keys`);
        const key = textOf(json, at, end);
        const keys = keysOfOpenObjects.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      at = end;
    }
  }
  return undefined;
}

/** The first escape in a JSON text that is half a surrogate pair; undefined if there is none. UTF-8 has no other halves. */
export function halfPair(json: string): string | undefined {
  for (const [, half] of json.matchAll(ESCAPE)) if (half !== undefined) return half;
  return undefined;
}

/**
 * The number of a key of a flat object, as written.
 *
 * @param json a text that `JSON.parse` accepts, with a number for this key
 */
export function numberText(json: string, key: string): string {
  let at = json.indexOf('"');
  for (let end: number; at >= 0; at = json.indexOf('"', end + 1)) {
    end = closingQuote(json, at);
    if (isKey(json, end + 1) && textOf(json, at, end) === key) break;
  }
  return /[-+.\deE]+/.exec(json.slice(json.indexOf(":", closingQuote(json, at)) + 1))?.[0] as string;
}

/** The string that the literal between these quotes stands for. */
function textOf(json: string, open: number, close: number): string {
  const text = json.slice(open + 1, close);
  return text.includes("\\") ? JSON.parse(`"${text}"`) : text;
}

/** Whether the string literal that ends before `at` is a key: only a key is followed by a colon. */
function isKey(json: string, at: number): boolean {
  let next = at;
  while (json[next] === " " || json[next] === "\n" || json[next] === "\r" || json[next] === "\t") next++;
  return json[next] === ":";
}
