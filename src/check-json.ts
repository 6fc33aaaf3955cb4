/** JSON out of files, before `JSON.parse` makes objects of it. */

/** Lists and objects within each other beyond which a text is taken for hostile: JSON.parse takes a hundred bytes for each. */
const MOST_DEPTH = 64;

/** @throws SyntaxError for a text whose lists and objects are more than 64 deep */
export function checkDepth(json: string): void {
  let depth = 0;
  for (let at = 0; at < json.length; ++at) {
    const character = json[at];
    if (character === '"') at = closingQuote(json, at);
    else if (character === "[" || character === "{") {
      if (++depth > MOST_DEPTH) throw new SyntaxError(`more than ${MOST_DEPTH} levels`);
    } else if (character === "]" || character === "}") --depth;
  }
}

/** Where the string literal that begins at `open` ends: the first quote that is not escaped. */
export function closingQuote(json: string, open: number): number {
  let at = open + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}
