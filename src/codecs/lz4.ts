/** LZ4 blocks, unpacked: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md. */

import { FormatError } from "../checks/errors.js";

/** A byte makes at most 255. */
const MOST_RATIO = 255;
const SHORTEST_MATCH = 4;

/**
 * The unpacked bytes of a block, exactly `size` (`LZ4_RAW`).
 *
 * @throws FormatError for another size, matches from before the start, and what ends early
 */
export function unpackLz4(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  if (size > packed.length * MOST_RATIO) throw broken();
  const out = new Uint8Array(size);
  if (unpackBlock(packed, out, 0) !== size) throw broken();
  return out;
}

/**
 * What is called LZ4 without a word more: Hadoop's frames of blocks, each with its sizes before it, or one block as it is.
 *
 * @throws FormatError as `unpackLz4`
 */
export function unpackHadoopLz4(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  let [at, unpacked] = [0, 0];
  while (at + 8 <= packed.length) {
    unpacked += view.getUint32(at);
    at += 8 + view.getUint32(at + 4);
  }
  if (at !== packed.length || unpacked !== size) return unpackLz4(packed, size);
  if (size > packed.length * MOST_RATIO) throw broken();
  const out = new Uint8Array(size);
  for (let [from, to] = [0, 0]; from < packed.length; ) {
    const end = from + 8 + view.getUint32(from + 4);
    const next = to + view.getUint32(from);
    if (unpackBlock(packed.subarray(from + 8, end), out.subarray(0, next), to) !== next) throw broken();
    [from, to] = [end, next];
  }
  return out;
}

/** Writes a block from `to` on. @returns where it ends */
function unpackBlock(packed: Uint8Array, out: Uint8Array, to: number): number {
  const begin = to;
  let at = 0;
  /** NaN beyond the end. */
  const length = (short: number): number => {
    let sum = short;
    if (short === 15) {
      let byte: number;
      do {
        byte = packed[at++] as number;
        sum += byte;
      } while (byte === 255);
    }
    return sum;
  };
  while (at < packed.length) {
    const token = packed[at++] as number;
    const literals = length(token >>> 4);
    if (!(at + literals <= packed.length && to + literals <= out.length)) throw broken();
    if (literals > 32) out.set(packed.subarray(at, at + literals), to);
    else for (let i = 0; i < literals; ++i) out[to + i] = packed[at + i] as number;
    at += literals;
    to += literals;
    // The last sequence is of literals alone.
    if (at === packed.length) return to;
    const offset = (packed[at] as number) + (packed[at + 1] as number) * 256;
    at += 2;
    const end = to + SHORTEST_MATCH + length(token & 15);
    if (!(offset >= 1 && offset <= to - begin && end <= out.length)) throw broken();
    // Byte by byte: a match may overlap what it makes.
    for (; to < end; ++to) out[to] = out[to - offset] as number;
  }
  return to;
}

function broken(): FormatError {
  return new FormatError("expected whole LZ4 data, got some that is cut, of another size or points outside of itself");
}
