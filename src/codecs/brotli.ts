/// <reference path="./brotli-parts.d.ts" />

/**
 * Brotli, unpacked: RFC 7932. Tables and dictionary are those of hyparquet-compressors, whose own loop does not hold what it makes
 * against the page: a few kilobytes make gigabytes of it, and what is more or less than the page is cut or filled up without a word.
 */

import { lookup, lookupOffsets } from "hyparquet-compressors/src/brotli.context.js";
import {
  kBlockLengthPrefixCode,
  kCopyLengthPrefixCode,
  kCopyRangeLut,
  kInsertLengthPrefixCode,
  kInsertRangeLut,
} from "hyparquet-compressors/src/brotli.prefix.js";
import { kNumTransforms, transformDictionaryWord } from "hyparquet-compressors/src/brotli.transform.js";
import { readContextMap, readPrefixCode, readShort } from "./brotli-codes.js";
import { Bits, type PrefixCode } from "./prefix-codes.js";

const LITERALS = 256;
const COMMANDS = 704;
const COUNTS = 26;
const SHORT_DISTANCES = 16;
const MODES = 64;
const DISTANCE_CONTEXTS = 4;
/** Which of the last four distances a short code means, counted from the last on, and what is added to it. */
const SHORT_PLACES = [0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
const SHORT_SUMS = [0, 0, 0, 0, -1, 1, -2, 2, -3, 3, -1, 1, -2, 2, -3, 3];
/** Of the dictionary's words of each length: binary logarithm of their number, and where they begin. */
const WORD_BITS = [0, 0, 0, 0, 10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5];
const WORD_PLACES = WORD_BITS.map((_, length) =>
  WORD_BITS.slice(0, length).reduce((sum, bits, shorter) => sum + (bits && shorter << bits), 0),
);

/**
 * The unpacked bytes, exactly `size`.
 *
 * @throws FormatError for another size, and what is no Brotli data
 */
export function unpackBrotli(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  const bits = new Bits(packed, "Brotli");
  const made = new Stream(bits, out).unpack();
  if (made !== size) throw bits.broken(`${made} of ${size} bytes`);
  return out;
}

/** Which of several codes is in force, for so many values. */
class Blocks {
  readonly count: number;
  type = 0;
  readonly #bits: Bits;
  readonly #types: PrefixCode | undefined;
  readonly #counts: PrefixCode | undefined;
  #before = 1;
  #left = Infinity;

  constructor(bits: Bits) {
    this.#bits = bits;
    this.count = readShort(bits) + 1;
    if (this.count === 1) return;
    this.#types = readPrefixCode(bits, this.count + 2);
    this.#counts = readPrefixCode(bits, COUNTS);
    this.#left = range(kBlockLengthPrefixCode, this.#counts.read(bits), bits);
  }

  /** Takes one value: another type may begin before it. */
  take(): void {
    if (this.#left === 0 && this.#types && this.#counts) {
      const code = this.#types.read(this.#bits);
      const next = code === 0 ? this.#before : code === 1 ? this.type + 1 : code - 2;
      this.#before = this.type;
      this.type = next % this.count;
      this.#left = range(kBlockLengthPrefixCode, this.#counts.read(this.#bits), this.#bits);
    }
    --this.#left;
  }
}

type Ranges = readonly { readonly offset: number; readonly nbits: number }[];

function range(ranges: Ranges, code: number, bits: Bits): number {
  const { offset, nbits } = ranges[code] as Ranges[number];
  return offset + bits.read(nbits);
}

const readCodes = (bits: Bits, count: number, size: number) =>
  Array.from({ length: count }, () => readPrefixCode(bits, size));

class Stream {
  readonly #bits: Bits;
  readonly #out: Uint8Array;
  #to = 0;
  #window = 0;
  /** The last distances, the latest first. */
  #distances = [4, 11, 15, 16];

  constructor(bits: Bits, out: Uint8Array) {
    this.#bits = bits;
    this.#out = out;
  }

  /** @returns bytes that were made */
  unpack(): number {
    const bits = this.#bits;
    this.#window = (1 << readWindowBits(bits)) - 16;
    for (let isLast = false; !isLast; ) {
      isLast = bits.read(1) === 1;
      if (isLast && bits.read(1)) break;
      const nibbles = bits.read(2) + 4;
      if (nibbles === 7) {
        // Bytes that are not for us.
        if (bits.read(1)) throw bits.broken("a block of an unknown kind");
        const width = 8 * bits.read(2);
        bits.skipBytes(width && 1 + bits.read(width));
        continue;
      }
      const length = 1 + bits.read(4 * nibbles);
      if (this.#to + length > this.#out.length) throw this.#bits.broken(`more than ${this.#out.length} bytes`);
      if (!isLast && bits.read(1)) this.#stored(length);
      else this.#block(this.#to + length);
    }
    if (bits.byte !== bits.bytes.length) throw this.#bits.broken("more behind it");
    return this.#to;
  }

  #stored(length: number): void {
    const from = this.#bits.byte;
    this.#bits.skipBytes(length);
    this.#out.set(this.#bits.bytes.subarray(from, from + length), this.#to);
    this.#to += length;
  }

  /** Runs commands until so many bytes are there. */
  #block(end: number): void {
    const bits = this.#bits;
    const [literals, commands, distances] = [new Blocks(bits), new Blocks(bits), new Blocks(bits)];
    const postfix = bits.read(2);
    const direct = SHORT_DISTANCES + (bits.read(4) << postfix);
    const modes = Array.from({ length: literals.count }, () => 2 * bits.read(2));
    const [literalCount, literalMap] = readContextMap(bits, literals.count * MODES);
    const [distanceCount, distanceMap] = readContextMap(bits, distances.count * DISTANCE_CONTEXTS);
    const literalCodes = readCodes(bits, literalCount, LITERALS);
    const commandCodes = readCodes(bits, commands.count, COMMANDS);
    const distanceCodes = readCodes(bits, distanceCount, direct + (48 << postfix));
    while (this.#to < end) {
      commands.take();
      const command = (commandCodes[commands.type] as PrefixCode).read(bits);
      // Without a distance of its own it is the last one.
      const hasDistance = command >= 128;
      const cell = (command >>> 6) - (hasDistance ? 2 : 0);
      const inserted = range(kInsertLengthPrefixCode, (kInsertRangeLut[cell] as number) + ((command >>> 3) & 7), bits);
      const copied = range(kCopyLengthPrefixCode, (kCopyRangeLut[cell] as number) + (command & 7), bits);
      if (this.#to + inserted > end) throw this.#bits.broken("literals beyond a block");
      this.#literals(inserted, literals, modes, literalMap, literalCodes);
      if (this.#to === end) break;
      let code = 0;
      if (hasDistance) {
        distances.take();
        const context = distances.type * DISTANCE_CONTEXTS + Math.min(copied, 5) - 2;
        code = (distanceCodes[distanceMap[context] as number] as PrefixCode).read(bits);
      }
      this.#copy(code, code < direct ? code : readDistance(bits, code - direct, direct, postfix), copied, end);
    }
  }

  #literals(
    count: number,
    blocks: Blocks,
    modes: readonly number[],
    map: Uint8Array,
    codes: readonly PrefixCode[],
  ): void {
    const out = this.#out;
    for (const end = this.#to + count; this.#to < end; ++this.#to) {
      blocks.take();
      const mode = modes[blocks.type] as number;
      const [last, before] = [out[this.#to - 1] ?? 0, out[this.#to - 2] ?? 0];
      const context =
        (lookup[(lookupOffsets[mode] as number) + last] as number) |
        (lookup[(lookupOffsets[mode + 1] as number) + before] as number);
      out[this.#to] = (codes[map[blocks.type * MODES + context] as number] as PrefixCode).read(this.#bits);
    }
  }

  /** @param code as it was read, 0 for the last distance @param value with what is behind it */
  #copy(code: number, value: number, length: number, end: number): void {
    const out = this.#out;
    const distance =
      value < SHORT_DISTANCES
        ? (this.#distances[SHORT_PLACES[value] as number] as number) + (SHORT_SUMS[value] as number)
        : value - SHORT_DISTANCES + 1;
    const most = Math.min(this.#to, this.#window);
    if (distance <= 0) throw this.#bits.broken("a distance that is wrong");
    if (distance > most) {
      this.#word(distance - most - 1, length, end);
      return;
    }
    if (code !== 0) this.#distances = [distance, ...this.#distances.slice(0, 3)];
    if (this.#to + length > end) throw this.#bits.broken("a copy beyond a block");
    // Byte by byte: a copy may overlap what it makes.
    for (const stop = this.#to + length; this.#to < stop; ++this.#to)
      out[this.#to] = out[this.#to - distance] as number;
  }

  /** A word of the dictionary. */
  #word(id: number, length: number, end: number): void {
    const bits = WORD_BITS[length] ?? 0;
    const transform = id >>> bits;
    if (bits === 0 || transform >= kNumTransforms) throw this.#bits.broken("a distance that is too long");
    const word = (WORD_PLACES[length] as number) + (id & ((1 << bits) - 1)) * length;
    this.#to += transformDictionaryWord(this.#out, this.#to, word, length, transform);
    if (this.#to > end) throw this.#bits.broken("a word beyond a block");
  }
}

function readWindowBits(bits: Bits): number {
  if (bits.read(1) === 0) return 16;
  const high = bits.read(3);
  if (high > 0) return 17 + high;
  const low = bits.read(3);
  if (low === 1) throw bits.broken("a window of an unknown kind");
  return low === 0 ? 17 : 8 + low;
}

/** A distance with extra bits, as if all before it were codes of their own. */
function readDistance(bits: Bits, code: number, direct: number, postfix: number): number {
  const low = code & ((1 << postfix) - 1);
  const high = code >>> postfix;
  const width = (high >>> 1) + 1;
  const offset = ((2 + (high & 1)) << width) - 4;
  return direct + ((offset + bits.read(width)) << postfix) + low;
}
