/** Files that are read in parts. */

import { checkText, describe, wrongType } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import { isUint8Array, viewKind } from "../checks/typed-arrays.js";

/** Parts of a file in order, as bytes or text: a Node or web stream, or an array. */
export type Chunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/**
 * Decodes bytes as text, without the byte order mark, which tells UTF-8 from UTF-16. UTF-16 without a mark is recognised by the zero
 * byte of its first character.
 *
 * @param encoding a label of the Encoding Standard, such as "latin1" or "utf-16le"; default: detected, or else UTF-8
 * @throws FormatError for bytes that are invalid in the encoding; TypeError for anything but parts of a file, RangeError for an
 * unknown label
 */
export async function* decode(
  chunks: Chunks,
  name: string,
  encoding?: string,
): AsyncGenerator<string, void, undefined> {
  checkText("name", name);
  if (!isParts(chunks)) throw wrongType(name, "a file in parts: a stream, or a list of bytes or texts", chunks);
  let decoder = encoding === undefined ? undefined : decoderOf(encoding);
  let first = new Uint8Array(0);
  const toText = (bytes?: Uint8Array): string => {
    decoder ??= decoderOf(foundEncoding(first));
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      const other = encoding === undefined && decoder.encoding === "utf-8";
      const hint = other ? ' (another encoding is named by encoding or --encoding: "latin1" is Western Europe\'s)' : "";
      throw new FormatError(`${name}: expected ${nameOf(decoder)} text, got other bytes${hint}`, { cause });
    }
  };
  for await (const chunk of chunks) {
    if (typeof chunk === "string") yield chunk;
    else if (!isUint8Array(chunk)) throw wrongType(`${name}: part`, "a Uint8Array or a string", chunk);
    else if (decoder) yield toText(chunk);
    else {
      first = joined(first, chunk);
      if (first.length >= MARK_BYTES) yield toText(first);
    }
  }
  if (!decoder && first.length > 0) yield toText(first);
  yield toText();
}

/** How many bytes are needed to detect an encoding. */
const MARK_BYTES = 3;

function foundEncoding([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first !== undefined && second === 0 && first !== 0) return "utf-16le";
  return first === 0 && second !== undefined && second !== 0 ? "utf-16be" : "utf-8";
}

/** The used part of a `TextDecoder`: declarations name no platform types. */
interface Decoder {
  readonly encoding: string;
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
}

/** @throws TypeError, RangeError for anything but the label of an encoding */
export function decoderOf(encoding: string): Decoder {
  checkText("encoding", encoding);
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    const expected = 'a label of the Encoding Standard, such as "utf-8", "latin1" or "utf-16le"';
    throw new RangeError(`encoding: expected ${expected}, got ${describe(encoding)}`, { cause });
  }
}

const nameOf = ({ encoding }: Decoder) => encoding.toUpperCase();

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Whether it may be parts of a file. A typed array is not; a string is probably a path. */
function isParts(chunks: unknown): boolean {
  if (viewKind(chunks) !== undefined || typeof chunks === "string") return false;
  const { [Symbol.asyncIterator]: inTurn, [Symbol.iterator]: atOnce } = (chunks ?? {}) as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  return typeof inTurn === "function" || typeof atOnce === "function";
}
