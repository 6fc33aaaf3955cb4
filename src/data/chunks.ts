/** Files that come in parts. */

import { checkText, wrongType } from "../check-options.js";
import { FormatError } from "../errors.js";
import { isUint8Array, viewKind } from "../typed-arrays.js";

/** Parts of a file in order, as bytes (UTF-8) or text: a Node or web stream, or an array. */
export type Chunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/**
 * Bytes as text, without a byte order mark.
 *
 * @throws FormatError for bytes that are not UTF-8; TypeError for anything but parts of a file
 */
export async function* decode(chunks: Chunks, name: string): AsyncGenerator<string, void, undefined> {
  checkText("name", name);
  if (!isParts(chunks)) throw wrongType(name, "a file in parts: a stream, or a list of bytes or texts", chunks);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const toText = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new FormatError(`${name}: expected UTF-8 text, got other bytes`, { cause });
    }
  };
  for await (const chunk of chunks) {
    if (typeof chunk === "string") yield chunk;
    else if (isUint8Array(chunk)) yield toText(chunk);
    else throw wrongType(`${name}: part`, "a Uint8Array or a string", chunk);
  }
  yield toText();
}

/** Whether it may be such parts. The numbers of a typed array are none; a text is a path by mistake. */
function isParts(chunks: unknown): boolean {
  if (viewKind(chunks) !== undefined || typeof chunks === "string") return false;
  const { [Symbol.asyncIterator]: inTurn, [Symbol.iterator]: atOnce } = (chunks ?? {}) as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  return typeof inTurn === "function" || typeof atOnce === "function";
}
