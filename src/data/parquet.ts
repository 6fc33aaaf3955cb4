/** Parquet as columns, by hyparquet: `simdgrad/parquet`. */

import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { checkOptions, checkText, describe, wrongType } from "../check-options.js";
import { FormatError } from "../errors.js";
import { viewKind } from "../typed-arrays.js";
import {
  COLUMN_OPTIONS,
  ColumnBuilder,
  type ColumnOptions,
  checkColumnOptions,
  ignoredProblem,
  isRead,
  kindOf,
  NotANumber,
} from "./column-builder.js";
import type { Table } from "./table.js";

/**
 * The columns of a Parquet file, uncompressed or Snappy: numbers are numeric; texts, true and false are categories; dates are
 * milliseconds since 1970. Row groups are read one after the other.
 *
 * @param file bytes, or a file of which parts can be read (hyparquet's `AsyncBuffer`)
 * @throws FormatError when it is no such file, has nested columns or no rows; TypeError for anything but a file
 */
export async function readParquet(
  file: AsyncBuffer | ArrayBuffer,
  name = "Parquet",
  options: ColumnOptions = {},
): Promise<Table> {
  checkOptions("Parquet", options, COLUMN_OPTIONS);
  checkColumnOptions("Parquet", options);
  checkText("Parquet: name", name);
  if (!isFile(file)) throw wrongType(name, "an ArrayBuffer, or a file of which parts can be read (AsyncBuffer)", file);
  const source = file as AsyncBuffer;
  try {
    const metadata = await parquetMetadataAsync(source);
    const [root, ...elements] = metadata.schema;
    if (elements.length !== root?.num_children) throw new FormatError("expected no nested columns, got some");
    const names = elements.map((element) => element.name);
    const problem = ignoredProblem(names, options);
    if (problem) throw new FormatError(problem);
    const builders = elements
      .filter((element) => isRead(element.name, options))
      .map((element) => new ColumnBuilder(element.name, kindOf(element.name, options)));
    const columns = builders.map((builder) => builder.name);
    let first = 0;
    for (const group of metadata.row_groups) {
      const end = first + Number(group.num_rows);
      const rows = await parquetReadObjects({ file: source, metadata, columns, rowStart: first, rowEnd: end });
      for (const [index, row] of rows.entries()) addRow(builders, row, first + index + 1);
      first = end;
    }
    if (first === 0) throw new FormatError("expected at least one row of data, got none");
    const numbers = Int32Array.from({ length: first }, (_, row) => row + 1);
    const origin = { file: name, unit: "row" as const, numbers };
    return { rows: first, columns: builders.map((builder) => builder.build()), origin };
  } catch (cause) {
    // Those of the file system pass.
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
    const { message } = cause as Error;
    const what = cause instanceof FormatError ? message : `expected a whole Parquet file, got: ${message}`;
    throw new FormatError(`${name}: ${what}`, { cause });
  }
}

/** A typed array has what such a file has, too, but gives parts of another kind. */
function isFile(file: unknown): boolean {
  const { byteLength, slice } = (file ?? {}) as Partial<AsyncBuffer>;
  return typeof byteLength === "number" && typeof slice === "function" && viewKind(file) === undefined;
}

function addRow(builders: readonly ColumnBuilder[], row: Readonly<Record<string, unknown>>, number: number): void {
  for (const builder of builders) {
    const value = row[builder.name];
    try {
      if (value === null || value === undefined || Number.isNaN(value)) builder.addMissing();
      else if (typeof value === "number" || typeof value === "bigint") builder.addNumber(Number(value));
      else if (value instanceof Date) builder.addNumber(value.getTime());
      else if (typeof value === "string" || typeof value === "boolean") builder.addName(String(value));
      else throw new NotANumber(`expected a number, a text, true or false, got ${describe(value)}`);
    } catch (error) {
      if (!(error instanceof NotANumber)) throw error;
      throw new FormatError(`row ${number}: column ${builder.name}: ${error.message}`);
    }
  }
}
