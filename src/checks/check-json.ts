/** Checks JSON from files before `JSON.parse` creates objects. */

/** The deepest nesting of lists and objects. A deeper text counts as hostile: JSON.parse needs a hundred bytes per level. */
const MOST_DEPTH = 64;

/**
 * @param most most lists and objects
 * @throws SyntaxError for a text with more, or nested more than 64 deep
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

/** The end of the string literal that begins at `open`: the first quote that is not escaped. */
export function closingQuote(json: string, open: number): number {
  for (let at = json.indexOf('"', open + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let first = at;
    while (json[first - 1] === "\\") --first;
    // An even number of backslashes escape each other.
    if ((at - first) % 2 === 0) return at;
  }
  return json.length;
}
