import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpackBrotli } from "../../src/codecs/brotli.js";
import { unpackGzip } from "../../src/codecs/gzip.js";
import { unpackHadoopLz4, unpackLz4 } from "../../src/codecs/lz4.js";
import { unpackSnappy } from "../../src/codecs/snappy.js";
import { unpackZstd } from "../../src/codecs/zstd.js";
import { FormatError } from "../../src/index.js";
import { loadCodec } from "../../src/tables/parquet/parquet-codecs.js";
import { packable } from "./packable.js";

type Unpack = (packed: Uint8Array, size: number) => Uint8Array;

const DATA = packable();
const NAMES = Object.keys(DATA);
const data = (name: string) => DATA[name] as Uint8Array;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const u8 = (...bytes: readonly (number | readonly number[] | Uint8Array)[]) =>
  Uint8Array.from(bytes.flatMap((part) => (typeof part === "number" ? [part] : [...part])));

/** What makes `expected`, and nothing else: neither more nor less of it, nor what is cut. */
function expectExact(unpack: Unpack, packed: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(unpack(packed, expected.length), expected)).toBe(0);
  expect(() => unpack(packed, expected.length + 1)).toThrow(FormatError);
  if (expected.length === 0) return;
  expect(() => unpack(packed, expected.length - 1)).toThrow(FormatError);
  for (const part of [0, 0.3, 0.7]) {
    expect(() => unpack(packed.subarray(0, Math.floor(packed.length * part)), expected.length)).toThrow(FormatError);
  }
}

describe("unpackZstd", () => {
  const recorded = JSON.parse(readFileSync(new URL("../recorded/zstd.json", import.meta.url), "utf8")) as {
    name: string;
    level: number;
    base64: string;
  }[];

  it.each(recorded)("unpacks $name, packed at level $level", ({ name, base64 }) => {
    expectExact(unpackZstd, Buffer.from(base64, "base64"), data(name));
  });

  const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
  /** A frame of one segment of less than 256 bytes. */
  const frame = (size: number, ...blocks: readonly (readonly number[])[]) => u8(MAGIC, 0x20, size, ...blocks);
  const block = (kind: number, size: number, bytes: readonly number[], isLast = true) => {
    const head = (size << 3) | (kind << 1) | Number(isLast);
    return [head & 255, (head >> 8) & 255, head >> 16, ...bytes];
  };
  const abc = frame(3, block(0, 3, [97, 98, 99]));

  it.each<[string, Uint8Array, string]>([
    ["a stored block", abc, "abc"],
    ["a repeated byte", frame(5, block(1, 5, [97])), "aaaaa"],
    ["two frames", u8(abc, abc), "abcabc"],
    ["a frame that is to be skipped", u8(0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9, abc), "abc"],
  ])("unpacks %s", (_, packed, expected) => {
    expect(text(unpackZstd(packed, expected.length))).toBe(expected);
  });

  it.each<[string, Uint8Array]>([
    ["another kind of data", u8(1, 2, 3, 4, 5, 6, 7, 8, 9)],
    ["more than it should be", frame(4, block(1, 4, [97]))],
    ["a frame that needs a dictionary", u8(MAGIC, 0x21, 1, 3, block(0, 3, [97, 98, 99]))],
    ["a block of a reserved kind", frame(3, block(3, 3, [97, 98, 99]))],
    ["a block beyond the end", frame(3, block(0, 4, [97, 98, 99]))],
    ["a block without an end", frame(3, block(0, 3, [97, 98, 99], false))],
    ["literals without a code", frame(3, block(2, 4, [0x13, 0x40, 0, 0]))],
    // 32 767 sequences of 131 074 bytes each: fzstd takes more than a minute over these 18 bytes.
    ["sequences that make gigabytes", frame(10, block(2, 9, [0, 255, 0xff, 0xff, 0x54, 0, 0, 52, 1]))],
    ["a frame to be skipped that ends behind the end", u8(abc, 0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255)],
    ["nothing", u8()],
  ])("refuses %s", (_, packed) => {
    expect(() => unpackZstd(packed, 3)).toThrow(FormatError);
  });
});

describe("unpackBrotli", () => {
  const { BROTLI_PARAM_QUALITY: quality, BROTLI_PARAM_LGWIN: window } = constants;
  const { BROTLI_PARAM_NPOSTFIX: postfix, BROTLI_PARAM_NDIRECT: direct } = constants;

  it.each(NAMES)("unpacks %s", (name) => {
    for (const params of [
      { [quality]: 0 },
      { [quality]: 5, [window]: 10 },
      { [quality]: 9, [postfix]: 2, [direct]: 60 },
      { [quality]: 11 },
    ]) {
      expectExact(unpackBrotli, brotliCompressSync(data(name), { params }), data(name));
    }
  });

  it.each([
    ["more behind the end", u8(brotliCompressSync("abc"), 0, 0)],
    ["a window of another format", u8(0x11, 0, 0, 0)],
    ["bytes that are none", u8(255, 255, 255, 255, 255)],
    ["nothing", u8()],
  ])("refuses %s", (_, packed) => {
    expect(() => unpackBrotli(packed, 3)).toThrow(FormatError);
  });
});

describe("unpackGzip", () => {
  it.each(NAMES)("unpacks %s", (name) => {
    for (const level of [0, 1, 9]) expectExact(unpackGzip, gzipSync(data(name), { level }), data(name));
  });

  it("unpacks members one after another", () => {
    const parts = NAMES.map(data);
    expectExact(unpackGzip, u8(...parts.map((part) => gzipSync(part))), u8(...parts));
  });

  it("reads over names, comments and extra bytes in the header", () => {
    const member = gzipSync("abc");
    const header = [...member.subarray(0, 3), 2 + 4 + 8 + 16, ...member.subarray(4, 10)];
    const packed = u8(header, [2, 0, 9, 9], [97, 0], [98, 0], [1, 2], member.subarray(10));
    expectExact(unpackGzip, packed, Buffer.from("abc"));
  });

  const head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
  it.each<[string, readonly number[]]>([
    ["what is no gzip data", new Array(20).fill(1)],
    ["a name without an end", [...head.slice(0, 3), 8, ...head.slice(4), ...new Array(30).fill(97)]],
    ["a stored block of two lengths", [...head, 1, 3, 0, 0, 0, 97, 98, 99, 0, 0, 0, 0, 3, 0, 0, 0]],
    ["a block of a reserved kind", [...head, 7, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["a member of another size", [...gzipSync("abc").subarray(0, -4), 4, 0, 0, 0]],
    ["a copy from before the start", [...head, 0x63, 0x02, 0x01, 0, 0, 0, 0, 0, 3, 0, 0, 0]],
    ["what is cut in its checksum", [...gzipSync("abc").subarray(0, -5)]],
    ["nothing", []],
  ])("refuses %s", (_, packed) => {
    expect(() => unpackGzip(u8(packed), 3)).toThrow(FormatError);
  });
});

describe("unpackLz4", () => {
  const overlap = [0x13, 97, 1, 0, 0x10, 98];
  it.each<[string, readonly number[], string]>([
    ["literals", [0x30, 97, 98, 99], "abc"],
    ["matches that overlap", overlap, "aaaaaaaab"],
    ["long lengths", [0x1f, 97, 1, 0, 255, 0, 0x10, 98], `${"a".repeat(275)}b`],
    ["many literals", [0xf0, 30, ...new Array(45).fill(97)], "a".repeat(45)],
  ])("unpacks %s", (_, packed, expected) => {
    expectExact(unpackLz4, u8(packed), Buffer.from(expected));
    expectExact(unpackHadoopLz4, u8(packed), Buffer.from(expected));
  });

  it("unpacks Hadoop's blocks with sizes before them", () => {
    const frame = u8(0, 0, 0, 9, 0, 0, 0, overlap.length, overlap);
    expectExact(unpackHadoopLz4, u8(frame, frame), Buffer.from("aaaaaaaabaaaaaaaab"));
  });

  it.each([
    ["a literal that is cut", [0x40, 97, 98, 99]],
    ["a match from before the start", [0x13, 97, 2, 0, 0x10, 98]],
    ["a match of nothing", [0x13, 97, 0, 0, 0x10, 98]],
    ["a match that is cut", [0x13, 97, 1]],
    ["a length without an end", [0xf0, 255, 255]],
  ])("refuses %s", (_, packed) => {
    for (const unpack of [unpackLz4, unpackHadoopLz4]) expect(() => unpack(u8(packed), 9)).toThrow(FormatError);
  });

  it("refuses Hadoop's blocks that point into the one before", () => {
    const [first, second] = [
      u8(0, 0, 0, 3, 0, 0, 0, 4, 0x30, 97, 98, 99),
      u8(0, 0, 0, 5, 0, 0, 0, 6, 0x10, 97, 2, 0, 0, 0),
    ];
    expect(() => unpackHadoopLz4(u8(first, second), 8)).toThrow(FormatError);
  });
});

describe("unpackSnappy", () => {
  it.each([
    ["literals", [3, 2 << 2, 97, 98, 99], "abc"],
    ["copies that overlap", [7, 0, 97, 2 | (5 << 2), 1, 0], "aaaaaaa"],
    ["short copies", [6, 1 << 2, 97, 98, 1, 2], "ababab"],
    ["lengths of a byte", [3, 60 << 2, 2, 97, 98, 99], "abc"],
  ])("unpacks %s", (_, packed, expected) => {
    expect(text(unpackSnappy(u8(packed), expected.length))).toBe(expected);
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
    expect(() => unpackSnappy(u8(packed), 3)).toThrow(FormatError);
  });
});

describe("loadCodec", () => {
  it("is the only way to a codec, so that a file loads no other", () => {
    const folder = new URL("../../src/tables/parquet/", import.meta.url);
    const sources = readdirSync(folder).filter((name) => name.endsWith(".ts"));
    expect(sources).toContain("parquet-codecs.ts");
    for (const name of sources) {
      expect(readFileSync(new URL(name, folder), "utf8"), name).not.toMatch(/from "[./]+\/codecs\//);
    }
  });

  it("refuses one that is unknown by name", async () => {
    const known = "UNCOMPRESSED, SNAPPY, GZIP, ZSTD, BROTLI, LZ4, LZ4_RAW";
    await expect(loadCodec("LZO")).rejects.toThrow(`expected pages in ${known}, got LZO`);
    await expect(loadCodec("constructor")).rejects.toThrow(FormatError);
  });

  it("gives pages that are not packed memory of their own, which decoders may look at as they like", async () => {
    const packed = u8(1, 2, 3);
    const unpacked = (await loadCodec("UNCOMPRESSED"))(packed, 3);
    expect(unpacked).toEqual(packed);
    expect(unpacked.buffer).not.toBe(packed.buffer);
  });
});
