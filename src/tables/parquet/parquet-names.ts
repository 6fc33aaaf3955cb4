/** Names of a Parquet file's columns, without its values. */

import type { AsyncBuffer } from "hyparquet";
import { FormatError } from "../../checks/errors.js";
import { columnsOf, readMetadata } from "./parquet-contents.js";

/** Columns that cannot be read are among them. @throws FormatError when it is no Parquet file */
export async function readParquetNames(file: AsyncBuffer | ArrayBuffer, name: string): Promise<readonly string[]> {
  try {
    const { columns } = columnsOf((await readMetadata(file as AsyncBuffer)).schema);
    return columns.map((column) => column.name);
  } catch (cause) {
    throw new FormatError(`${name}: expected a whole Parquet file, got: ${(cause as Error).message}`, { cause });
  }
}
