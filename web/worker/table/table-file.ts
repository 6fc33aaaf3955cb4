/** Tables out of files that the reader gave: CSV, JSON Lines or Parquet by the file's name. */

import { guessTarget } from "../../../src/cli/table-parts.js";
import type { ColumnOptions } from "../../../src/data/column-builder.js";
import { type CsvOptions, readCsv } from "../../../src/data/csv.js";
import { readJsonLines } from "../../../src/data/jsonl.js";
import { type Table, textAt } from "../../../src/data/table.js";
import type { GivenFile, TableView } from "../../own-data/messages.js";

const PREVIEW_ROWS = 6;
/** A file is decoded in parts of this many bytes. */
const PART_BYTES = 1 << 20;

/** @throws FormatError when the file is not what its name says */
export async function readTable({ name, data }: GivenFile, options: CsvOptions & ColumnOptions = {}): Promise<Table> {
  if (/\.parquet$/i.test(name)) {
    const { readParquet } = await import("../../../src/data/parquet.js");
    return readParquet(await data.arrayBuffer(), name, options);
  }
  if (/\.(jsonl|ndjson)$/i.test(name)) return readJsonLines(partsOf(data), name, options);
  return readCsv(() => partsOf(data), name, options);
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
