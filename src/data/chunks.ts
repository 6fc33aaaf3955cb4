/** Files that come in parts. */

import { FormatError } from "../errors.js";

/** Parts of a file in order, as bytes (UTF-8) or text: a Node or web stream, or an array. */
export type Chunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Bytes as text, without a byte order mark. @throws FormatError for bytes that are not UTF-8 */
export async function* decode(chunks: Chunks, name: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of chunks) yield typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if ((cause as { code?: string }).code !== "ERR_ENCODING_INVALID_ENCODED_DATA" && !(cause instanceof TypeError)) {
      throw cause;
    }
    throw new FormatError(`${name}: expected UTF-8 text`, { cause });
  }
}
