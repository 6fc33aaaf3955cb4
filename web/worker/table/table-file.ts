/** Tables out of files that the reader gave: CSV, JSON Lines or Parquet by the file's name. */

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

/** @throws FormatError when the file is not what its name says */
export async function readTable({ name, data }: GivenFile, options: CsvOptions = {}): Promise<Table> {
  if (/\.parquet$/i.test(name)) {
    const { readParquet } = await import("../../../src/tables/parquet/parquet.js");
    return readParquet(await data.arrayBuffer(), name, sharedBy(options));
  }
  const isPacked = /\.gz$/i.test(name);
  const parts = () => (isPacked ? unpacked(data, name) : partsOf(data));
  if (!/\.(jsonl|ndjson)(\.gz)?$/i.test(name)) return readCsv(parts, name, options);
  const { encoding } = options;
  return readJsonLines(parts(), name, { ...sharedBy(options), ...(encoding !== undefined && { encoding }) });
}

/** What other formats than CSV know of a reader's options. */
function sharedBy({ kinds, others, missing, dayFirst }: CsvOptions): ColumnOptions {
  return {
    ...(kinds && { kinds }),
    ...(others && { others }),
    ...(missing && { missing }),
    ...(dayFirst !== undefined && { dayFirst }),
  };
}

/** @throws FormatError for what is not gzipped */
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

/** What the page shows of a table. */
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

/** The last column of few names, as tables usually have it, or else the last of all. */
function lastLearnable({ columns }: Table): string {
  const named = columns.filter((column) => column.kind === "categorical" && column.categories.length <= 20);
  return (named.at(-1) ?? columns.at(-1))?.name ?? "";
}
