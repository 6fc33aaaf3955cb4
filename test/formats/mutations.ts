/** Seeded mutations of files: what a disk, a bad program or an attacker makes of them. */

import type { Random } from "../../src/index.js";

/** Values that lengths and offsets are overwritten with. */
const EXTREMES = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xfffffff0n,
  0xffffffffn,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];
/** What tokens of a text header or of a table are replaced by. */
const TOKENS = [
  "0",
  "1",
  "-1",
  "3",
  "16",
  "4294967296",
  "9007199254740993",
  "1e999",
  "null",
  "[",
  "]",
  "{",
  "}",
  "(",
  ")",
  ",",
  ":",
  '"',
  "'",
  "\n",
  "True",
  "false",
  '"F64"',
  "'<f8'",
  "'|O'",
  "__proto__",
  "constructor",
  "\u0000",
  "é",
  "NaN",
];
const TOKEN = /[\d.]+|"[^"\n]*"|'[^'\n]*'|[A-Za-z_]+|[^\sA-Za-z\d]/g;

/** Where headers and directories are: half of the places lie near the ends of the file. */
function place(random: Random, length: number): number {
  if (length === 0) return 0;
  const near = Math.min(length, 128);
  const kind = random.below(4);
  if (kind === 0) return random.below(near);
  return kind === 1 ? length - 1 - random.below(near) : random.below(length);
}

/** One to four changes; `other` is where foreign pieces come from. */
export function mutate(random: Random, file: Uint8Array, other: Uint8Array): Uint8Array {
  let bytes = Uint8Array.from(file);
  for (let changes = random.below(4); changes >= 0; --changes) bytes = mutateOnce(random, bytes, other);
  return bytes;
}

function mutateOnce(random: Random, bytes: Uint8Array<ArrayBuffer>, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = place(random, bytes.length);
  const until = Math.min(bytes.length, at + 1 + random.below(64));
  switch (random.below(8)) {
    case 0: // A bit.
      if (bytes.length > 0) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
      return bytes;
    case 1: // A byte.
      if (bytes.length > 0) bytes[at] = random.below(256);
      return bytes;
    case 2: // Cut off, rarely.
      return random.below(3) === 0 ? bytes.slice(0, at) : bytes;
    case 3: // A piece is gone.
      return joined(bytes.subarray(0, at), bytes.subarray(until));
    case 4: // A piece comes twice.
      return joined(bytes.subarray(0, until), bytes.subarray(at));
    case 5: {
      // A piece of another file, in place of one or between.
      const from = place(random, other.length);
      const piece = other.subarray(from, from + 1 + random.below(64));
      return joined(bytes.subarray(0, at), piece, bytes.subarray(random.below(2) ? until : at));
    }
    case 6: // A number of 2, 4 or 8 bytes.
      return overwritten(random, bytes, at);
    default:
      return encoded(editTokens(random, decoded(bytes)));
  }
}

/** A text with one of its tokens replaced, doubled, or swapped for another one of the text. */
export function editTokens(random: Random, text: string): string {
  const tokens = [...text.matchAll(TOKEN)];
  const token = tokens[random.below(Math.max(1, tokens.length))];
  if (!token) return text;
  const [old] = token;
  const other = tokens[random.below(tokens.length)]?.[0] ?? "";
  const replacements = [other, TOKENS[random.below(TOKENS.length)] as string, old + old, "", String(random.below(10))];
  const replacement = replacements[random.below(replacements.length)] as string;
  return text.slice(0, token.index) + replacement + text.slice(token.index + old.length);
}

function overwritten(random: Random, bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  const value = EXTREMES[random.below(EXTREMES.length)] as bigint;
  const size = [2, 4, 8][random.below(3)] as number;
  const bigEndian = random.below(2) === 1;
  for (let i = 0; i < size && at + i < bytes.length; ++i) {
    bytes[at + i] = Number((value >> BigInt(8 * (bigEndian ? size - 1 - i : i))) & 0xffn);
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes as characters of the same numbers, and back. */
const decoded = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
const encoded = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
