/** The unpacked data of a PNG image as samples: filters undone, passes put together, samples of 1, 2 and 4 bits taken apart. */

import { FormatError } from "../checks/errors.js";

/** What the header of a PNG image says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** Samples of a pixel; an index into the palette is one. */
  readonly channels: number;
  readonly interlaced: boolean;
}

/** Every `stepX`-th pixel from `x` on, in every `stepY`-th row from `y` on, as an image of its own. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];
/** https://www.w3.org/TR/png-3/#8InterlaceMethods */
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];

/** A pass with its size in pixels, and the bytes of a row without that of its filter. */
interface SizedPass extends Pass {
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
}

function passesOf({ width, height, depth, channels, interlaced }: PngHeader): readonly SizedPass[] {
  return (interlaced ? ADAM7 : WHOLE)
    .map((pass) => {
      const columns = Math.max(0, Math.ceil((width - pass.x) / pass.stepX));
      const rows = Math.max(0, Math.ceil((height - pass.y) / pass.stepY));
      return { ...pass, columns, rows, rowBytes: Math.ceil((columns * channels * depth) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** Bytes that the image's data has once it is unpacked: rows, with a byte before each for its filter. */
export function unpackedBytes(header: PngHeader): number {
  return passesOf(header).reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
}

/**
 * The samples `[height, width, channels]`, as the file has them: from 0 to 2^depth - 1.
 *
 * @param unpacked as many bytes as `unpackedBytes` says; overwritten
 * @throws FormatError for a filter that there is not
 */
export function pngSamples(unpacked: Uint8Array, header: PngHeader): Uint8Array | Uint16Array {
  const { width, height, depth, channels } = header;
  const count = width * height * channels;
  const samples = depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  // Filters work on the bytes of a pixel, or on single bytes where there are fewer.
  const distance = Math.max(1, (channels * depth) / 8);
  let at = 0;
  for (const { x, y, stepX, stepY, columns, rows, rowBytes } of passesOf(header)) {
    let before: Uint8Array = new Uint8Array(rowBytes);
    for (let row = 0; row < rows; ++row, at += 1 + rowBytes) {
      const bytes = unpacked.subarray(at + 1, at + 1 + rowBytes);
      unfilter(unpacked[at] as number, bytes, before, distance);
      const target = ((y + row * stepY) * width + x) * channels;
      if (depth === 8 && stepX === 1) samples.set(bytes, target);
      else scatter(bytes, samples, target, columns, stepX, header);
      before = bytes;
    }
  }
  return samples;
}

/** The samples of a row, each pixel `step` pixels after the one before. */
function scatter(
  row: Uint8Array,
  samples: Uint8Array | Uint16Array,
  target: number,
  columns: number,
  step: number,
  { depth, channels }: PngHeader,
): void {
  for (let column = 0; column < columns; ++column) {
    for (let channel = 0; channel < channels; ++channel) {
      samples[target + column * step * channels + channel] = sampleAt(row, column * channels + channel, depth);
    }
  }
}

/** The first of several samples in a byte is in its highest bits. */
function sampleAt(bytes: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return bytes[index] as number;
  if (depth === 16) return 256 * (bytes[2 * index] as number) + (bytes[2 * index + 1] as number);
  const bit = index * depth;
  return ((bytes[bit >> 3] as number) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/**
 * Undoes a row's filter in place. https://www.w3.org/TR/png-3/#9Filters
 *
 * @param before the row above, its filter undone
 * @param distance bytes to the same byte of the pixel on the left
 */
function unfilter(filter: number, row: Uint8Array, before: Uint8Array, distance: number): void {
  if (filter > 4) throw new FormatError(`expected a filter of 0 to 4, got ${filter}`);
  if (filter === 0) return;
  for (let i = 0; i < row.length; ++i) {
    const left = i < distance ? 0 : (row[i - distance] as number);
    const above = before[i] as number;
    const corner = i < distance ? 0 : (before[i - distance] as number);
    row[i] = (row[i] as number) + predicted(filter, left, above, corner);
  }
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
