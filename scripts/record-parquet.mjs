/**
 * Writes test/recorded/parquet/: files by other writers, which the tests read.
 *
 *     npm install --no-save @duckdb/node-api parquet-wasm apache-arrow
 *     node scripts/record-parquet.mjs
 *
 * Recorded with DuckDB 1.5.6, parquet-wasm 0.8.0 (the Rust crate parquet) and apache-arrow 21.2.0.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import * as arrow from "apache-arrow";
import * as parquet from "parquet-wasm/node";

const folder = fileURLToPath(new URL("../test/recorded/parquet/", import.meta.url));
mkdirSync(folder, { recursive: true });

const database = await (await DuckDBInstance.create()).connect();
const record = (name, select, options) => database.run(`copy (${select}) to '${folder}${name}.parquet' (${options})`);

/** One page of each kind; unreadable pages lie between readable ones. */
const COLUMNS = `
  case when i % 7 = 0 then null else i end::INTEGER as whole, [i, i + 1] as list, i / 4.0::DOUBLE as fraction,
  'text ' || (i % 5) as few, {'x': i, 'y': 'z'} as struct, 'row ' || i as many, map {'k': i} as map,
  i % 3 = 0 as truth, null::INTEGER as nothing`;
for (const codec of ["snappy", "gzip", "zstd", "brotli", "lz4_raw"]) {
  const options = `format parquet, codec '${codec}', parquet_version 'V2', row_group_size 2048`;
  await record(`duckdb-${codec}`, `select ${COLUMNS} from range(0, 300) r(i)`, options);
}

const TYPES = `
  date '1969-12-25' + (i * 10)::INTEGER as day, timestamp '1999-12-31 23:59:59.123456' + interval (i) days as micros,
  (timestamp '1999-12-31 23:59:59.123' + interval (i) days)::TIMESTAMP_MS as millis,
  '2024-02-03 04:05:06.123456789'::TIMESTAMP_NS as nanos, timestamptz '2020-01-01 00:00:00+02' as zoned,
  time '01:02:03.456789' as time, (i * 1.25)::DECIMAL(18, 2) as "decimal", (i * 9007199254740993)::DECIMAL(38, 0) as big,
  uuid '12345678-1234-1234-1234-1234567890ab' as uuid, (case i % 2 when 0 then 'a' else 'b' end)::ENUM('a', 'b') as kind,
  (i::VARCHAR)::JSON as json, 18446744073709551615::UBIGINT as unsigned, interval (i) days as span, '\\xFF'::BLOB as blob`;
await record("duckdb-types", `select ${TYPES} from range(0, 3) r(i)`, "format parquet, codec 'zstd'");

const vector = (type, ...values) => arrow.vectorFromArray(values, type);
const table = new arrow.Table({
  half: vector(new arrow.Float16(), 1.5, null, -0.25),
  millis: vector(new arrow.TimestampMillisecond(), 1.7e12, null, -1),
  micros: vector(new arrow.TimestampMicrosecond("UTC"), 1.7e12, null, -1),
  nanos: vector(new arrow.TimestampNanosecond(), 1.7e12, null, -1),
  day: vector(new arrow.DateDay(), new Date("2024-02-29"), null, new Date("1969-12-31")),
  timeMillis: vector(new arrow.TimeMillisecond(), 3_723_456, null, 0),
  timeMicros: vector(new arrow.TimeMicrosecond(), 3_723_456_789n, null, 0n),
  timeNanos: vector(new arrow.TimeNanosecond(), 3_723_456_789_012n, null, 0n),
  list: vector(new arrow.List(new arrow.Field("item", new arrow.Int32())), [1, 2], null, []),
  nothing: vector(new arrow.Null(), null, null, null),
  text: vector(new arrow.Utf8(), "a", null, "é"),
});
for (const [codec, version] of [
  ["LZ4", "V1"],
  ["ZSTD", "V2"],
]) {
  const properties = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression[codec])
    .setWriterVersion(parquet.WriterVersion[version])
    .setMaxRowGroupSize(2)
    .build();
  const bytes = parquet.writeParquet(parquet.Table.fromIPCStream(arrow.tableToIPC(table, "stream")), properties);
  writeFileSync(`${folder}rust-${codec.toLowerCase()}.parquet`, bytes);
}
