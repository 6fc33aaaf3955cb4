/** Parquet files of a kind that hyparquet-writer does not make by itself: their footers are written anew. */

import { type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { ByteWriter, type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";

/** Columns by name, with what the schema says of each. */
export type Columns = Readonly<Record<string, readonly [data: readonly unknown[], element: Partial<SchemaElement>]>>;

/** A file without statistics. */
export function fileOf(columns: Columns, options: object = {}): ArrayBuffer {
  const entries = Object.entries(columns);
  return parquetWriteBuffer({
    codec: "UNCOMPRESSED",
    statistics: false,
    columnData: entries.map(([name, [data]]) => ({ name, data }) as ColumnSource),
    schema: [
      { name: "root", num_children: entries.length },
      ...entries.map(([name, [, element]]) => ({ name, repetition_type: "OPTIONAL" as const, ...element })),
    ],
    ...options,
  });
}

/** The same values with another footer. */
export function withFooter(file: ArrayBuffer, edit: (metadata: FileMetaData) => void): ArrayBuffer {
  const metadata = parquetMetadata(file);
  edit(metadata);
  const writer = new ByteWriter();
  writer.appendBytes(new Uint8Array(file, 0, file.byteLength - 8 - metadata.metadata_length));
  writeMetadata(writer, metadata);
  writer.appendUint32(0x31524150);
  return writer.getBuffer();
}

/** Bytes of the only column of the only row group. */
export function chunkOf(file: ArrayBuffer): Uint8Array {
  const meta = parquetMetadata(file).row_groups[0]?.columns[0]?.meta_data;
  if (!meta) throw new Error("expected a column, got none");
  const begin = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  return new Uint8Array(file, begin, Number(meta.total_compressed_size));
}
