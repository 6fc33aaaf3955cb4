/** Reads Parquet as columns, with hyparquet: `simdgrad/parquet`. */

import type { SchemaElement } from "hyparquet";
import { checkInteger, checkOptions, checkText, type OptionNames, wrongType } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import { viewKind } from "../../checks/typed-arrays.js";
import { buildColumn, type ColumnBuilder, makeBuilder } from "../column-builder.js";
import { NotANumber } from "../column-kind.js";
import {
  COLUMN_OPTIONS,
  type ColumnOptions,
  checkColumnOptions,
  ignoredProblem,
  isRead,
  MissingValues,
} from "../column-options.js";
import type { Table } from "../table.js";
import { loadCodec, type Unpack } from "./parquet-codecs.js";
import { type ChunkPlace, checkColumns, columnsOf, leaveOut, readMetadata, rowGroupsOf } from "./parquet-contents.js";
import { readValues } from "./parquet-pages.js";
import { adderOf, ForeignValue } from "./parquet-values.js";

/** A file that can be read in parts, such as hyparquet's `AsyncBuffer`. */
export interface ParquetFile {
  readonly byteLength: number;
  /** The bytes from `start` to before `end`; default the file's end. */
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** Options of `readParquet`. */
export interface ParquetOptions extends ColumnOptions {
  /**
   * The most values of all columns that are read: a few bytes can claim millions. Default: 2 097 152 plus 16 per byte of the file.
   * Each value may unpack to at most 9 bytes. Raise it for files that you trust.
   */
  readonly maxValues?: number;
}

const OPTIONS: OptionNames<ParquetOptions> = { ...COLUMN_OPTIONS, maxValues: true };
const DEFAULT_VALUES = { room: 2 ** 21, each: 16 };
/** The most unpacked bytes per value: a float64, and whether it is present. */
const BYTES_EACH = 9;

/**
 * Reads the columns of a Parquet file, uncompressed or compressed with Snappy, gzip, Zstandard, Brotli or LZ4. Numbers are numeric.
 * Texts, true and false are categories, but texts that are numbers or dates count as such. Dates are dates (local dates count as
 * UTC), times of day are on 1970-01-01. You can only ignore nested columns (structs, lists, maps) and columns of other types. One
 * column of a row group is in memory at a time. Every size and count is checked against the file before it is used.
 *
 * @param file bytes, or a file that can be read in parts (hyparquet's `AsyncBuffer`)
 * @throws FormatError for any other file, an encrypted one, unreadable columns that are not ignored, no rows, or more than
 * `maxValues` values; TypeError for anything but a file
 */
export async function readParquet(
  file: ParquetFile | ArrayBuffer,
  name = "Parquet",
  options: ParquetOptions = {},
): Promise<Table> {
  checkOptions("Parquet", options, OPTIONS);
  const { maxValues, ...columnOptions } = options;
  checkColumnOptions("Parquet", columnOptions);
  if (maxValues !== undefined) checkInteger("Parquet: maxValues", maxValues, 1);
  checkText("Parquet: name", name);
  if (!isFile(file)) throw wrongType(name, "an ArrayBuffer, or a file of which parts can be read (AsyncBuffer)", file);
  try {
    const metadata = await readMetadata(file);
    const { columns: all, leaves } = columnsOf(metadata.schema);
    const problem = ignoredProblem(
      all.map((column) => column.name),
      columnOptions,
    );
    if (problem) throw new FormatError(problem);
    const columns = all.filter((column) => isRead(column.name, columnOptions));
    checkColumns(columns);
    const { groups, rows } = rowGroupsOf(metadata, columns, leaves, file.byteLength);
    const usual = DEFAULT_VALUES.room + DEFAULT_VALUES.each * file.byteLength;
    const most = maxValues ?? usual;
    const values = rows * columns.length;
    if (values > most) throw new FormatError(`expected at most ${most} values, got ${values} (${ALLOW_MORE})`);
    const take = unpackedBytes(Math.max(most, usual) * BYTES_EACH);
    const missing = new MissingValues(columnOptions.missing);
    const builders = columns.map((column) => makeBuilder(column.name, columnOptions, { missing, most: rows }));
    let first = 0;
    for (const group of groups) {
      for (const [index, place] of group.places.entries()) {
        const { element } = columns[index] as (typeof columns)[number];
        const bytes = new Uint8Array(await file.slice(place.begin, place.end));
        const unpack = await unpackOf(place, take);
        const chunk = { element, unpack, rows: group.rows };
        addColumn(builders[index] as ColumnBuilder, element, readValues(bytes, chunk), first);
      }
      first += group.rows;
    }
    const numbers = Int32Array.from({ length: rows }, (_, row) => row + 1);
    const complain = (row: number, message: string) => new FormatError(`row ${row + 1}: ${message}`);
    const origin = { file: name, unit: "row" as const, numbers, columns: all.map((column) => column.name) };
    return { rows, columns: builders.map((builder) => buildColumn(builder, complain)), origin };
  } catch (cause) {
    // Those of the file system pass.
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
    const { message } = cause as Error;
    const what = cause instanceof FormatError ? message : `expected a whole Parquet file, got: ${message}`;
    throw new FormatError(`${name}: ${what}`, { cause });
  }
}

const ALLOW_MORE = "maxValues, or --max-values, allows more";

/** Counts the unpacked size of pages before they are unpacked. */
function unpackedBytes(most: number): (size: number) => void {
  let left = most;
  return (size) => {
    left -= size;
    if (!(left >= 0)) {
      throw new FormatError(`expected pages of at most ${most} bytes unpacked, got more (${ALLOW_MORE})`);
    }
  };
}

async function unpackOf({ codec }: ChunkPlace, take: (size: number) => void): Promise<Unpack> {
  const unpack = await loadCodec(codec);
  return (packed, size) => {
    take(size);
    return unpack(packed, size);
  };
}

/** A typed array has what such a file has, too, but gives parts of another kind. */
function isFile(file: unknown): boolean {
  const { byteLength, slice } = (file ?? {}) as Partial<ParquetFile>;
  return typeof byteLength === "number" && typeof slice === "function" && viewKind(file) === undefined;
}

function addColumn(builder: ColumnBuilder, element: SchemaElement, values: Iterable<unknown>, first: number): void {
  const add = adderOf(element);
  let row = first;
  try {
    for (const value of values) {
      ++row;
      add(builder, value);
    }
  } catch (error) {
    const where = error instanceof NotANumber ? `row ${row}: column ${builder.name}` : `column ${builder.name}`;
    const { message } = error as Error;
    const known = error instanceof NotANumber || error instanceof FormatError;
    const hint = error instanceof ForeignValue ? `: ${leaveOut([builder.name])}` : "";
    const what = known ? message + hint : `expected a whole page, got: ${message}`;
    throw new FormatError(`${where}: ${what}`, { cause: error });
  }
}
