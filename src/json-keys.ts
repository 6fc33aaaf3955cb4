/** What `JSON.parse` keeps quiet about: it lets the last of two equal keys win, and rounds numbers. */

/**
 * The first key that occurs twice in one object of a JSON text, at any depth; undefined when there is none.
 *
 * @param json a text that `JSON.parse` accepts; nothing is promised for others
 */
export function duplicateKey(json: string): string | undefined {
  const keysOfOpenObjects: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "{") keysOfOpenObjects.push(new Set());
    else if (character === "}") keysOfOpenObjects.pop();
    else if (character === '"') {
      const end = closingQuote(json, at);
      if (isKey(json, end + 1)) {
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

/**
 * The number that a key of a flat object has, as it is written.
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

/** Where the string literal that begins at `open` ends: the first quote that is not escaped. */
function closingQuote(json: string, open: number): number {
  for (let at = json.indexOf('"', open + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let first = at;
    while (json[first - 1] === "\\") --first;
    // Backslashes of an even number escape each other.
    if ((at - first) % 2 === 0) return at;
  }
  return json.length;
}

/** What a string literal between these quotes stands for. */
function textOf(json: string, open: number, close: number): string {
  const text = json.slice(open + 1, close);
  return text.includes("\\") ? JSON.parse(`"${text}"`) : text;
}

/** Whether the string literal that ends before `at` is a key: a colon follows keys and nothing else. */
function isKey(json: string, at: number): boolean {
  let next = at;
  while (json[next] === " " || json[next] === "\n" || json[next] === "\r" || json[next] === "\t") next++;
  return json[next] === ":";
}
