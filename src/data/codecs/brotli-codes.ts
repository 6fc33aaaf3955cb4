/** The prefix codes of Brotli, and what is made of them: RFC 7932, sections 3, 6 and 7.3. */

import { FormatError } from "../../errors.js";

const MOST_BITS = 15;
/** Codes of so many bits are looked up; those of longer ones are counted up to. */
const ROOT_BITS = 8;
/** Lengths are given in this order of code lengths. */
const LENGTH_ORDER = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const [REPEAT, ZEROS] = [16, 17];
const FIRST_LENGTH = 8;

export function broken(what: string): FormatError {
  return new FormatError(`expected whole Brotli data, got ${what}`);
}

/** Bits from the lowest of each byte on. */
export class Bits {
  readonly bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Where the next whole byte begins. */
  get byte(): number {
    return (this.#at + 7) >>> 3;
  }

  /** At most 24. @throws FormatError when there are fewer */
  read(count: number): number {
    const value = this.peek() & ((1 << count) - 1);
    this.skip(count);
    return value;
  }

  /** The next 24 bits or more; zeros behind the end. */
  peek(): number {
    const first = this.#at >>> 3;
    const { bytes } = this;
    const low = (bytes[first] as number) | ((bytes[first + 1] as number) << 8) | ((bytes[first + 2] as number) << 16);
    return (low | ((bytes[first + 3] as number) << 24)) >>> (this.#at & 7);
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.bytes.length * 8) throw broken("some that is cut");
  }

  /** Goes on at the byte that is `count` behind the next whole one. */
  skipBytes(count: number): void {
    this.#at = (this.byte + count) * 8;
    if (this.#at > this.bytes.length * 8) throw broken("some that is cut");
  }

  /** 0 to 255 in 1 to 11 bits. */
  short(): number {
    if (this.read(1) === 0) return 0;
    const count = this.read(3);
    return (1 << count) + this.read(count);
  }
}

/** A prefix code. Files may have many of few symbols: they are made of plain arrays, which cost the least. */
export class PrefixCode {
  /** By the next 8 bits: the symbol and, in the lowest 4, its length; 15 for those that are longer. */
  readonly #root: number[];
  /** Of each length, how many there are. */
  readonly #counts = new Array<number>(MOST_BITS + 1).fill(0);
  /** By length, then as they are. */
  readonly #symbols: number[];

  /**
   * @param symbols from the least on
   * @param lengths of each, at least 1; with only one symbol it takes no bits
   */
  constructor(symbols: readonly number[], lengths: readonly number[]) {
    const isOne = symbols.length === 1;
    this.#root = new Array<number>(1 << ROOT_BITS).fill(isOne ? (symbols[0] as number) << 4 : MOST_BITS);
    this.#symbols = new Array<number>(symbols.length).fill(0);
    if (isOne) return;
    const counts = this.#counts;
    for (const length of lengths) counts[length] = (counts[length] as number) + 1;
    const firsts = [0, 0];
    const codes = [0, 0];
    for (let length = 1; length < MOST_BITS; ++length) {
      const count = counts[length] as number;
      firsts.push((firsts[length] as number) + count);
      codes.push(((codes[length] as number) + count) << 1);
    }
    for (let index = 0; index < symbols.length; ++index) {
      const symbol = symbols[index] as number;
      const length = lengths[index] as number;
      const place = firsts[length] as number;
      firsts[length] = place + 1;
      this.#symbols[place] = symbol;
      if (length <= ROOT_BITS) this.#look(symbol, length, codes[length] as number);
      codes[length] = (codes[length] as number) + 1;
    }
  }

  /** @param all lengths of all symbols, 0 for those that the code does not have */
  static of(all: Uint8Array): PrefixCode {
    const symbols: number[] = [];
    const lengths: number[] = [];
    for (let symbol = 0; symbol < all.length; ++symbol) {
      const length = all[symbol] as number;
      if (length === 0) continue;
      symbols.push(symbol);
      lengths.push(length);
    }
    return new PrefixCode(symbols, lengths);
  }

  #look(symbol: number, length: number, code: number): void {
    let first = 0;
    for (let bit = 0; bit < length; ++bit) first |= ((code >>> bit) & 1) << (length - 1 - bit);
    for (let at = first; at < this.#root.length; at += 1 << length) this.#root[at] = (symbol << 4) | length;
  }

  read(bits: Bits): number {
    const next = bits.peek();
    const found = this.#root[next & ((1 << ROOT_BITS) - 1)] as number;
    const length = found & 15;
    if (length < MOST_BITS) {
      bits.skip(length);
      return found >>> 4;
    }
    return this.#readLong(bits, next);
  }

  #readLong(bits: Bits, next: number): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= MOST_BITS; ++length) {
      code = (code << 1) | ((next >>> (length - 1)) & 1);
      const count = this.#counts[length] as number;
      if (code - first < count) {
        bits.skip(length);
        return this.#symbols[index + code - first] as number;
      }
      index += count;
      first = (first + count) << 1;
    }
    throw broken("a code of no symbol");
  }
}

/** @param size symbols of the alphabet */
export function readPrefixCode(bits: Bits, size: number): PrefixCode {
  const skipped = bits.read(2);
  return skipped === 1 ? readSimpleCode(bits, size) : PrefixCode.of(packedLengths(bits, size, skipped));
}

/** Of one to four symbols. */
function readSimpleCode(bits: Bits, size: number): PrefixCode {
  const count = bits.read(2) + 1;
  const width = 32 - Math.clz32(size - 1);
  const given: { symbol: number; length: number }[] = [];
  for (let index = 0; index < count; ++index) {
    const symbol = bits.read(width);
    if (symbol >= size || given.some((other) => other.symbol === symbol)) throw broken("symbols that are wrong");
    given.push({ symbol, length: 0 });
  }
  const isDeep = count === 4 && bits.read(1) === 1;
  const lengths = [[1], [1, 1], [1, 2, 2], isDeep ? [1, 2, 3, 3] : [2, 2, 2, 2]][count - 1] as number[];
  for (const [index, one] of given.entries()) one.length = lengths[index] as number;
  given.sort((a, b) => a.symbol - b.symbol);
  return new PrefixCode(
    given.map(({ symbol }) => symbol),
    given.map(({ length }) => length),
  );
}

function packedLengths(bits: Bits, size: number, skipped: number): Uint8Array {
  const code = lengthCode(bits, skipped);
  const lengths = new Uint8Array(size);
  let [at, space, last, kind, repeat] = [0, 1 << MOST_BITS, FIRST_LENGTH, 0, 0];
  while (at < size && space > 0) {
    const symbol = code.read(bits);
    if (symbol < REPEAT) {
      kind = 0;
      lengths[at++] = symbol;
      if (symbol === 0) continue;
      last = symbol;
      space -= 1 << (MOST_BITS - symbol);
      continue;
    }
    // One that follows on its kind counts on.
    const width = symbol - 14;
    const before = kind === symbol ? repeat : 0;
    repeat = (before > 0 ? (before - 2) << width : 0) + 3 + bits.read(width);
    kind = symbol;
    const more = repeat - before;
    if (at + more > size) throw broken("lengths of more symbols than there are");
    if (symbol !== ZEROS) {
      lengths.fill(last, at, at + more);
      space -= more << (MOST_BITS - last);
    }
    at += more;
  }
  if (space !== 0) throw broken("no prefix code");
  return lengths;
}

/** The code that lengths are written in. */
function lengthCode(bits: Bits, skipped: number): PrefixCode {
  const lengths = new Uint8Array(LENGTH_ORDER.length);
  let [space, codes] = [32, 0];
  for (let index = skipped; index < LENGTH_ORDER.length && space > 0; ++index) {
    const length = lengthOfLength(bits);
    lengths[LENGTH_ORDER[index] as number] = length;
    if (length === 0) continue;
    ++codes;
    space -= 32 >> length;
  }
  if (codes !== 1 && space !== 0) throw broken("no prefix code");
  return PrefixCode.of(lengths);
}

function lengthOfLength(bits: Bits): number {
  const first = bits.read(2);
  if (first < 3) return [0, 4, 3][first] as number;
  if (bits.read(1) === 0) return 2;
  return bits.read(1) === 0 ? 1 : 5;
}

/** By block type and context, the index of a code. @returns how many codes there are, and the map */
export function readContextMap(bits: Bits, size: number): [codes: number, map: Uint8Array] {
  const codes = bits.short() + 1;
  const map = new Uint8Array(size);
  if (codes === 1) return [codes, map];
  const mostZeros = bits.read(1) ? bits.read(4) + 1 : 0;
  const code = readPrefixCode(bits, codes + mostZeros);
  for (let at = 0; at < size; ) {
    const symbol = code.read(bits);
    if (symbol > mostZeros) map[at] = symbol - mostZeros;
    at += symbol > 0 && symbol <= mostZeros ? (1 << symbol) + bits.read(symbol) : 1;
    if (at > size) throw broken("a map of more contexts than there are");
  }
  if (bits.read(1)) moveToFront(map);
  return [codes, map];
}

/** Each value is the place of the one that is meant, which comes to the front. */
function moveToFront(map: Uint8Array): void {
  const order = Uint8Array.from({ length: 256 }, (_, value) => value);
  for (let at = 0; at < map.length; ++at) {
    const place = map[at] as number;
    const value = order[place] as number;
    order.copyWithin(1, 0, place);
    order[0] = value;
    map[at] = value;
  }
}
