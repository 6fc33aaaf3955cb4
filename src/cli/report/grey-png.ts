/** Writes grey images as PNG files. https://www.w3.org/TR/png-3/ */

import { zlibSync } from "fflate";
import { crc32 } from "../../codecs/crc32.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** 8 bits per sample, colour type grey, the only compression and filter methods, no interlacing. */
const KIND = [8, 0, 0, 0, 0];

/** A PNG file of `pixels`, row by row, 0 black to 255 white. */
export function greyPng(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set(KIND, 8);
  // Each row begins with its filter: none.
  const rows = new Uint8Array(height * (width + 1));
  for (let row = 0; row < height; ++row) {
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const chunks = [chunk("IHDR", header), chunk("IDAT", zlibSync(rows, { level: 3 })), chunk("IEND", new Uint8Array(0))];
  return Buffer.concat([Uint8Array.from(SIGNATURE), ...chunks]);
}

/** Length, type, data, and the CRC-32 of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(Buffer.from(type, "latin1"), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}
