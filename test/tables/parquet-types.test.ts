import { readFileSync } from "node:fs";
import { parquetMetadata, type SchemaElement } from "hyparquet";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/index.js";
import { readParquet } from "../../src/tables/parquet/parquet.js";
import { columnsOf, rowGroupsOf } from "../../src/tables/parquet/parquet-contents.js";
import { clockOf } from "../../src/tables/parquet/parquet-times.js";
import { foreignKind } from "../../src/tables/parquet/parquet-values.js";
import { type Table, textAt } from "../../src/tables/table.js";
import { chunkOf, fileOf, withFooter } from "./parquet-files.js";

const recorded = (name: string): ArrayBuffer => {
  const { buffer, byteOffset, length } = readFileSync(new URL(`../recorded/parquet/${name}.parquet`, import.meta.url));
  return (buffer as ArrayBuffer).slice(byteOffset, byteOffset + length);
};
const ignore = (...names: string[]) => ({ kinds: Object.fromEntries(names.map((name) => [name, "ignore" as const])) });
/** By name, numbers or texts; undefined is missing. */
const valuesOf = ({ columns, rows }: Table) =>
  Object.fromEntries(
    columns.map((column) => [
      column.name,
      Array.from({ length: rows }, (_, row) => {
        const text = textAt(column, row);
        return text === undefined || column.kind === "categorical" ? text : column.values[row];
      }),
    ]),
  );

describe("files of DuckDB", () => {
  const rows = <T>(value: (row: number) => T) => Array.from({ length: 300 }, (_, row) => value(row));
  const EXPECTED = {
    whole: rows((i) => (i % 7 ? i : undefined)),
    fraction: rows((i) => i / 4),
    few: rows((i) => `text ${i % 5}`),
    many: rows((i) => `row ${i}`),
    truth: rows((i) => String(i % 3 === 0)),
    nothing: rows(() => undefined),
  };
  const file = (codec: string) => recorded(`duckdb-${codec}`);

  it.each(["snappy", "gzip", "zstd", "brotli", "lz4_raw"])("are read in %s, but for nested columns", async (codec) => {
    expect(valuesOf(await readParquet(file(codec), "f", ignore("list", "struct", "map")))).toEqual(EXPECTED);
    const { columns } = await readParquet(file(codec), "f", { kinds: { many: "categorical" }, others: "ignore" });
    expect(columns.map(({ name }) => name)).toEqual(["many"]);
  });

  it("are refused with a word on each nested column, and how it is left out", async () => {
    await expect(readParquet(file("zstd"), "f", ignore("map"))).rejects.toThrow(
      'f: expected columns of numbers, texts or dates, got "list" (a list), "struct" (a struct): ' +
        'leave out with kinds: {"list":"ignore","struct":"ignore"}, or --ignore list --ignore struct',
    );
    await expect(readParquet(file("zstd"), "f", { kinds: { map: "numeric" }, others: "ignore" })).rejects.toThrow(
      'got "map" (a map): leave out with kinds: {"map":"ignore"}, or --ignore map',
    );
    await expect(readParquet(file("zstd"), "f", ignore("list", "item"))).rejects.toThrow(
      'f: expected a column "item" to ignore, got whole, list, fraction,',
    );
  });

  it("have dates and times in milliseconds, big integers as names, and foreign types that can be ignored", async () => {
    const table = await readParquet(recorded("duckdb-types"), "f", ignore("span", "blob"));
    const [day, three] = [86_400_000, [0, 1, 2]];
    expect(valuesOf(table)).toEqual({
      day: three.map((i) => Date.UTC(1969, 11, 25) + i * 10 * day),
      micros: three.map((i) => Date.UTC(1999, 11, 31, 23, 59, 59, 123) + i * day + 0.456),
      millis: three.map((i) => Date.UTC(1999, 11, 31, 23, 59, 59, 123) + i * day),
      nanos: three.map(() => Date.UTC(2024, 1, 3, 4, 5, 6, 123) + 0.456789),
      zoned: three.map(() => Date.UTC(2019, 11, 31, 22)),
      time: three.map(() => 3_723_456.789),
      decimal: [0, 1.25, 2.5],
      big: ["0", "9007199254740993", "18014398509481986"],
      uuid: three.map(() => "12345678-1234-1234-1234-1234567890ab"),
      kind: ["a", "b", "a"],
      json: three,
      unsigned: three.map(() => "18446744073709551615"),
    });
    await expect(readParquet(recorded("duckdb-types"), "f", ignore("blob"))).rejects.toThrow(
      'got "span" (INTERVAL): leave out with kinds: {"span":"ignore"}, or --ignore span',
    );
    await expect(readParquet(recorded("duckdb-types"), "f", ignore("span"))).rejects.toThrow(
      'f: column blob: expected texts in UTF-8, got other bytes: leave out with kinds: {"blob":"ignore"}, or --ignore blob',
    );
  });
});

describe("files of Rust's parquet", () => {
  it.each(["rust-lz4", "rust-zstd"])("are read: %s", async (name) => {
    expect(valuesOf(await readParquet(recorded(name), "f", ignore("list")))).toEqual({
      half: [1.5, undefined, -0.25],
      millis: [1.7e12, undefined, -1],
      micros: [1.7e12, undefined, -1],
      nanos: [1.7e12, undefined, -1],
      day: [Date.UTC(2024, 1, 29), undefined, Date.UTC(1969, 11, 31)],
      timeMillis: [3_723_456, undefined, 0],
      timeMicros: [3_723_456.789, undefined, 0],
      timeNanos: [3_723_456.789012, undefined, 0],
      nothing: [undefined, undefined, undefined],
      text: ["a", undefined, "é"],
    });
  });
});

describe("dates and times", () => {
  const stamp = (unit: string, isAdjustedToUTC: boolean) =>
    ({ type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC, unit } }) as Partial<SchemaElement>;
  const time = (unit: string, type: string) =>
    ({ type, logical_type: { type: "TIME", isAdjustedToUTC: true, unit } }) as Partial<SchemaElement>;

  it.each<[string, Partial<SchemaElement>, readonly unknown[], readonly number[]]>([
    ["DATE", { type: "INT32", converted_type: "DATE" }, [19_782, -1], [1_709_164_800_000, -86_400_000]],
    [
      "DATE, logical",
      { type: "INT32", logical_type: { type: "DATE" } },
      [19_782, -1],
      [1_709_164_800_000, -86_400_000],
    ],
    [
      "TIMESTAMP_MILLIS",
      { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
      [1_700_000_000_123n, -1n],
      [1_700_000_000_123, -1],
    ],
    [
      "TIMESTAMP_MICROS",
      { type: "INT64", converted_type: "TIMESTAMP_MICROS" },
      [1_700_000_000_123_456n, -1n],
      [1_700_000_000_123.456, -0.001],
    ],
    ["milliseconds", stamp("MILLIS", true), [1_700_000_000_123n, -1n], [1_700_000_000_123, -1]],
    ["microseconds", stamp("MICROS", true), [1_700_000_000_123_456n, -1n], [1_700_000_000_123.456, -0.001]],
    ["nanoseconds", stamp("NANOS", true), [1_700_000_000_123_456_789n, -1n], [1_700_000_000_123.4568, -0.000001]],
    ["local nanoseconds", stamp("NANOS", false), [1_700_000_000_000_500_000n, 0n], [1_700_000_000_000.5, 0]],
    ["TIME_MILLIS", { type: "INT32", converted_type: "TIME_MILLIS" }, [3_723_456], [3_723_456]],
    ["TIME_MICROS", { type: "INT64", converted_type: "TIME_MICROS" }, [3_723_456_789n], [3_723_456.789]],
    ["time in milliseconds", time("MILLIS", "INT32"), [3_723_456], [3_723_456]],
    ["time in microseconds", time("MICROS", "INT64"), [3_723_456_789n], [3_723_456.789]],
    ["time in nanoseconds", time("NANOS", "INT64"), [3_723_456_789_012n], [3_723_456.789012]],
  ])("%s", async (_, element, data, milliseconds) => {
    // Also in a dictionary, which is made of values that come often.
    for (const times of [1, 100]) {
      const all = Array.from({ length: times }, () => [...data, null]).flat();
      const expected = Array.from({ length: times }, () => [...milliseconds, undefined]).flat();
      expect(valuesOf(await readParquet(fileOf({ c: [all, element] })))).toEqual({ c: expected });
    }
  });

  it("INT96, nanoseconds of a Julian day and the day", async () => {
    const int96 = (nanoseconds: bigint, day: number) => {
      const view = new DataView(new ArrayBuffer(12));
      view.setBigUint64(0, nanoseconds, true);
      view.setInt32(8, day, true);
      return new Uint8Array(view.buffer);
    };
    const data = [
      int96(0n, 2_440_588),
      int96(3_600_000_500_000n, 2_440_589),
      int96(86_399_999_999_999n, 2_440_587),
      null,
    ];
    const bytes = fileOf({ c: [data, { type: "FIXED_LEN_BYTE_ARRAY", type_length: 12 }] });
    const file = withFooter(bytes, ({ schema, row_groups }) => {
      Object.assign(schema[1] as object, { type: "INT96", type_length: undefined });
      Object.assign(row_groups[0]?.columns[0]?.meta_data as object, { type: "INT96" });
    });
    const expected = [0, 90_000_000.5, -0.000001, undefined];
    expect(valuesOf(await readParquet(file))).toEqual({ c: expected });
  });

  it("beyond what dates may be are refused, as DuckDB's infinity", async () => {
    const file = fileOf({ c: [[0, 2 ** 31 - 1], { type: "INT32", converted_type: "DATE" }] });
    await expect(readParquet(file, "f")).rejects.toThrow(
      "f: row 2: column c: expected a date within 275 000 years of 1970, got another",
    );
  });

  it("are dates or times of day", () => {
    const clock = (element: object) => clockOf({ name: "c", ...element } as SchemaElement);
    const DAY = 86_400_000;
    expect(clock({ type: "INT32", converted_type: "DATE" })?.milliseconds(2)).toBe(2 * DAY);
    expect(clock({ type: "INT96" })?.milliseconds(5_000_000n)).toBe(5);
    expect(clock(stamp("NANOS", false))?.milliseconds(5_000_000n)).toBe(5);
    expect(clock(time("NANOS", "INT64"))?.milliseconds(5_000_000n)).toBe(5);
    expect(clock({ type: "INT64", converted_type: "TIME_MICROS" })?.milliseconds(5000n)).toBe(5);
    expect(clock({ type: "INT64", converted_type: "UINT_64" })).toBeUndefined();
  });

  it("are columns of dates", async () => {
    const day = await readParquet(fileOf({ c: [[1, null], { type: "INT32", converted_type: "DATE" }] }));
    expect(day.columns[0]).toEqual({ name: "c", kind: "date", values: Float64Array.of(86_400_000, Number.NaN) });
    const hour = await readParquet(fileOf({ c: [[3_600_000], { type: "INT32", converted_type: "TIME_MILLIS" }] }));
    expect(hour.columns[0]).toEqual({ name: "c", kind: "date", values: Float64Array.of(3_600_000) });
  });
});

describe("other types", () => {
  const UUID = "00010203-0405-0607-0809-0a0b0c0d0e0f";

  it("halves are numbers, UUID and ENUM texts, JSON what it holds", async () => {
    const file = fileOf({
      half: [
        [0.5, -65504, 2 ** -24, Number.NaN],
        { type: "FIXED_LEN_BYTE_ARRAY", type_length: 2, logical_type: { type: "FLOAT16" } },
      ],
      uuid: [
        [UUID, UUID, null, UUID],
        { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } },
      ],
      kind: [
        ["a", "b", "a", null].map((text) => text && Buffer.from(text)),
        { type: "BYTE_ARRAY", converted_type: "ENUM" },
      ],
      json: [[1, "x", true, null], { type: "BYTE_ARRAY", converted_type: "JSON" }],
      logical: [
        ["1", '"x"', "true", null].map((text) => text && Buffer.from(text)),
        { type: "BYTE_ARRAY", logical_type: { type: "JSON" } },
      ],
    });
    expect(valuesOf(await readParquet(file))).toEqual({
      half: [0.5, -65504, 2 ** -24, undefined],
      uuid: [UUID, UUID, undefined, UUID],
      kind: ["a", "b", "a", undefined],
      json: ["1", "x", "true", undefined],
      logical: ["1", "x", "true", undefined],
    });
  });

  it("JSON of several values can be left out", async () => {
    const file = fileOf({
      c: [[{ a: 1 }], { type: "BYTE_ARRAY", converted_type: "JSON" }],
      d: [[1], { type: "INT32" }],
    });
    await expect(readParquet(file, "f")).rejects.toThrow(
      "f: column c: expected a number, a text, true or false, got JSON of several values: leave out with kinds: ",
    );
    expect((await readParquet(file, "f", ignore("c"))).columns).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    ["bytes of one length", { type: "FIXED_LEN_BYTE_ARRAY", type_length: 5 }, "bytes"],
    ["an interval", { type: "FIXED_LEN_BYTE_ARRAY", type_length: 12, converted_type: "INTERVAL" }, "INTERVAL"],
    ["geometry", { type: "BYTE_ARRAY", logical_type: { type: "GEOMETRY" } }, "GEOMETRY"],
    [
      "a logical type of tomorrow",
      { type: "INT64", logical_type: { field_99: {} } },
      "INT64 of a logical type that is unknown",
    ],
    [
      "half a UUID",
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 8, logical_type: { type: "UUID" } },
      "UUID as FIXED_LEN_BYTE_ARRAY, not of 16 bytes",
    ],
    ["a date of 8 bytes", { type: "INT64", converted_type: "DATE" }, "times as INT64 instead of INT32"],
    ["text as INT96", { type: "INT96", converted_type: "UTF8" }, "INT96 as UTF8"],
    ["no type", {}, "a type that is unknown"],
  ])("are known for foreign: %s", (_, element, kind) => {
    expect(foreignKind({ name: "c", ...element } as SchemaElement)).toBe(kind);
  });
});

describe("files as writers leave them", () => {
  const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  it("a chunk that goes on without its dictionary", async () => {
    const few = fileOf({
      c: [numbers(0, 200).map((i) => `t${i % 3}`), { type: "BYTE_ARRAY", converted_type: "UTF8" }],
    });
    const many = fileOf({
      c: [numbers(0, 50).map((i) => `text ${i}`), { type: "BYTE_ARRAY", converted_type: "UTF8" }],
    });
    const encodings = (file: ArrayBuffer) => parquetMetadata(file).row_groups[0]?.columns[0]?.meta_data?.encodings;
    expect(encodings(few)).toContain("RLE_DICTIONARY");
    expect(encodings(many)).not.toContain("RLE_DICTIONARY");
    const chunks = Buffer.concat([chunkOf(few), chunkOf(many)]);
    const footer = few.slice(4 + chunkOf(few).length);
    const joined = new Uint8Array(Buffer.concat([Buffer.from("PAR1"), chunks, Buffer.from(footer)])).buffer;
    const file = withFooter(joined, (metadata) => {
      metadata.num_rows = 250n;
      Object.assign(metadata.row_groups[0] as object, { num_rows: 250n });
      const meta = metadata.row_groups[0]?.columns[0]?.meta_data as object;
      Object.assign(meta, { num_values: 250n, total_compressed_size: BigInt(chunks.length) });
    });
    expect(valuesOf(await readParquet(file)).c).toEqual([
      ...numbers(0, 200).map((i) => `t${i % 3}`),
      ...numbers(0, 50).map((i) => `text ${i}`),
    ]);
  });

  it("row groups without rows, whose columns are nowhere, and many row groups", async () => {
    const bytes = fileOf({ c: [numbers(0, 1000), { type: "INT32" }] }, { rowGroupSize: 10 });
    const file = withFooter(bytes, ({ row_groups }) => {
      const [first] = row_groups;
      const columns = first?.columns.map((column) => ({
        ...column,
        meta_data: column.meta_data && {
          ...column.meta_data,
          num_values: 0n,
          data_page_offset: 0n,
          total_compressed_size: 0n,
        },
      }));
      row_groups.splice(50, 0, { ...first, columns: columns ?? [], num_rows: 0n, total_byte_size: 0n });
      expect(row_groups).toHaveLength(101);
    });
    expect(valuesOf(await readParquet(file)).c).toEqual(numbers(0, 1000));
  });

  it("a footer of a megabyte of foreign words", async () => {
    const kvMetadata = [{ key: "pandas", value: "x".repeat(2 ** 20) }];
    const file = fileOf({ c: [[1, 2], { type: "INT32" }] }, { kvMetadata });
    expect(valuesOf(await readParquet(file)).c).toEqual([1, 2]);
  });

  it("long texts, with as few values allowed as there are", async () => {
    const text = (row: number) => `${row}`.repeat(5000);
    const file = fileOf({ c: [[text(1), text(2)], { type: "BYTE_ARRAY", converted_type: "UTF8" }] });
    expect(valuesOf(await readParquet(file, "f", { maxValues: 2 })).c).toEqual([text(1), text(2)]);
  });

  it("encrypted footers and columns are named, and columns that are not encrypted read", async () => {
    const file = fileOf({ c: [[1, 2], { type: "INT32" }], d: [[3, 4], { type: "INT32" }] });
    const closed = file.slice(0);
    new Uint8Array(closed).set(Buffer.from("PARE"), closed.byteLength - 4);
    await expect(readParquet(closed, "f")).rejects.toThrow("f: expected a file that is not encrypted, got one that is");

    const metadata = parquetMetadata(file);
    Object.assign(metadata.row_groups[0]?.columns[0] as object, { crypto_metadata: { field_1: {} } });
    const { columns, leaves } = columnsOf(metadata.schema);
    expect(() => rowGroupsOf(metadata, columns, leaves, file.byteLength)).toThrow(
      new FormatError("row group 0: column c: expected values that are not encrypted, got some that are"),
    );
    expect(rowGroupsOf(metadata, columns.slice(1), leaves, file.byteLength).rows).toBe(2);
  });

  it.each<[string, (elements: SchemaElement[]) => void, string]>([
    [
      "more parts than there are",
      (schema) => Object.assign(schema[1] as object, { num_children: 2 }),
      "expected the parts of all columns, got fewer",
    ],
    [
      "fewer parts than there are",
      (schema) => Object.assign(schema[0] as object, { num_children: 1 }),
      "expected 1 parts of columns, got 2",
    ],
    [
      "less than no parts",
      (schema) => Object.assign(schema[1] as object, { num_children: -1 }),
      'column "c": parts: expected 0 to 3, got -1',
    ],
    [
      "more columns than parts",
      (schema) => Object.assign(schema[0] as object, { num_children: 3 }),
      "columns: expected 0 to 2, got 3",
    ],
  ])("schemas of %s are refused", (_, edit, message) => {
    const { schema } = parquetMetadata(fileOf({ c: [[1], { type: "INT32" }], d: [[1], { type: "INT32" }] }));
    edit(schema);
    expect(() => columnsOf(schema)).toThrow(new FormatError(message));
  });
});
