/** JSON out of files, before `JSON.parse` makes objects of it. */

/** Lists and objects within each other beyond which a text is taken for hostile: JSON.parse takes a hundred bytes for each. */
const MOST_DEPTH = 64;

/**
 * @param most lists and objects that there may be
 * @throws SyntaxError for a text that has more, or some that are more than 64 deep
 */
export function checkDepth(json: string, most = Number.POSITIVE_INFINITY): void {
  let [depth, count] = [0, 0];
  for (let at = 0; at < json.length; ++at) {
    const character = json[at];
    if (character === '"') at = closingQuote(json, at);
    else if (character === "[" || character === "{") {
      if (++depth > MOST_DEPTH) throw new SyntaxError(`more than ${MOST_DEPTH} levels`);
      if (++count > most) throw new SyntaxError(`more than ${most} lists and objects`);
    } else if (character === "]" || character === "}") --depth;
  }
}

/** Where the string literal that begins at `open` ends: the first quote that is not escaped. */
export function closingQuote(json: string, open: number): number {
  for (let at = json.indexOf('"', open + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let first = at;
    while (json[first - 1] === "\\") --first;
    // Backslashes of an even number escape each other.
    if ((at - first) % 2 === 0) return at;
  }
  return json.length;
}
