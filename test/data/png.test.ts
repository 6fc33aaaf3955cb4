import { readFileSync } from "node:fs";
import { encode } from "fast-png";
import { zlibSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readPng } from "../../src/data/png.js";
import { FormatError } from "../../src/index.js";

const image = { width: 5, height: 3, channels: 3, data: Uint8Array.from({ length: 45 }, (_, i) => 5 * i) } as const;

/** A chunk with a checksum that nothing looks at. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, data.length);
  return Buffer.concat([length, Buffer.from(type), data, new Uint8Array(4)]);
}

function png(width: number, height: number, unpacked: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = encode(image).subarray(0, 8);
  const pixels = chunk("IDAT", zlibSync(new Uint8Array(unpacked)));
  return Buffer.concat([signature, chunk("IHDR", header), pixels, chunk("IEND", new Uint8Array())]);
}

describe("readPng", () => {
  it("reads pixels, from a part of a buffer, too", () => {
    const file = encode(image);
    expect(readPng(file)).toEqual({ ...image, depth: 8 });
    const inside = new Uint8Array(file.length + 3);
    inside.set(file, 3);
    expect(readPng(inside.subarray(3))).toEqual({ ...image, depth: 8 });
  });

  it("looks palette colours up", () => {
    const palette = [
      [1, 2, 3],
      [4, 5, 6],
    ] as [number, number, number][];
    const data = Uint8Array.of(1, 0);
    const file = encode({ width: 2, height: 1, channels: 1, depth: 8, data, palette });
    expect(readPng(file)).toMatchObject({ channels: 4, data: Uint8Array.of(4, 5, 6, 255, 1, 2, 3, 255) });
  });

  it("refuses more pixels than the file may have, before they are unpacked", () => {
    const file = png(30_000, 30_000, 0);
    expect(() => readPng(file)).toThrow(FormatError);
    expect(() => readPng(file)).toThrow(
      `expected at most ${2 ** 22 + file.length} pixels in ${file.length} bytes, got 30000x30000 of 8 bits`,
    );
  });

  it("refuses 110 bytes that claim a huge image, at once", () => {
    const bomb = readFileSync(new URL("hostile/bomb.png", import.meta.url));
    expect(() => readPng(bomb)).toThrow(/expected at most \d+ pixels in \d+ bytes, got \d+x\d+/);
  });

  it("reads a flat drawing of 2000 × 2000", () => {
    const data = new Uint8Array(4_000_000).fill(255);
    const read = readPng(encode({ width: 2000, height: 2000, channels: 1, data }));
    expect(Buffer.compare(read.data as Uint8Array, data)).toBe(0);
  });

  it("refuses pixels that unpack to more than the image has", () => {
    expect(() => readPng(png(10, 10, 10_000_000))).toThrow("expected at most 304 bytes of pixels unpacked, got more");
  });

  it.each([0, 8, 20, 40, 60])("refuses the first %i bytes", (length) => {
    expect(() => readPng(encode(image).subarray(0, length))).toThrow(FormatError);
  });
});
