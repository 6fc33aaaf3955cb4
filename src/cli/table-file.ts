/** Tables out of files: CSV, JSON Lines or Parquet by the file's name. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { CsvOptions } from "../data/csv.js";
import type { Table } from "../data/table.js";
import { keepInputs } from "./files.js";
import { UsageError } from "./usage-error.js";

/** Endings of files that are tables. */
export const TABLE_FILE = /\.(csv|tsv|txt|jsonl|ndjson|parquet)$/i;

/**
 * @param maxValues of a Parquet file, as `readParquet` has it
 * @throws Error when the file cannot be read, FormatError when it is not what its name says, UsageError for `maxValues` of others
 */
export async function readTable(path: string, options: CsvOptions = {}, maxValues?: number): Promise<Table> {
  const isParquet = /\.parquet$/i.test(path);
  if (maxValues !== undefined && !isParquet) {
    throw new UsageError("--max-values", `expected none but for Parquet files, got ${maxValues} for ${path}`);
  }
  await checkReadable(path);
  keepInputs([path]);
  const open = () => createReadStream(path, { highWaterMark: 1 << 18 });
  // Each reader is loaded when it is needed: the others' parsers need not be.
  if (isParquet) {
    const [{ readParquet }, { asyncBufferFromFile }] = await Promise.all([
      import("../data/parquet.js"),
      import("hyparquet"),
    ]);
    return readParquet(await asyncBufferFromFile(path), path, {
      ...options,
      ...(maxValues !== undefined && { maxValues }),
    });
  }
  if (/\.(jsonl|ndjson)$/i.test(path)) return (await import("../data/jsonl.js")).readJsonLines(open(), path, options);
  return (await import("../data/csv.js")).readCsv(open, path, options);
}

/** SHA-256 of a file in hexadecimal. @throws Error when it cannot be read */
export async function hashFile(path: string): Promise<string> {
  await checkReadable(path);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

async function checkReadable(path: string): Promise<void> {
  try {
    if ((await stat(path)).isFile()) return;
  } catch (cause) {
    throw new Error(`${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
  throw new Error(`${path}: cannot be read (it is not a file)`);
}
