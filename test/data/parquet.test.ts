import { readFileSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { readParquet } from "../../src/data/parquet.js";
import { unpackSnappy } from "../../src/data/snappy.js";
import { textAt } from "../../src/data/table.js";
import { FormatError } from "../../src/index.js";

const ROWS = 3000;
const rows = <T>(value: (row: number) => T): T[] => Array.from({ length: ROWS }, (_, row) => value(row));
const column = (name: string, type: string, value: (row: number) => unknown, encoding?: string) =>
  ({ name, type, data: rows(value), ...(encoding && { encoding }) }) as unknown as ColumnSource;

const COLUMNS: Record<string, ColumnSource> = {
  doubles: column("c", "DOUBLE", (row) => row / 4),
  "doubles, some missing": column("c", "DOUBLE", (row) => (row % 3 ? row / 4 : null)),
  "all missing but one": column("c", "DOUBLE", (row) => (row === 1234 ? 1 : null)),
  "few integers": column("c", "INT32", (row) => (row * row) % 7),
  "one integer": column("c", "INT32", () => 5),
  "64-bit integers": column("c", "INT64", (row) => BigInt(row) * 1000n),
  floats: column("c", "FLOAT", (row) => row / 8),
  booleans: column("c", "BOOLEAN", (row) => row % 5 === 0),
  "booleans in runs": column("c", "BOOLEAN", (row) => row % 500 > 100, "RLE"),
  "few texts": column("c", "STRING", (row) => (row % 11 ? `t${row % 5}` : null)),
  "many texts": column("c", "STRING", (row) => `text ${row}`),
  dates: column("c", "TIMESTAMP", (row) => new Date(1e12 + row * 1000)),
  "doubles in streams": column("c", "DOUBLE", (row) => row / 4, "BYTE_STREAM_SPLIT"),
  "differences of 32 bits": column("c", "INT32", (row) => row * 3 - (row % 17), "DELTA_BINARY_PACKED"),
  "differences of 64 bits": column("c", "INT64", (row) => BigInt(row * 3 - (row % 17)), "DELTA_BINARY_PACKED"),
  "texts with lengths first": column("c", "STRING", (row) => `text ${row}`, "DELTA_LENGTH_BYTE_ARRAY"),
  "texts with prefixes": column("c", "STRING", (row) => `text ${row}`, "DELTA_BYTE_ARRAY"),
};

const text = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return undefined;
  return String(value instanceof Date ? value.getTime() : value);
};

describe("readParquet", () => {
  it("refuses a file of 1.1 kB, one byte of which was changed, on which hyparquet hangs", async () => {
    const bytes = readFileSync(new URL("hostile/hang.parquet", import.meta.url));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    await expect(readParquet(file as ArrayBuffer, "hang.parquet")).rejects.toThrow(FormatError);
  });

  describe.each(["SNAPPY", "UNCOMPRESSED"] as const)("%s", (codec) => {
    it.each(Object.keys(COLUMNS))("reads %s as hyparquet does", async (name) => {
      for (const rowGroupSize of [ROWS, 1000]) {
        const columnData = [COLUMNS[name] as ColumnSource];
        const file = parquetWriteBuffer({ columnData, codec, rowGroupSize });
        const expected = (await parquetReadObjects({ file })).map(({ c }) => text(c));
        const table = await readParquet(file);
        expect(table.rows).toBe(ROWS);
        expect(expected).toEqual(columnData[0]?.data && Array.from(columnData[0].data, text));
        const read = table.columns[0];
        expect(rows((row) => read && textAt(read, row))).toEqual(expected);
      }
    });
  });

  it("has decimal numbers", async () => {
    const file = parquetWriteBuffer({
      columnData: [{ name: "c", data: [1.25, -3.5, null] }],
      schema: [
        { name: "root", num_children: 1 },
        { name: "c", type: "INT64", converted_type: "DECIMAL", scale: 2, precision: 10, repetition_type: "OPTIONAL" },
      ],
    });
    expect((await readParquet(file)).columns).toEqual([
      { name: "c", kind: "numeric", values: Float64Array.of(1.25, -3.5, NaN) },
    ]);
  });

  it("a few bytes have no more values than is allowed", async () => {
    const data = new Int32Array(3_000_000);
    const file = parquetWriteBuffer({ columnData: [{ name: "c", data, type: "INT32" }] });
    const most = 2 ** 21 + 16 * file.byteLength;
    expect(most).toBeLessThan(3_000_000);
    await expect(readParquet(file, "f")).rejects.toThrow(`f: expected at most ${most} values (maxValues), got 3000000`);
    expect((await readParquet(file, "f", { maxValues: 3_000_000 })).rows).toBe(3_000_000);
    await expect(readParquet(file, "f", { maxValues: 0 })).rejects.toThrow(RangeError);
  });
});

describe("unpackSnappy", () => {
  it.each([
    ["literals", [3, 2 << 2, 97, 98, 99], "abc"],
    ["copies that overlap", [7, 0, 97, 2 | (5 << 2), 1, 0], "aaaaaaa"],
    ["short copies", [6, 1 << 2, 97, 98, 1, 2], "ababab"],
    ["lengths of a byte", [3, 60 << 2, 2, 97, 98, 99], "abc"],
  ])("unpacks %s", (_, packed, expected) => {
    expect(Buffer.from(unpackSnappy(Uint8Array.from(packed), expected.length)).toString()).toBe(expected);
  });

  it.each([
    ["another size", [4, 2 << 2, 97, 98, 99]],
    ["a literal that is cut", [3, 2 << 2, 97, 98]],
    ["a literal that is too long", [3, 3 << 2, 97, 98, 99, 100]],
    ["a copy from before the start", [3, 0, 97, 2 | (1 << 2), 2, 0]],
    ["a copy of nothing", [3, 0, 97, 2 | (1 << 2), 0, 0]],
    ["a length below 0", [3, 63 << 2, 0xf0, 0xff, 0xff, 0xff, 97, 98, 99]],
    ["an offset below 0", [3, 0, 97, 3 | (1 << 2), 0xff, 0xff, 0xff, 0xff]],
    ["no end of its size", [0x83, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ["nothing", []],
  ])("refuses %s", (_, packed) => {
    expect(() => unpackSnappy(Uint8Array.from(packed), 3)).toThrow(FormatError);
  });
});
