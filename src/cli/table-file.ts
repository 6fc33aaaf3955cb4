/** Reads tables from files and standard input: CSV, JSON Lines or Parquet; gzip is unpacked. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { constants, createGunzip, gunzipSync } from "node:zlib";
import { isGzipped, START_BYTES, type TableFormat, tableFormat } from "../app/file-role.js";
import { FormatError } from "../checks/errors.js";
import type { Chunks } from "../tables/chunks.js";
import type { CsvOptions } from "../tables/csv/csv.js";
import type { Table } from "../tables/table.js";
import { keepInputs } from "./files.js";
import { UsageError } from "./usage-error.js";

/** File names that mean a table; a dash is standard input. */
export const TABLE_FILE = /^-$|\.(?:(?:csv|tsv|txt|data|dat|jsonl|ndjson)(?:\.gz)?|parquet)$/i;
/** The same for messages. */
export const TABLE_ENDINGS =
  ".csv, .tsv, .txt, .data, .dat, .jsonl or .ndjson, each also with .gz, or .parquet; - is standard input";

/** Limit of what a gzipped file may unpack to: `room` bytes, and `each` for each packed byte. */
const UNPACKED = { room: 2 ** 28, each: 200 };
/** The reader's options that formats other than CSV have, too. */
const SHARED = ["kinds", "others", "missing", "dayFirst"] as const satisfies readonly (keyof CsvOptions)[];

/** The file of a table. You can read it more than once. */
export class TableFile {
  readonly name: string;
  readonly format: TableFormat;
  /** The bytes from standard input; undefined for a file. */
  readonly #bytes: Buffer | undefined;
  readonly #isPacked: boolean;
  readonly #size: number;

  private constructor(name: string, format: TableFormat, isPacked: boolean, size: number, bytes?: Buffer) {
    this.name = name;
    this.format = format;
    this.#isPacked = isPacked;
    this.#size = size;
    this.#bytes = bytes;
  }

  /** @throws Error if it cannot be read */
  static async open(path: string): Promise<TableFile> {
    if (path === "-") {
      const bytes = await readAll(process.stdin);
      const name = "standard input";
      const isPacked = isGzipped(bytes, name);
      const start = bytes.subarray(0, START_BYTES);
      const format = tableFormat(isPacked ? startUnpacked(start) : start, name);
      return new TableFile(name, format, isPacked, bytes.length, bytes);
    }
    const size = await sizeOf(path);
    keepInputs([path]);
    const start = await startOf(path);
    const isPacked = isGzipped(start, path);
    return new TableFile(path, tableFormat(isPacked ? startUnpacked(start) : start, path), isPacked, size);
  }

  /**
   * @param maxValues for a Parquet file: limit of `readParquet`
   * @throws FormatError if it is not a table, UsageError for `maxValues` with another format
   */
  async read(options: CsvOptions = {}, maxValues?: number): Promise<Table> {
    const { name, format } = this;
    if (maxValues !== undefined && format !== "parquet") {
      throw new UsageError("--max-values", `expected it only for Parquet files, got ${maxValues} for ${name}`);
    }
    // Loads only the parser that this format needs.
    if (format === "csv") return (await import("../tables/csv/csv.js")).readCsv(() => this.#chunks(), name, options);
    const shared = pick(options, SHARED);
    if (format === "jsonl") {
      const { readJsonLines } = await import("../tables/jsonl/jsonl.js");
      return readJsonLines(this.#chunks(), name, { ...shared, ...pick(options, ["encoding"]) });
    }
    const { readParquet } = await import("../tables/parquet/parquet.js");
    return readParquet(await this.#buffer(), name, { ...shared, ...(maxValues !== undefined && { maxValues }) });
  }

  /** Names of the columns, as far as the start of the file shows them. */
  async peekNames(options: CsvOptions = {}): Promise<readonly string[]> {
    if (this.format === "parquet") {
      const { readParquetNames } = await import("../tables/parquet/parquet-names.js");
      return readParquetNames(await this.#buffer(), this.name);
    }
    if (this.format === "csv")
      return (await import("../tables/csv/csv-names.js")).readCsvNames(this.#chunks(), this.name, options);
    const { readJsonLinesNames } = await import("../tables/jsonl/jsonl-names.js");
    return readJsonLinesNames(this.#chunks(), this.name, pick(options, ["encoding"]));
  }

  /** SHA-256 in hexadecimal. */
  async hash(): Promise<string> {
    const hash = createHash("sha256");
    for await (const chunk of this.#raw()) hash.update(chunk as Uint8Array);
    return hash.digest("hex");
  }

  #raw(): Readable {
    return this.#bytes ? Readable.from([this.#bytes]) : createReadStream(this.name, { highWaterMark: 1 << 18 });
  }

  #chunks(): Chunks {
    return this.#isPacked ? unpacked(this.#raw(), this.name, this.#size) : this.#raw();
  }

  async #buffer() {
    if (!this.#bytes && !this.#isPacked) return (await import("hyparquet")).asyncBufferFromFile(this.name);
    const parts: Uint8Array[] = [];
    for await (const part of this.#chunks()) parts.push(part as Uint8Array);
    return Uint8Array.from(Buffer.concat(parts)).buffer;
  }
}

/** `TableFile.open` and `read` in one. */
export async function readTable(path: string, options: CsvOptions = {}, maxValues?: number): Promise<Table> {
  return (await TableFile.open(path)).read(options, maxValues);
}

/** The first bytes of a file. @throws Error if it cannot be read */
export async function startOf(path: string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  try {
    for await (const part of createReadStream(path, { end: START_BYTES - 1 })) parts.push(part as Buffer);
  } catch (cause) {
    throw new Error(`${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
  return Buffer.concat(parts);
}

/** What the packed bytes unpack to; empty if they are not gzip, which the reader reports later. */
function startUnpacked(start: Uint8Array): Uint8Array {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(0);
  }
}

async function readAll(stream: NodeJS.ReadStream): Promise<Buffer> {
  if (stream.isTTY) throw new UsageError("-", "expected a table on standard input, got a terminal");
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** @throws FormatError if the data are not gzip, or unpack to more than the limit */
async function* unpacked(raw: Readable, name: string, size: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  pipeline(raw, gunzip, () => {});
  const most = UNPACKED.room + UNPACKED.each * size;
  let length = 0;
  try {
    for await (const part of gunzip) {
      length += (part as Buffer).length;
      if (length > most) throw new FormatError(`expected ${size} bytes to unpack to at most ${most}, got more`);
      yield part as Buffer;
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
    const { message } = cause as Error;
    const what = cause instanceof FormatError ? message : `expected a whole gzipped file, got: ${message}`;
    throw new FormatError(`${name}: ${what}`, { cause });
  }
}

function pick<T extends object, K extends keyof T>(options: T, names: readonly K[]): Pick<T, K> {
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.fromEntries(given) as Pick<T, K>;
}

async function sizeOf(path: string): Promise<number> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(path);
  } catch (cause) {
    throw new Error(`${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
  if (found.isFile()) return found.size;
  throw new Error(`${path}: cannot be read (it is not a file)`);
}
