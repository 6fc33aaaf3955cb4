import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/index.js";
import { dateText } from "../../src/tables/dates.js";
import { readParquet } from "../../src/tables/parquet/parquet.js";
import { textAt } from "../../src/tables/table.js";

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

const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
};

const text = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return undefined;
  return value instanceof Date ? dateText(value.getTime()) : String(value);
};

describe("readParquet", () => {
  it("refuses a file of 1.1 kB, one byte of which was changed, on which hyparquet hangs", async () => {
    const bytes = readFileSync(new URL("../cases/hang.parquet", import.meta.url));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const start = performance.now();
    await expect(readParquet(file as ArrayBuffer, "hang.parquet")).rejects.toThrow(FormatError);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  describe.each(["SNAPPY", "UNCOMPRESSED", "GZIP", "BROTLI"] as const)("%s", (codec) => {
    it.each(Object.keys(COLUMNS))("reads %s as hyparquet does", async (name) => {
      for (const rowGroupSize of [ROWS, 1000]) {
        const columnData = [COLUMNS[name] as ColumnSource];
        const file = parquetWriteBuffer({ columnData, codec, rowGroupSize, compressors: COMPRESSORS });
        const unpacked = parquetWriteBuffer({ columnData, codec: "UNCOMPRESSED", rowGroupSize });
        const expected = (await parquetReadObjects({ file: unpacked })).map(({ c }) => text(c));
        const table = await readParquet(file);
        expect(table.rows).toBe(ROWS);
        expect(expected).toEqual(columnData[0]?.data && Array.from(columnData[0].data, text));
        const read = table.columns[0];
        expect(rows((row) => read && textAt(read, row))).toEqual(expected);
      }
    });
  });

  describe("decimal numbers", () => {
    const converted = { converted_type: "DECIMAL", scale: 2 };
    const logical = { logical_type: { type: "DECIMAL", scale: 2, precision: 18 } };
    /** @param data integers, before they are scaled */
    const decimals = (data: unknown[], element: object) =>
      parquetWriteBuffer({
        columnData: [{ name: "c", data }],
        schema: [
          { name: "root", num_children: 1 },
          { name: "c", precision: 18, repetition_type: "OPTIONAL", ...element },
        ],
      } as Parameters<typeof parquetWriteBuffer>[0]);

    it.each([
      ["INT32", BigInt, converted],
      ["INT64", BigInt, converted],
      ["INT32", Number, logical],
      ["INT64", BigInt, logical],
    ])("of %s are the nearest doubles", async (type, integer, element) => {
      const hundredths = Array.from({ length: 2001 }, (_, index) => index - 1000);
      // 0.35, not 35 · 0.01 = 0.35000000000000003.
      const nearest = hundredths.map((value) => Number(`${value}e-2`));
      const { columns } = await readParquet(
        decimals([...hundredths.map((value) => integer(value)), null], { type, ...element }),
      );
      expect(columns).toEqual([{ name: "c", kind: "numeric", values: Float64Array.of(...nearest, Number.NaN) }]);
    });

    it.each([
      ["integers", { type: "INT64" }],
      ["bytes", { type: "BYTE_ARRAY" }],
      ["bytes of one length", { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16 }],
    ])("beyond 2^53, and in a dictionary, of %s are rounded once", async (_, type) => {
      const data = Array.from({ length: 300 }, (_, row) => (row % 2 ? 9007199254740993n : -123456789012345678n));
      const { columns } = await readParquet(decimals(data, { ...converted, ...type, scale: 3 }));
      const [even, odd] = ["-123456789012345.678", "9007199254740.993"].map(Number);
      const values = Float64Array.from(data, (_, row) => (row % 2 ? odd : even) as number);
      expect(columns).toEqual([{ name: "c", kind: "numeric", values }]);
    });

    it.each([
      ["integers", { type: "INT64" }],
      ["bytes", { type: "BYTE_ARRAY" }],
      ["bytes of one length", { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16 }],
    ])(
      "without a fraction, beyond 2^53, of %s are names, as integers are, or numbers where they are asked for",
      async (_, type) => {
        const file = decimals([9007199254740993n, 1n, null], { ...converted, ...type, scale: 0 });
        const { columns } = await readParquet(file);
        expect(columns).toEqual([
          { name: "c", kind: "categorical", categories: ["9007199254740993", "1"], codes: Int32Array.of(0, 1, -1) },
        ]);
        const asked = await readParquet(file, "f", { kinds: { c: "numeric" } });
        expect(asked.columns[0]).toMatchObject({ values: Float64Array.of(9007199254740992, 1, Number.NaN) });
      },
    );

    it.each([
      ["a scale below 0", [1n, 2n], { type: "INT32", ...converted, scale: -1 }, "decimals as INT32 of scale -1"],
      ["floating point", [1.5, 2], { type: "DOUBLE", ...logical }, "decimals as DOUBLE of scale 2"],
    ])("of %s are refused", async (_, data, element, message) => {
      await expect(readParquet(decimals(data, element), "f")).rejects.toThrow(
        `f: expected columns of numbers, texts or dates, got "c" (${message}): leave out with kinds: {"c":"ignore"}, or --ignore c`,
      );
    });
  });

  it("a few bytes have no more values than is allowed", async () => {
    const data = new Int32Array(3_000_000);
    const file = parquetWriteBuffer({ columnData: [{ name: "c", data, type: "INT32" }] });
    const most = 2 ** 21 + 16 * file.byteLength;
    expect(most).toBeLessThan(3_000_000);
    await expect(readParquet(file, "f")).rejects.toThrow(
      `f: expected at most ${most} values, got 3000000 (maxValues, or --max-values, allows more)`,
    );
    expect((await readParquet(file, "f", { maxValues: 3_000_000 })).rows).toBe(3_000_000);
    await expect(readParquet(file, "f", { maxValues: 0 })).rejects.toThrow(RangeError);
  });
});
