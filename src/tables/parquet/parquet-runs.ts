/** Checks of encoded values in a Parquet page: https://parquet.apache.org/docs/file-format/data-pages/encodings/. */

import type { SchemaElement } from "hyparquet";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { FormatError } from "../../checks/errors.js";

/** Bits of an index beyond which hyparquet takes the wrong ones. */
const MOST_WIDTH = 24;
/** Values that writers fill up the last bit-packed run with. */
const PADDING = 512;
const MOST_BLOCK = 2 ** 16;
/** Bytes that texts with common prefixes may unpack to, for each of the page. */
const MOST_TEXT_RATIO = 64;

const BYTES: Readonly<Record<string, number>> = {
  BOOLEAN: 1 / 8,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: 4,
};

export function dataView(bytes: Uint8Array): DataView<ArrayBuffer> {
  return new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
}

/** @throws FormatError when `count` plain values cannot lie in `left` bytes */
export function checkBytesOfValues(left: number, count: number, { type, type_length }: SchemaElement): void {
  const size = BYTES[type ?? ""] ?? type_length ?? 0;
  if (count >= 0 && (count === 0 || (size > 0 && count * size <= left))) return;
  throw new FormatError(`expected values within ${left} bytes, got ${count} of ${type}`);
}

/**
 * Checks runs, of one value or bit-packed, from `from` to `end`.
 *
 * @returns how many of the first `count` values are 1, if they have one bit
 * @throws FormatError when there are not `count` values, or a run has more than are left
 */
export function checkRuns(page: Uint8Array, from: number, end: number, width: number, count: number): number {
  if (width > MOST_WIDTH) throw new FormatError(`expected values of at most ${MOST_WIDTH} bits, got ${width}`);
  let at = from;
  let ones = 0;
  for (let left = count; left > 0; ) {
    let header = 0;
    for (let scale = 1, byte = 0x80; byte >= 0x80; scale *= 128) {
      if (at >= end || scale > 128 ** 4) throw new FormatError(`expected ${left} more values in runs, got none`);
      byte = page[at++] as number;
      header += (byte & 0x7f) * scale;
    }
    const isPacked = header % 2 === 1;
    const length = Math.floor(header / 2) * (isPacked ? 8 : 1);
    const bytes = isPacked ? (length * width) / 8 : Math.ceil(width / 8);
    if (length > left + (isPacked ? PADDING : 0) || at + bytes > end) {
      throw new FormatError(`expected a run of at most ${left} values in ${end - at} bytes, got ${length} in ${bytes}`);
    }
    const taken = Math.min(left, length);
    if (width === 1) ones += isPacked ? onesIn(page, at, taken) : ((page[at] as number) & 1) * taken;
    at += bytes;
    left -= taken;
  }
  return ones;
}

function onesIn(page: Uint8Array, from: number, bits: number): number {
  let ones = 0;
  for (let bit = 0; bit < bits; bit += 8) {
    let byte = page[from + (bit >>> 3)] as number;
    if (bits - bit < 8) byte &= (1 << (bits - bit)) - 1;
    for (; byte; byte &= byte - 1) ++ones;
  }
  return ones;
}

/** The values of runs that `checkRuns` has checked, one by one: an array of them could be much larger than the file. */
export class Runs {
  readonly #page: Uint8Array;
  readonly #width: number;
  #at: number;
  #left = 0;
  /** Of a run of one value; undefined in one that is bit-packed. */
  #value: number | undefined;
  /** Bits of the byte at `#at` that were taken. */
  #shift = 0;

  constructor(page: Uint8Array, from: number, width: number) {
    this.#page = page;
    this.#at = from;
    this.#width = width;
  }

  next(): number {
    while (this.#left === 0) this.#begin();
    --this.#left;
    if (this.#value !== undefined) return this.#value;
    const value = this.#bits(this.#shift);
    this.#shift += this.#width;
    this.#at += this.#shift >>> 3;
    this.#shift &= 7;
    return value;
  }

  #begin(): void {
    const [header, at] = varint(this.#page, this.#at);
    const isPacked = header % 2 === 1;
    this.#at = at;
    this.#left = Math.floor(header / 2) * (isPacked ? 8 : 1);
    this.#value = isPacked ? undefined : this.#bits(0);
    if (!isPacked) this.#at += Math.ceil(this.#width / 8);
  }

  /** At most 24, from 4 bytes; those behind the page are zeros. */
  #bits(shift: number): number {
    const byte = (index: number) => this.#page[this.#at + index] ?? 0;
    const bytes = byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
    return (bytes >>> shift) & ((1 << this.#width) - 1);
  }
}

/** The sizes of blocks of differences. @throws FormatError when they are not as the format has them */
export function checkDelta(page: Uint8Array, from: number): void {
  const [block, at] = varint(page, from);
  const [miniblocks] = varint(page, at);
  const values = block / miniblocks;
  if (block > 0 && block <= MOST_BLOCK && block % 128 === 0 && values > 0 && values % 32 === 0) return;
  throw new FormatError(`expected blocks of at most ${MOST_BLOCK} values, got ${block} in ${miniblocks} parts`);
}

/** Texts that each begin like the one before: those that all repeat a long one unpack to terabytes. @throws FormatError */
export function checkDeltaTexts(page: Uint8Array, from: number, count: number): void {
  const reader = { view: dataView(page), offset: from };
  const [prefixes, suffixes] = [new Int32Array(count), new Int32Array(count)];
  for (const lengths of [prefixes, suffixes]) {
    checkDelta(page, reader.offset);
    deltaBinaryUnpack(reader, count, lengths);
  }
  let before = 0;
  let total = 0;
  for (let i = 0; i < count; ++i) {
    const [prefix, suffix] = [prefixes[i] as number, suffixes[i] as number];
    if (!(prefix >= 0 && prefix <= before && suffix >= 0)) {
      throw new FormatError(`expected a prefix of at most ${before} bytes, got ${prefix}`);
    }
    before = prefix + suffix;
    total += before;
    if (total <= page.length * MOST_TEXT_RATIO) continue;
    throw new FormatError(`expected texts of at most ${MOST_TEXT_RATIO} times ${page.length} bytes, got more`);
  }
}

function varint(page: Uint8Array, from: number): [value: number, end: number] {
  let value = 0;
  for (let index = 0; index < 5; ++index) {
    const byte = page[from + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return [value, from + index + 1];
  }
  throw new FormatError("expected a whole page, got one that is cut");
}
