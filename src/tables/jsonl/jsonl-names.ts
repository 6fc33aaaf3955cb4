/** Names of a JSON Lines file's columns as far as its beginning has them. */

import { type Chunks, decode } from "../chunks.js";
import { type JsonLinesOptions, readJsonLines } from "./jsonl.js";

/** Characters that are looked at, up to the end of a line. */
const BEGINNING = 1 << 16;

/** Lines behind the beginning may have other keys. @throws as readJsonLines */
export async function readJsonLinesNames(
  chunks: Chunks,
  name: string,
  { encoding }: Pick<JsonLinesOptions, "encoding">,
): Promise<readonly string[]> {
  let text = "";
  for await (const part of decode(chunks, name, encoding)) {
    text += part;
    if (text.length < BEGINNING || !text.includes("\n")) continue;
    text = text.slice(0, text.lastIndexOf("\n"));
    break;
  }
  return (await readJsonLines([text], name)).origin?.columns ?? [];
}
