/** Names of a CSV file's columns, without its values. */

import { type Chunks, decode } from "../chunks.js";
import type { CsvOptions } from "./csv-options.js";
import { CsvReader } from "./csv-reader.js";

/** From the file's beginning, as `readCsv` finds them. @throws as readCsv */
export async function readCsvNames(chunks: Chunks, name: string, options: CsvOptions): Promise<readonly string[]> {
  const reader = new CsvReader(name, options, new Set());
  for await (const text of decode(chunks, name, options.encoding)) {
    reader.push(text);
    if (reader.names.length > 0) return reader.names;
  }
  reader.end();
  return reader.names;
}
