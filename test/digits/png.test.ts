import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { readPng } from "../../src/digits/png.js";
import { FormatError } from "../../src/index.js";
import { channelsOf, chunk, header, type PngContents, pngFile, pngOf } from "./png-files.js";

const image = { width: 5, height: 3, channels: 3, data: Uint8Array.from({ length: 45 }, (_, i) => 5 * i) } as const;
const grey = { depth: 8, colour: 0 } as const;

/** An image of one chunk of data, which unpacks to so many zeros. */
const zeros = (width: number, height: number, unpacked: number) =>
  pngOf(header({ width, height, ...grey }), chunk("IDAT", deflateSync(Buffer.alloc(unpacked))));

/** 13 × 11 pixels whose samples take all values. */
function everyKind(colour: number, depth: number): PngContents {
  const [width, height] = [13, 11];
  const samples = Array.from(
    { length: width * height * channelsOf(colour) },
    (_, i) => (i * 40_503 + (i >> 3)) % 2 ** depth,
  );
  const palette = Array.from({ length: 3 * 2 ** depth }, (_, i) => (7 * i) % 256);
  return { width, height, depth, colour, samples, ...(colour === 3 && { palette, transparent: [9, 200] }) };
}

/** What `readPng` is to make of it, by the specification alone. */
function expected({ width, height, depth, colour, samples, palette = [], transparent = [] }: PngContents) {
  const white = depth === 16 ? 65_535 : 255;
  const data =
    colour === 3
      ? Array.from(samples).flatMap((index) => [...palette.slice(3 * index, 3 * index + 3), transparent[index] ?? 255])
      : Array.from(samples, (sample) => (sample * white) / (2 ** depth - 1));
  const array = depth === 16 ? Uint16Array : Uint8Array;
  return {
    width,
    height,
    channels: colour === 3 ? 4 : channelsOf(colour),
    depth: depth === 16 ? 16 : 8,
    data: array.from(data),
  };
}

const KINDS = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth]),
  ...[1, 2, 4, 8].map((depth) => [3, depth]),
  ...[2, 4, 6].flatMap((colour) => [8, 16].map((depth) => [colour, depth])),
] as [number, number][];

describe("readPng", () => {
  it("reads pixels, from a part of a buffer, too", () => {
    const file = encode(image);
    expect(readPng(file)).toEqual({ ...image, depth: 8 });
    const inside = new Uint8Array(file.length + 3);
    inside.set(file, 3);
    expect(readPng(inside.subarray(3))).toEqual({ ...image, depth: 8 });
  });

  it.each(KINDS)("reads colours of type %i with %i bits: plain, filtered, interlaced", (colour, depth) => {
    const contents = everyKind(colour, depth);
    for (const how of [{}, { filtered: true }, { interlaced: true }, { interlaced: true, filtered: true }]) {
      expect(readPng(pngFile({ ...contents, ...how }))).toEqual(expected(contents));
    }
  });

  it.each([1, 2, 3, 4, 5, 7, 8, 9])("reads interlaced images of %i columns and rows", (side) => {
    const samples = Array.from({ length: side * side }, (_, i) => (i % 3) % 2);
    const contents = { width: side, height: side, depth: 1, colour: 0, samples };
    expect(readPng(pngFile({ ...contents, interlaced: true }))).toEqual(expected(contents));
  });

  it("reads the digit of 1 bit: white ink on black", () => {
    const { width, height, channels, depth, data } = readPng(
      readFileSync(new URL("../cases/d-1bit.png", import.meta.url)),
    );
    expect({ width, height, channels, depth }).toEqual({ width: 200, height: 200, channels: 1, depth: 8 });
    expect([...new Set(data)].sort()).toEqual([0, 255]);
    expect(data[0]).toBe(0);
    // The top of the seven, and the black below it.
    expect([data[65 * 200 + 60], data[110 * 200 + 60]]).toEqual([255, 0]);
  });

  it("makes the colour transparent that tRNS names", () => {
    const two = { width: 2, height: 1, depth: 2, colour: 0, samples: [1, 2], transparent: [0, 2] };
    expect(readPng(pngFile(two))).toMatchObject({ channels: 2, depth: 8, data: Uint8Array.of(85, 255, 170, 0) });
    const samples = [1, 258, 3, 1, 258, 4];
    const deep = { width: 2, height: 1, depth: 16, colour: 2, samples, transparent: [0, 1, 1, 2, 0, 3] };
    expect(readPng(pngFile(deep))).toMatchObject({
      channels: 4,
      depth: 16,
      data: Uint16Array.of(1, 258, 3, 0, 1, 258, 4, 65_535),
    });
  });

  it("does not take the palette that an RGB image suggests for its own", () => {
    const contents = everyKind(2, 8);
    expect(readPng(pngFile({ ...contents, palette: [1, 2, 3] }))).toEqual(expected(contents));
  });

  it("refuses more pixels than the file may have, before they are unpacked", () => {
    const file = zeros(30_000, 30_000, 0);
    expect(() => readPng(file)).toThrow(FormatError);
    expect(() => readPng(file)).toThrow(
      `expected at most ${2 ** 22 + file.length} pixels in ${file.length} bytes, got 30000x30000 of 8 bits`,
    );
  });

  it("refuses 110 bytes that claim a huge image, at once", () => {
    const bomb = readFileSync(new URL("hostile/bomb.png", import.meta.url));
    expect(() => readPng(bomb)).toThrow(FormatError);
    expect(() => readPng(bomb)).toThrow(/expected at most \d+ pixels in \d+ bytes, got \d+x\d+/);
  });

  it("reads a flat drawing of 2000 × 2000", () => {
    const data = new Uint8Array(4_000_000).fill(255);
    const read = readPng(encode({ width: 2000, height: 2000, channels: 1, data }));
    expect(Buffer.compare(read.data as Uint8Array, data)).toBe(0);
  });

  it("refuses pixels that unpack to more or less than the image has", () => {
    expect(() => readPng(zeros(10, 10, 10_000_000))).toThrow("expected 110 bytes of pixels unpacked, got more");
    expect(() => readPng(zeros(10, 10, 111))).toThrow("expected 110 bytes of pixels unpacked, got more");
    expect(() => readPng(zeros(10, 10, 109))).toThrow("expected 110 bytes of pixels unpacked, got 109");
  });

  const pixel = { width: 1, height: 1, ...grey };
  const data = chunk("IDAT", deflateSync(Buffer.alloc(2)));
  it.each([
    ["another file", Buffer.from("GIF89a, and what follows"), "expected a PNG image, got another file"],
    ["a chunk before the header", pngOf(data, header(pixel)), "expected a header first"],
    ["no pixels", pngOf(header({ ...pixel, width: 0 })), "expected at least one pixel, got 0x1"],
    ["a type of colours that there is not", pngOf(header({ ...pixel, colour: 5 })), "type 0, 2, 3, 4 or 6, got 5"],
    [
      "3 bits",
      pngOf(header({ ...pixel, depth: 3 })),
      "expected 1, 2, 4, 8, 16 bits a sample for colours of type 0, got 3",
    ],
    ["RGB of 4 bits", pngOf(header({ ...pixel, colour: 2, depth: 4 })), "expected 8, 16 bits a sample"],
    ["a palette of no colour", pngOf(header({ ...pixel, colour: 3 }), data), "expected a palette of 1 to 256 colours"],
    ["an index beyond the palette", pngFile({ ...pixel, colour: 3, samples: [1], palette: [1, 2, 3] }), "got 1"],
    ["a filter that there is not", pngOf(header(pixel), chunk("IDAT", deflateSync(Buffer.of(5, 0)))), "0 to 4, got 5"],
    ["a chunk that must be known", pngOf(header(pixel), chunk("XXXX", Buffer.alloc(1)), data), "got XXXX"],
    ["a transparent colour of 1 byte", pngOf(header(pixel), chunk("tRNS", Buffer.alloc(1)), data), "of 2 bytes, got 1"],
    [
      "pixels that are not deflated",
      pngOf(header(pixel), chunk("IDAT", Buffer.from("not deflated"))),
      "expected deflated",
    ],
  ])("refuses %s", (_, file, message) => {
    expect(() => readPng(file)).toThrow(FormatError);
    expect(() => readPng(file)).toThrow(message);
  });

  it("refuses a chunk whose checksum is another's", () => {
    const file = Buffer.from(zeros(4, 4, 20));
    file.writeUInt8((file[45] as number) ^ 1, 45);
    expect(() => readPng(file)).toThrow("expected the CRC-32 of chunk IDAT at byte 33, got another");
  });

  it.each([0, 8, 20, 40, 60])("refuses the first %i bytes", (length) => {
    expect(() => readPng(encode(image).subarray(0, length))).toThrow(FormatError);
  });

  it("wants bytes", () => {
    expect(() => readPng("image.png" as never)).toThrow(TypeError);
  });
});
