/** PNG images of digits, by fast-png, which decodes nothing but pixels whose number was checked. https://www.w3.org/TR/png-3/ */

import { decode } from "fast-png";
import { Unzlib } from "fflate";
import { FormatError } from "../errors.js";
import type { DigitImage } from "./image.js";

/** Pixels, and bytes of pixels, that an image may have, and for each byte of its file. */
const PIXELS = { room: 2 ** 22, each: 1 };
const BYTES = { room: 2 ** 24, each: 4 };
/** Chunks that pixels are made of. Others, such as colour profiles, may unpack to gigabytes. */
const NEEDED = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const SIGNATURE_BYTES = 8;
/** Of the length, the type and the CRC-32 of a chunk. */
const CHUNK_BYTES = 12;
/** Packed bytes that are unpacked at a time: at most a mebibyte. */
const PART = 1024;

/**
 * The pixels of a PNG image, palette colours looked up. Its size is checked before anything is unpacked.
 *
 * @throws FormatError when there are more than 2^22 pixels and one for each byte of the file, or it is no whole image; Error of
 * fast-png's for pixels or checksums that are not as they should be
 */
export function readPng(bytes: Uint8Array): DigitImage {
  const chunks = findChunks(bytes);
  const header = chunks.find(({ type }) => type === "IHDR");
  if (chunks[0] !== header || !header || header.data.length !== 13)
    throw new FormatError("expected a header first, got none");
  const most = checkSize(header.data, bytes.length);
  checkUnpacked(chunks, most);
  const needed = chunks.filter(({ type }) => NEEDED.has(type)).map(({ whole }) => whole);
  return toDigitImage(decode(joined([bytes.subarray(0, SIGNATURE_BYTES), ...needed]), { checkCrc: true }));
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  readonly whole: Uint8Array;
}

function findChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE_BYTES; ; ) {
    const left = bytes.length - at - CHUNK_BYTES;
    const length = left >= 0 ? view.getUint32(at) : 0;
    if (length > left)
      throw new FormatError(`expected a chunk within ${bytes.length} bytes, got one from byte ${at} on`);
    const type = new TextDecoder("latin1").decode(bytes.subarray(at + 4, at + 8));
    const end = at + CHUNK_BYTES + length;
    chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    if (type === "IEND") return chunks;
    at = end;
  }
}

/** The bytes that the pixels unpack to at most. */
function checkSize(header: Uint8Array, size: number): number {
  const view = new DataView(header.buffer, header.byteOffset);
  const [width, height, depth, colour] = [view.getUint32(0), view.getUint32(4), view.getUint8(8), view.getUint8(9)];
  const channels = CHANNELS[colour];
  if (channels === undefined) throw new FormatError(`expected colours of type 0, 2, 3, 4 or 6, got ${colour}`);
  const mostPixels = PIXELS.room + PIXELS.each * size;
  const row = Math.ceil((width * channels * depth) / 8);
  if (width * height > mostPixels || width + height > mostPixels || height * row > BYTES.room + BYTES.each * size) {
    throw new FormatError(
      `expected at most ${mostPixels} pixels in ${size} bytes, got ${width}x${height} of ${depth} bits`,
    );
  }
  // Each row has a byte more, for its filter; an interlaced image has up to twice the rows and a byte more for each.
  return 2 * height * (row + 2) + 64;
}

/** @throws FormatError when the pixels unpack to more bytes than there may be; what else is wrong fast-png says */
function checkUnpacked(chunks: readonly Chunk[], most: number): void {
  let unpacked = 0;
  const unzlib = new Unzlib((part) => {
    unpacked += part.length;
  });
  for (const { type, data } of chunks) {
    if (type !== "IDAT") continue;
    for (let from = 0; from < data.length; from += PART) {
      try {
        unzlib.push(data.subarray(from, from + PART));
      } catch (cause) {
        throw new FormatError(`expected deflated pixels, got: ${(cause as Error).message}`, { cause });
      }
      if (unpacked > most) throw new FormatError(`expected at most ${most} bytes of pixels unpacked, got more`);
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Palette colours looked up, so that only 8 and 16 bits remain. */
function toDigitImage(png: ReturnType<typeof decode>): DigitImage {
  const { width, height, depth, palette } = png;
  if (palette) {
    const indices = png.data as Uint8Array;
    const data = new Uint8Array(indices.length * 4);
    for (let pixel = 0; pixel < indices.length; ++pixel) {
      const [red = 0, green = 0, blue = 0, alpha = 255] = palette[indices[pixel] as number] ?? [];
      data[4 * pixel] = red;
      data[4 * pixel + 1] = green;
      data[4 * pixel + 2] = blue;
      data[4 * pixel + 3] = alpha;
    }
    return { width, height, channels: 4, data };
  }
  const channels = png.channels as DigitImage["channels"];
  if (depth === 8 || depth === 16) {
    return { width, height, channels, data: png.data as Uint8Array | Uint16Array, depth };
  }
  throw new RangeError(`expected 8 or 16 bits a channel, got ${depth}`);
}
