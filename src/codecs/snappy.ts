/** Snappy, unpacked: https://github.com/google/snappy/blob/main/format_description.txt. hyparquet's runs for ever on some bytes. */

import { FormatError } from "../checks/errors.js";

/** An element of 3 bytes makes at most 64: what says it makes more lies. */
const MOST_RATIO = 22;

/**
 * The unpacked bytes, exactly `size`.
 *
 * @throws FormatError for another size, copies from before the start, and what ends early
 */
export function unpackSnappy(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const [stated, begin] = readSize(packed);
  if (stated !== size || size > packed.length * MOST_RATIO) {
    throw new FormatError(
      `expected Snappy data of ${size} bytes, got ${packed.length} packed that say they are ${stated}`,
    );
  }
  const out = new Uint8Array(size);
  let at = begin;
  let to = 0;
  const bytes = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; ++i) value += (packed[at++] as number) * 256 ** i;
    // NaN beyond the end.
    return value;
  };
  while (at < packed.length) {
    const tag = packed[at++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >>> 2;
      const length = 1 + (short < 60 ? short : bytes(short - 59));
      if (!(at + length <= packed.length && to + length <= size)) throw broken();
      if (length > 32) out.set(packed.subarray(at, at + length), to);
      else for (let i = 0; i < length; ++i) out[to + i] = packed[at + i] as number;
      at += length;
      to += length;
    } else {
      const length = kind === 1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
      const offset = kind === 1 ? (tag >>> 5) * 256 + bytes(1) : bytes(kind === 2 ? 2 : 4);
      if (!(offset >= 1 && offset <= to && to + length <= size)) throw broken();
      // Byte by byte: a copy may overlap what it makes.
      for (let end = to + length; to < end; ++to) out[to] = out[to - offset] as number;
    }
  }
  if (to !== size) throw broken();
  return out;
}

/** The unpacked size as the data has it, a varint of 32 bits, and where it ends. */
function readSize(packed: Uint8Array): [size: number, end: number] {
  let size = 0;
  for (let at = 0; at < 5 && at < packed.length; ++at) {
    const byte = packed[at] as number;
    size += (byte & 0x7f) * 128 ** at;
    if (byte < 0x80) return [size, at + 1];
  }
  throw broken();
}

function broken(): FormatError {
  return new FormatError("expected whole Snappy data, got some that is cut or points outside of itself");
}
