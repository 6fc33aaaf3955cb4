/** Parquet as columns, by hyparquet: `simdgrad/parquet`. */

import { type AsyncBuffer, type FileMetaData, parquetMetadata, parquetSchema, type SchemaElement } from "hyparquet";
import { checkInteger, checkOptions, checkText, describe, type OptionNames, wrongType } from "../check-options.js";
import { FormatError } from "../errors.js";
import { viewKind } from "../typed-arrays.js";
import { type ColumnBuilder, makeBuilder, NotANumber } from "./column-builder.js";
import {
  COLUMN_OPTIONS,
  type ColumnOptions,
  checkColumnOptions,
  ignoredProblem,
  isRead,
  MissingValues,
  MOST_COLUMNS,
} from "./column-options.js";
import { isDecimal, readValues } from "./parquet-pages.js";
import { ThriftWalk } from "./parquet-thrift.js";
import type { Column, Table } from "./table.js";

/** Options of `readParquet`. */
export interface ParquetOptions extends ColumnOptions {
  /**
   * Values that the columns to be read may have, all together: a few bytes can say that they are millions. Default: 2 097 152 and
   * 16 for each byte of the file. Raise it for files that are known.
   */
  readonly maxValues?: number;
}

const OPTIONS: OptionNames<ParquetOptions> = { ...COLUMN_OPTIONS, maxValues: true };
const DEFAULT_VALUES = { room: 2 ** 21, each: 16 };
/** Values in the footer: of Thrift, some forty for each column of each row group. */
const MOST_METADATA = { room: 2 ** 17, each: 1 / 8 };
/** Length of the footer, and `PAR1`. */
const TAIL = 8;
const MAGIC = 0x31524150;
/** A decimal number of so many bytes has 76 digits, which is the most that is written. */
const MOST_DECIMAL_BYTES = 32;

/**
 * The columns of a Parquet file, uncompressed or Snappy: numbers are numeric; texts, true and false are categories; dates are
 * columns of dates; texts that are numbers or dates are these. A column of a row group is in memory at a time. Every size and count is checked against the file
 * before it is believed.
 *
 * @param file bytes, or a file of which parts can be read (hyparquet's `AsyncBuffer`)
 * @throws FormatError when it is no such file, has nested columns, no rows or more than `maxValues`; TypeError for anything
 * but a file
 */
export async function readParquet(
  file: AsyncBuffer | ArrayBuffer,
  name = "Parquet",
  options: ParquetOptions = {},
): Promise<Table> {
  checkOptions("Parquet", options, OPTIONS);
  const { maxValues, ...columnOptions } = options;
  checkColumnOptions("Parquet", columnOptions);
  if (maxValues !== undefined) checkInteger("Parquet: maxValues", maxValues, 1);
  checkText("Parquet: name", name);
  if (!isFile(file)) throw wrongType(name, "an ArrayBuffer, or a file of which parts can be read (AsyncBuffer)", file);
  const source = file as AsyncBuffer;
  try {
    const metadata = await readMetadata(source);
    const { elements, groups, rows } = checkMetadata(metadata, source.byteLength);
    const problem = ignoredProblem(
      elements.map((element) => element.name),
      columnOptions,
    );
    if (problem) throw new FormatError(problem);
    const read = elements.map((element) => isRead(element.name, columnOptions));
    const most = maxValues ?? DEFAULT_VALUES.room + DEFAULT_VALUES.each * source.byteLength;
    const values = rows * read.filter(Boolean).length;
    if (values > most)
      throw new FormatError(`expected at most ${most} values, got ${values} (maxValues, or --max-values, allows more)`);
    const missing = new MissingValues(columnOptions.missing);
    const builders = elements.map((element) => makeBuilder(element.name, columnOptions, { missing, most: rows }));
    let first = 0;
    for (const group of groups) {
      for (const [index, element] of elements.entries()) {
        if (!read[index]) continue;
        const { begin, end, codec } = group.columns[index] as ChunkPlace;
        const bytes = new Uint8Array(await source.slice(begin, end));
        addColumn(
          builders[index] as ColumnBuilder,
          element,
          readValues(bytes, { element, codec, rows: group.rows }),
          first,
        );
      }
      first += group.rows;
    }
    const numbers = Int32Array.from({ length: rows }, (_, row) => row + 1);
    const origin = { file: name, unit: "row" as const, numbers, columns: elements.map((element) => element.name) };
    return { rows, columns: builders.filter((_, index) => read[index]).map(buildColumn), origin };
  } catch (cause) {
    // Those of the file system pass.
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
    const { message } = cause as Error;
    const what = cause instanceof FormatError ? message : `expected a whole Parquet file, got: ${message}`;
    throw new FormatError(`${name}: ${what}`, { cause });
  }
}

/** Names of a Parquet file's columns, nested ones among them. @throws FormatError when it is no such file */
export async function readParquetNames(file: AsyncBuffer | ArrayBuffer, name = "Parquet"): Promise<readonly string[]> {
  try {
    const { children } = parquetSchema(await readMetadata(file as AsyncBuffer));
    return children.map(({ element }) => element.name);
  } catch (cause) {
    throw new FormatError(`${name}: expected a whole Parquet file, got: ${(cause as Error).message}`, { cause });
  }
}

/** The footer, whose lengths and counts were checked. */
async function readMetadata(file: AsyncBuffer): Promise<FileMetaData> {
  const size = file.byteLength;
  const broken = (got: string) => new FormatError(`expected a whole Parquet file, got: ${got}`);
  if (size < TAIL) throw broken(`${size} bytes`);
  const tail = new DataView(await file.slice(size - TAIL, size));
  if (tail.getUint32(4, true) !== MAGIC) throw broken("one that does not end in PAR1");
  const length = tail.getUint32(0, true);
  if (length > size - TAIL) throw broken(`metadata of ${length} bytes in a file of ${size}`);
  const bytes = new Uint8Array(await file.slice(size - TAIL - length, size));
  new ThriftWalk(bytes.subarray(0, length), MOST_METADATA.room + Math.floor(MOST_METADATA.each * size)).end(0);
  return parquetMetadata(bytes.buffer, { geoparquet: false });
}

/** Where a column's bytes of a row group lie. */
interface ChunkPlace {
  readonly begin: number;
  readonly end: number;
  readonly codec: string;
}

/** What the footer says, held against the file. */
interface Contents {
  readonly elements: readonly SchemaElement[];
  readonly groups: readonly { readonly rows: number; readonly columns: readonly ChunkPlace[] }[];
  readonly rows: number;
}

function checkMetadata({ schema, row_groups, num_rows }: FileMetaData, size: number): Contents {
  const [root, ...elements] = schema;
  if (elements.length !== root?.num_children || elements.some((element) => element.num_children)) {
    throw new FormatError("expected no nested columns, got some");
  }
  if (elements.length > MOST_COLUMNS) {
    throw new FormatError(`expected at most ${MOST_COLUMNS} columns, got ${elements.length}`);
  }
  const names = new Set<string>();
  for (const element of elements) {
    checkElement(element);
    if (names.has(element.name))
      throw new FormatError(`column "${element.name}": expected each name once, got it twice`);
    names.add(element.name);
  }
  const groups = row_groups.map((group, index) => {
    const label = `row group ${index}`;
    const rows = integer(`${label}: rows`, group.num_rows, 0, 2 ** 31 - 1);
    if (group.columns.length !== elements.length) {
      throw new FormatError(`${label}: expected ${elements.length} columns, got ${group.columns.length}`);
    }
    const columns = group.columns.map((chunk, column): ChunkPlace => {
      const { name } = elements[column] as SchemaElement;
      const meta = chunk.meta_data;
      const path = meta?.path_in_schema;
      if (!meta || path?.length !== 1 || path[0] !== name || meta.type !== elements[column]?.type || chunk.file_path) {
        throw new FormatError(`${label}: expected the column ${JSON.stringify(name)} here, got another`);
      }
      integer(`${label}: column ${name}: values`, meta.num_values, rows, rows);
      const begin = integer(
        `${label}: column ${name}: begin`,
        meta.dictionary_page_offset || meta.data_page_offset,
        4,
        size,
      );
      const length = integer(`${label}: column ${name}: bytes`, meta.total_compressed_size, 0, size - begin);
      return { begin, end: begin + length, codec: meta.codec };
    });
    return { rows, columns };
  });
  checkApart(groups.flatMap(({ columns }) => columns));
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows === 0) throw new FormatError("expected at least one row of data, got none");
  integer("rows", num_rows, rows, Math.min(rows, 2 ** 31 - 1));
  return { elements, groups, rows };
}

function checkElement(element: SchemaElement): void {
  const { name, type, repetition_type, converted_type, logical_type } = element;
  if (type === undefined || (repetition_type !== "REQUIRED" && repetition_type !== "OPTIONAL")) {
    throw new FormatError(`column ${JSON.stringify(name)}: expected values of its own, got ${type} ${repetition_type}`);
  }
  const foreign = [converted_type, logical_type?.type].find((kind) => kind !== undefined && FOREIGN.has(kind));
  if (foreign)
    throw new FormatError(`column ${JSON.stringify(name)}: expected numbers, texts or dates, got ${foreign}`);
  if (!isDecimal(element)) return;
  const scale = scaleOf(element);
  if (DECIMAL_TYPES.has(type) && Number.isInteger(scale) && scale >= 0) return;
  throw new FormatError(
    `column ${JSON.stringify(name)}: expected decimals as integers or bytes, of a scale from 0 on, got ${type} of scale ${scale}`,
  );
}

const DECIMAL_TYPES = new Set(["INT32", "INT64", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"]);

const FOREIGN = new Set(["BSON", "INTERVAL", "GEOMETRY", "GEOGRAPHY", "VARIANT", "LIST", "MAP", "MAP_KEY_VALUE"]);

/** Columns that share bytes are how a small file has many. */
function checkApart(places: readonly ChunkPlace[]): void {
  let free = 0;
  for (const { begin, end } of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < free)
      throw new FormatError(`expected columns on bytes of their own, got one from byte ${begin} to ${end}`);
    free = end;
  }
}

function integer(what: string, value: number | bigint | undefined, least: number, most: number): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (number !== undefined && Number.isSafeInteger(number) && number >= least && number <= most) return number;
  throw new FormatError(`${what}: expected ${least === most ? least : `${least} to ${most}`}, got ${value}`);
}

/** A typed array has what such a file has, too, but gives parts of another kind. */
function isFile(file: unknown): boolean {
  const { byteLength, slice } = (file ?? {}) as Partial<AsyncBuffer>;
  return typeof byteLength === "number" && typeof slice === "function" && viewKind(file) === undefined;
}

function buildColumn(builder: ColumnBuilder): Column {
  try {
    return builder.build();
  } catch (cause) {
    if (!(cause instanceof NotANumber)) throw cause;
    throw new FormatError(`row ${(cause.row ?? 0) + 1}: column ${builder.name}: ${cause.message}`, { cause });
  }
}

function addColumn(builder: ColumnBuilder, element: SchemaElement, values: Iterable<unknown>, first: number): void {
  const convert = converterOf(element);
  let row = first;
  try {
    for (const value of values) {
      ++row;
      addValue(builder, convert ? convert(value) : value);
    }
  } catch (error) {
    const where = error instanceof NotANumber ? `row ${row}: column ${builder.name}` : `column ${builder.name}`;
    const { message } = error as Error;
    const known = error instanceof NotANumber || error instanceof FormatError;
    throw new FormatError(`${where}: ${known ? message : `expected a whole page, got: ${message}`}`, { cause: error });
  }
}

function addValue(builder: ColumnBuilder, value: unknown): void {
  if (value === null || Number.isNaN(value)) builder.addMissing();
  else if (typeof value === "number") builder.addNumber(value);
  else if (typeof value === "bigint") builder.addNumber(Number(value), String(value));
  else if (value instanceof Date) builder.addDate(timeOf(value));
  else if (typeof value === "string" || typeof value === "boolean") builder.addString(String(value));
  else if (value === undefined)
    throw new NotANumber("expected a value of the column's dictionary, got an index beyond it");
  else throw new NotANumber(`expected a number, a text, true or false, got ${describe(value)}`);
}

function timeOf(date: Date): number {
  const time = date.getTime();
  if (Number.isNaN(time)) throw new NotANumber("expected a date within 275 000 years of 1970, got another");
  return time;
}

/** Of a column whose values come as they are in the file. */
function converterOf(element: SchemaElement): ((value: unknown) => unknown) | undefined {
  if (isDecimal(element)) {
    const scale = scaleOf(element);
    return (value) => {
      if (typeof value === "number" || typeof value === "bigint") return decimalNumber(value, scale);
      if (!(value instanceof Uint8Array)) return value;
      if (value.length <= MOST_DECIMAL_BYTES) return decimalNumber(signedInteger(value), scale);
      throw new NotANumber(`expected a decimal number of at most ${MOST_DECIMAL_BYTES} bytes, got ${value.length}`);
    };
  }
  if (element.converted_type !== "JSON") return undefined;
  return (value) => {
    if (typeof value !== "string") return value;
    // Nothing is made of what is refused anyway.
    if (/^\s*[[{]/.test(value))
      throw new NotANumber("expected a number, a text, true or false, got JSON of several values");
    return JSON.parse(value) as unknown;
  };
}

/** Digits of a decimal number behind its point. */
function scaleOf({ scale, logical_type }: SchemaElement): number {
  return scale ?? (logical_type?.type === "DECIMAL" ? logical_type.scale : undefined) ?? 0;
}

/** The float64 nearest to value·10^(−scale): a product with a power of ten would be rounded twice, 35·10⁻² to 0.35000000000000003. */
function decimalNumber(value: number | bigint, scale: number): number {
  return scale === 0 ? Number(value) : Number(`${value}e-${scale}`);
}

/** Of big-endian bytes in two's complement. */
function signedInteger(bytes: Uint8Array): bigint {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${digits || "0"}`));
}
