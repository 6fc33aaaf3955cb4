/** Decodes PNG images with any kind of pixels. Sizes are checked before anything is unpacked. https://www.w3.org/TR/png-3/ */

import { Unzlib } from "fflate";
import { checkBytes } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import { crc32 } from "../codecs/crc32.js";
import type { DigitImage } from "./image.js";
import { type PngHeader, pngSamples, unpackedBytes } from "./png-pixels.js";

/** The most pixels, and bytes of pixels, of an image, plus one per byte of its file. */
const PIXELS = { room: 2 ** 22, each: 1 };
const BYTES = { room: 2 ** 24, each: 4 };
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Of the length, the type and the CRC-32 of a chunk. */
const CHUNK_BYTES = 12;
/** Packed bytes that are unpacked at a time: at most a mebibyte. */
const PART = 1024;
/** Chunks that pixels are made of. Others, such as colour profiles, are read over: they may unpack to gigabytes. */
const NEEDED = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
const [GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA] = [0, 2, 3, 4, 6] as const;
/** By the type of the colours: samples of a pixel, and how many bits one may have. */
const COLOURS: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  [GREY]: { channels: 1, depths: [1, 2, 4, 8, 16] },
  [RGB]: { channels: 3, depths: [8, 16] },
  [PALETTE]: { channels: 1, depths: [1, 2, 4, 8] },
  [GREY_ALPHA]: { channels: 2, depths: [8, 16] },
  [RGB_ALPHA]: { channels: 4, depths: [8, 16] },
};

/**
 * Decodes the pixels of a PNG image: looks up palette colours, scales samples of 1, 2 and 4 bits to 0–255, and makes the colour in
 * `tRNS` transparent. The result is a copy.
 *
 * @throws FormatError for more than 2^22 pixels plus one per byte of the file, or an incomplete image
 */
export function readPng(bytes: Uint8Array): DigitImage {
  checkBytes("png", bytes);
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte))
    throw new FormatError("expected a PNG image, got another file");
  const chunks = findChunks(bytes);
  const header = readHeader(chunks[0], bytes.length);
  const unpacked = unpack(chunks, unpackedBytes(header));
  const samples = pngSamples(unpacked, header);
  const [palette, transparent] = ["PLTE", "tRNS"].map((wanted) => chunks.find(({ type }) => type === wanted)?.data);
  return header.colour === PALETTE
    ? lookUp(samples as Uint8Array, header, palette, transparent)
    : withAlpha(samples, header, transparent);
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

interface Header extends PngHeader {
  readonly colour: number;
}

/** The chunks up to the end of the image that its pixels are made of. */
function findChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; ; ) {
    const left = bytes.length - at - CHUNK_BYTES;
    const length = left >= 0 ? view.getUint32(at) : 0;
    if (left < 0 || length > left)
      throw new FormatError(`expected a chunk within ${bytes.length} bytes, got one from byte ${at} on`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + CHUNK_BYTES + length;
    if (NEEDED.has(type)) {
      if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
        throw new FormatError(`expected the CRC-32 of chunk ${type} at byte ${at}, got another`);
      }
      chunks.push({ type, data: bytes.subarray(at + 8, end - 4) });
    } else if (/^[A-Z]/.test(type)) {
      throw new FormatError(`expected no chunk but those of PNG, got ${type}, without which it cannot be shown`);
    }
    if (type === "IEND") return chunks;
    at = end;
  }
}

/** The header, its size checked. @param size of the file */
function readHeader(chunk: Chunk | undefined, size: number): Header {
  if (chunk?.type !== "IHDR" || chunk.data.length !== 13) throw new FormatError("expected a header first, got none");
  const { data } = chunk;
  const view = new DataView(data.buffer, data.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, compression, filter, interlace] = data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const kind = COLOURS[colour];
  if (!kind) throw new FormatError(`expected colours of type 0, 2, 3, 4 or 6, got ${colour}`);
  const { channels, depths } = kind;
  const mostPixels = PIXELS.room + PIXELS.each * size;
  const row = Math.ceil((width * channels * depth) / 8);
  if (width * height > mostPixels || height * row > BYTES.room + BYTES.each * size) {
    throw new FormatError(
      `expected at most ${mostPixels} pixels in ${size} bytes, got ${width}x${height} of ${depth} bits`,
    );
  }
  if (width === 0 || height === 0) throw new FormatError(`expected at least one pixel, got ${width}x${height}`);
  if (!depths.includes(depth)) {
    throw new FormatError(`expected ${depths.join(", ")} bits a sample for colours of type ${colour}, got ${depth}`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    const got = `${compression}, ${filter} and ${interlace}`;
    throw new FormatError(`expected methods of compression 0, filter 0 and interlace 0 or 1, got ${got}`);
  }
  return { width, height, depth, channels, colour, interlaced: interlace === 1 };
}

/** @throws FormatError unless the data unpacks to as many bytes as the pixels need */
function unpack(chunks: readonly Chunk[], needed: number): Uint8Array {
  // Memory is taken as it is filled: a few bytes may claim a large image.
  const parts: Uint8Array[] = [];
  let filled = 0;
  const unzlib = new Unzlib((part) => {
    if (part.length > needed - filled) throw new FormatError(`expected ${needed} bytes of pixels unpacked, got more`);
    parts.push(part);
    filled += part.length;
  });
  for (const { type, data } of chunks) {
    if (type !== "IDAT") continue;
    for (let from = 0; from < data.length; from += PART) {
      try {
        unzlib.push(data.subarray(from, from + PART));
      } catch (cause) {
        if (cause instanceof FormatError) throw cause;
        throw new FormatError(`expected deflated pixels, got: ${(cause as Error).message}`, { cause });
      }
    }
  }
  if (filled < needed) throw new FormatError(`expected ${needed} bytes of pixels unpacked, got ${filled}`);
  const unpacked = new Uint8Array(needed);
  let at = 0;
  for (const part of parts) {
    unpacked.set(part, at);
    at += part.length;
  }
  return unpacked;
}

/** @param alphas of the first colours of the palette; the others are opaque */
function lookUp(indices: Uint8Array, { width, height }: Header, palette?: Uint8Array, alphas?: Uint8Array): DigitImage {
  if (!palette || palette.length === 0 || palette.length % 3 !== 0 || palette.length > 3 * 256) {
    throw new FormatError(`expected a palette of 1 to 256 colours, got ${palette?.length ?? 0} bytes`);
  }
  const colours = palette.length / 3;
  const data = new Uint8Array(4 * indices.length);
  for (let pixel = 0; pixel < indices.length; ++pixel) {
    const index = indices[pixel] as number;
    if (index >= colours)
      throw new FormatError(`expected indices below the ${colours} colours of the palette, got ${index}`);
    data.set(palette.subarray(3 * index, 3 * index + 3), 4 * pixel);
    data[4 * pixel + 3] = alphas?.[index] ?? 255;
  }
  return { width, height, channels: 4, data, depth: 8 };
}

/** Samples brought to 8 or 16 bits. @param transparent the colour that is, a sample in two bytes each */
function withAlpha(samples: Uint8Array | Uint16Array, header: Header, transparent?: Uint8Array): DigitImage {
  const { width, height, depth, channels, colour } = header;
  const bits = depth === 16 ? 16 : 8;
  const white = 2 ** bits - 1;
  const scale = white / (2 ** depth - 1);
  const size = { width, height, depth: bits } as const;
  const key = transparent && (colour === GREY || colour === RGB) ? colourOf(transparent, channels) : undefined;
  if (!key) {
    const data = scale === 1 ? samples : samples.map((sample) => sample * scale);
    return { ...size, channels: channels as DigitImage["channels"], data };
  }
  const all = channels + 1;
  const data = bits === 16 ? new Uint16Array(width * height * all) : new Uint8Array(width * height * all);
  for (let pixel = 0; pixel < width * height; ++pixel) {
    const colourHere = samples.subarray(pixel * channels, (pixel + 1) * channels);
    colourHere.forEach((sample, channel) => {
      data[pixel * all + channel] = sample * scale;
    });
    data[pixel * all + channels] = key.every((sample, channel) => sample === colourHere[channel]) ? 0 : white;
  }
  return { ...size, channels: all as DigitImage["channels"], data };
}

function colourOf(bytes: Uint8Array, channels: number): readonly number[] {
  if (bytes.length !== 2 * channels) {
    throw new FormatError(`expected a transparent colour of ${2 * channels} bytes, got ${bytes.length}`);
  }
  return Array.from(
    { length: channels },
    (_, channel) => 256 * (bytes[2 * channel] as number) + (bytes[2 * channel + 1] as number),
  );
}
