import { parquetWriteBuffer } from "hyparquet-writer";

/** A Parquet file of one column, `a`. */
export const parquetFile = (): ArrayBuffer =>
  parquetWriteBuffer({ columnData: [{ name: "a", data: [1, 2], type: "INT32" }] });
