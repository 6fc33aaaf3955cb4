import { expect, it } from "vitest";
import { MIB, measureReader } from "../formats/child-reader.js";

const MOST_MILLISECONDS = 5000;
/** Garbage that is not yet collected: a page of 1 MB, with what is made of it, is thrown away some times before it is. */
const SLACK = 40 * MIB;

/** Compressors that pack one byte's repetition as well as their formats can. */
const MAKERS = `
  import { writeFileSync } from "node:fs";
  import { brotliCompressSync, gzipSync } from "node:zlib";
  import { parquetWriteBuffer } from "hyparquet-writer";
  /** The bytes before the last run of one value, and its length. */
  const parts = (bytes) => {
    let begin = bytes.length - 1;
    while (begin > 20 && bytes[begin - 1] === bytes[bytes.length - 1]) --begin;
    return [bytes.subarray(0, begin + 1), bytes.length - begin - 1];
  };
  const zstd = (bytes) => {
    const [first, times] = parts(bytes);
    const block = (kind, size, content, isLast = 0) => {
      const head = (size << 3) | (kind << 1) | isLast;
      return [head & 255, (head >> 8) & 255, head >> 16, ...content];
    };
    const blocks = [0x28, 0xb5, 0x2f, 0xfd, 0, 0xff, ...block(0, first.length, first)];
    for (let left = times; left > 0; left -= 131072) blocks.push(...block(1, Math.min(131072, left), [bytes.at(-1)]));
    return Uint8Array.from([...blocks, ...block(0, 0, [], 1)]);
  };
  const lz4 = (bytes) => {
    const [first, times] = parts(bytes);
    const length = (count) => [...new Array(Math.floor((count - 15) / 255)).fill(255), (count - 15) % 255];
    return Uint8Array.from([0xff, ...length(first.length), ...first, 1, 0, ...length(times - 4)]);
  };
  const compressors = {
    ZSTD: zstd,
    LZ4: lz4,
    LZ4_RAW: lz4,
    GZIP: (bytes) => new Uint8Array(gzipSync(bytes)),
    BROTLI: (bytes) => new Uint8Array(brotliCompressSync(bytes)),
  };
  const FRAME = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 10, 77, 0, 0, 0, 255, 255, 255, 0x54, 0, 0, 52, 1]);
  const write = (codec, type, data, pageSize = 1e9) =>
    writeFileSync(path, new Uint8Array(parquetWriteBuffer({
      codec, compressors, pageSize, rowGroupSize: data.length, columnData: [{ name: "c", data, type, encoding: "PLAIN" }],
    })));
`;

const CODECS = ["GZIP", "ZSTD", "BROTLI", "LZ4", "LZ4_RAW"];

const reader = (make: string) => {
  const measured = measureReader(`${MAKERS} ${make}`, "tables/parquet/parquet.js", "m.readParquet(file.buffer)");
  if (process.env.FUZZ_REPORT) console.log(make, measured);
  expect(measured.time).toBeLessThan(MOST_MILLISECONDS);
  expect(measured.memory).toBeLessThan(2 * measured.size + 16 * MIB + SLACK);
  return measured;
};

it.each(CODECS)(
  "%s: a million equal numbers are read, as they are no more than may be",
  (codec) => {
    const { outcome, size } = reader(`write("${codec}", "DOUBLE", new Float64Array(1_000_000));`);
    expect(outcome).toBe("read");
    expect(size).toBeLessThan(40_000);
  },
  120_000,
);

it.each(CODECS)(
  "%s: a text of 100 MB is refused before it is unpacked",
  (codec) => {
    const { outcome, size, time } = reader(`write("${codec}", "STRING", ["a".repeat(1e8)]);`);
    expect(outcome).toContain("FormatError Parquet: column c: expected pages of at most ");
    expect(outcome).toContain(" bytes unpacked, got more (maxValues, or --max-values, allows more)");
    expect(size).toBeLessThan(400_000);
    expect(time).toBeLessThan(200);
  },
  120_000,
);

it.each(CODECS)(
  "%s: pages of 1 MB without an end are refused once they are more than may be",
  (codec) => {
    const { outcome } = reader(`write("${codec}", "STRING", new Array(250).fill("a".repeat(1e6)), 1);`);
    expect(outcome).toContain("FormatError Parquet: column c: expected pages of at most ");
  },
  120_000,
);

it("ZSTD: 18 bytes that say that they make ten, and count to gigabytes, are refused", () => {
  const { outcome, time } = reader('compressors.ZSTD = () => FRAME; write("ZSTD", "STRING", ["abcdef"]);');
  expect(outcome).toContain("expected whole Zstandard data, got ");
  expect(time).toBeLessThan(200);
}, 120_000);
