/** Reads tables from the reader's files: CSV, JSON Lines or Parquet, gzipped or not. The contents decide the format. */

import { isGzipped, START_BYTES, tableFormat } from "../../../src/app/file-role.js";
import { guessTarget } from "../../../src/app/table-parts.js";
import { FormatError } from "../../../src/checks/errors.js";
import type { ColumnOptions } from "../../../src/tables/column-options.js";
import { type CsvOptions, readCsv } from "../../../src/tables/csv/csv.js";
import { readJsonLines } from "../../../src/tables/jsonl/jsonl.js";
import { type Table, textAt } from "../../../src/tables/table.js";
import type { GivenFile, TableView } from "../../protocol/tables.js";

const PREVIEW_ROWS = 6;
/** A file is decoded in parts of this many bytes. */
const PART_BYTES = 1 << 20;

/** @throws FormatError if the file is not a table */
export async function readTable({ name, data }: GivenFile, options: CsvOptions = {}): Promise<Table> {
  const start = await startOf(data);
  const isPacked = isGzipped(start, name);
  const parts = () => (isPacked ? unpacked(data, name) : partsOf(data));
  const format = tableFormat(isPacked ? await firstPart(parts()) : start, name);
  if (format === "parquet") {
    const { readParquet } = await import("../../../src/tables/parquet/parquet.js");
    const whole = isPacked ? new Blob((await collected(parts())) as BlobPart[]) : data;
    return readParquet(await whole.arrayBuffer(), name, sharedBy(options));
  }
  if (format === "csv") return readCsv(parts, name, options);
  const { encoding } = options;
  return readJsonLines(parts(), name, { ...sharedBy(options), ...(encoding !== undefined && { encoding }) });
}

async function startOf(data: Blob): Promise<Uint8Array> {
  return new Uint8Array(await data.slice(0, START_BYTES).arrayBuffer());
}

async function firstPart(parts: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  for await (const part of parts) return part;
  return new Uint8Array(0);
}

async function collected(parts: AsyncGenerator<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

/** The options that all formats share. */
function sharedBy({ kinds, others, missing, dayFirst }: CsvOptions): ColumnOptions {
  return {
    ...(kinds && { kinds }),
    ...(others && { others }),
    ...(missing && { missing }),
    ...(dayFirst !== undefined && { dayFirst }),
  };
}

/** @throws FormatError for a broken or truncated file */
async function* unpacked(data: Blob, name: string): AsyncGenerator<Uint8Array> {
  const reader = data.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } catch (cause) {
    throw new FormatError(`${name}: expected a whole gzipped file, got: ${(cause as Error).message}`, { cause });
  }
}

async function* partsOf(data: Blob): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < data.size; start += PART_BYTES) {
    yield new Uint8Array(await data.slice(start, start + PART_BYTES).arrayBuffer());
  }
}

/** The preview of a table. */
export function viewTable(table: Table, name: string): TableView {
  const rows = Array.from({ length: Math.min(PREVIEW_ROWS, table.rows) }, (_, row) => row);
  return {
    name,
    rows: table.rows,
    columns: table.columns.map((column) => ({
      name: column.name,
      kind: column.kind,
      hasCommas: column.kind === "numeric" && column.decimal === ",",
      ...(column.kind === "categorical" && { categories: column.categories.length }),
      missing:
        column.kind === "categorical"
          ? column.codes.reduce((count, code) => count + Number(code < 0), 0)
          : column.values.reduce((count, value) => count + Number(Number.isNaN(value)), 0),
    })),
    preview: rows.map((row) => table.columns.map((column) => textAt(column, row))),
    target: guessTarget(table) ?? lastLearnable(table),
  };
}

/** The last categorical column with at most 20 categories, where tables usually have their target; otherwise the last column. */
function lastLearnable({ columns }: Table): string {
  const named = columns.filter((column) => column.kind === "categorical" && column.categories.length <= 20);
  return (named.at(-1) ?? columns.at(-1))?.name ?? "";
}
