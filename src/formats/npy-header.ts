/** Parses the header of an npy file: a Python dict literal with three keys. */

import { FormatError } from "../checks/errors.js";

/** The header's contents. */
export interface NpyHeader {
  /** Byte order, kind and bytes of an element: `<f4`, `|u1`, … */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

type Value = string | boolean | readonly number[];

/** One token: punctuation, a word, an integer or a string without escapes. */
const TOKEN = /\s*(?:([{}(),:])|(True|False)|(\d{1,16})(?![\w.])|'([^'\\\n]*)'|"([^"\\\n]*)")/y;

/**
 * Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, the keys in any order, each once.
 *
 * @param name of the file, for messages
 * @throws FormatError for anything else
 */
export function parseNpyHeader(text: string, name: string): NpyHeader {
  const entries = new Map<string, Value>();
  const tokens = tokenize(text, name);
  let at = 0;
  const expect = (wanted: string) => {
    if (tokens[at++] !== wanted) throw malformed(name, `"${wanted}"`, tokens[at - 1]);
  };
  expect("{");
  while (tokens[at] !== "}") {
    const key = tokens[at++];
    if (!key?.startsWith("'") || entries.has(key.slice(1))) throw malformed(name, "a key not used yet", key);
    expect(":");
    const [value, next] = readValue(tokens, at, name);
    entries.set(key.slice(1), value);
    at = next;
    if (tokens[at] !== "}") expect(",");
  }
  expect("}");
  if (at !== tokens.length) throw malformed(name, "the end of the header", tokens[at]);
  return headerOf(entries, name);
}

/** The header for an array in C order, as NumPy writes it, with room for the first size to grow in place. */
export function npyHeaderText({ descr, shape }: Omit<NpyHeader, "fortranOrder">): string {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const room = shape.length > 0 ? 21 - String(shape[0]).length : 0;
  return `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }${" ".repeat(room)}`;
}

/** Splits into tokens. A string keeps its opening quote and loses its closing one. */
function tokenize(text: string, name: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match && text.slice(from).trimStart().startsWith("["))
      throw malformed(name, "one type for all elements", `${text.slice(from, from + 20).trim()} (records)`);
    if (!match) throw malformed(name, "a Python dict of descr, fortran_order and shape", text.slice(from, from + 20));
    const [, punctuation, word, integer, single, double] = match;
    tokens.push(punctuation ?? word ?? integer ?? `'${single ?? double}`);
  }
  return tokens;
}

/** Parses the string, boolean or tuple of integers at `at`. Returns it and where it ends. */
function readValue(tokens: readonly string[], at: number, name: string): [Value, number] {
  const first = tokens[at];
  if (first === "True" || first === "False") return [first === "True", at + 1];
  if (first?.startsWith("'")) return [first.slice(1), at + 1];
  if (first !== "(") throw malformed(name, "a string, a truth value or a tuple", first);
  const sizes: number[] = [];
  let next = at + 1;
  while (tokens[next] !== ")") {
    const size = Number(tokens[next] ?? "none");
    if (!Number.isSafeInteger(size)) throw malformed(name, "a size", tokens[next]);
    sizes.push(size);
    ++next;
    if (tokens[next] === ",") ++next;
    // (3) is a number in Python, not a tuple.
    else if (tokens[next] !== ")" || sizes.length === 1) throw malformed(name, '","', tokens[next]);
  }
  return [sizes, next + 1];
}

function headerOf(entries: ReadonlyMap<string, Value>, name: string): NpyHeader {
  const [descr, fortranOrder, shape] = ["descr", "fortran_order", "shape"].map((key) => entries.get(key));
  const whole =
    entries.size === 3 && typeof descr === "string" && typeof fortranOrder === "boolean" && Array.isArray(shape);
  if (!whole)
    throw malformed(name, "descr (text), fortran_order (truth value) and shape (tuple)", [...entries.keys()].join());
  return { descr, fortranOrder, shape };
}

function malformed(name: string, expected: string, got: string | undefined): FormatError {
  return new FormatError(
    `${name}: header: expected ${expected}, got ${JSON.stringify(got?.slice(0, 40)) ?? "its end"}`,
  );
}
