/** Bits and prefix codes, as Deflate and Brotli have them: from the lowest bit of each byte on, codes from their first bit on. */

import { FormatError } from "../checks/errors.js";

const MOST_BITS = 15;
/** Codes of so many bits are looked up; those of longer ones are counted up to. */
const ROOT_BITS = 8;

/** Bits from the lowest of each byte on. */
export class Bits {
  readonly bytes: Uint8Array;
  readonly #format: string;
  #at = 0;

  /** @param format for messages */
  constructor(bytes: Uint8Array, format: string) {
    this.bytes = bytes;
    this.#format = format;
  }

  broken(what: string): FormatError {
    return new FormatError(`expected whole ${this.#format} data, got ${what}`);
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
    if (this.#at > this.bytes.length * 8) throw this.broken("some that is cut");
  }

  /** Goes on at the byte that is `count` behind the next whole one. */
  skipBytes(count: number): void {
    this.#at = (this.byte + count) * 8;
    if (this.#at > this.bytes.length * 8) throw this.broken("some that is cut");
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
   * @param lengths of each, at least 1, for which there is room; 0 for one symbol alone that takes no bits
   */
  constructor(symbols: readonly number[], lengths: readonly number[]) {
    const isOne = lengths[0] === 0;
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

  /**
   * @param all lengths of all symbols, 0 for those that the code does not have
   * @param one length of a symbol that is alone, if not its own
   */
  static of(bits: Bits, all: Uint8Array, one?: number): PrefixCode {
    const symbols: number[] = [];
    const lengths: number[] = [];
    let room = 1 << MOST_BITS;
    for (let symbol = 0; symbol < all.length; ++symbol) {
      const length = all[symbol] as number;
      if (length === 0) continue;
      symbols.push(symbol);
      lengths.push(length);
      room -= 1 << (MOST_BITS - length);
    }
    if (room < 0) throw bits.broken("a prefix code of more symbols than it has room for");
    return new PrefixCode(symbols, one !== undefined && symbols.length === 1 ? [one] : lengths);
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
    throw bits.broken("a code of no symbol");
  }
}
