/** The entropy codes of Zstandard, finite-state and Huffman: RFC 8878, section 4. */

import { FormatError } from "../checks/errors.js";

/** By state: the symbol, the bits that are read next, and what is added to them for the state after. */
export interface FiniteStates {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** By the next `log` bits: the symbol, and how many bits it takes. */
export interface HuffmanTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
}

const MOST_WEIGHTS = 255;
const MOST_HUFFMAN_BITS = 11;
/** Of the states that weights are packed with. */
const MOST_WEIGHT_LOG = 6;
const MOST_WEIGHT = 12;

export function broken(what: string): FormatError {
  return new FormatError(`expected whole Zstandard data, got ${what}`);
}

const highestBit = (value: number): number => 31 - Math.clz32(value);

/** Bits that are read from the end of some bytes to their beginning. */
export class BackwardBits {
  readonly #bytes: Uint8Array;
  readonly #begin: number;
  #at: number;

  /** @throws FormatError when the last byte has no bit, which marks the end */
  constructor(bytes: Uint8Array, begin: number, end: number) {
    const last = end > begin ? (bytes[end - 1] as number) : 0;
    if (last === 0) throw broken("bits without an end");
    this.#bytes = bytes;
    this.#begin = begin * 8;
    this.#at = end * 8 - 8 + highestBit(last);
  }

  get left(): number {
    return this.#at - this.#begin;
  }

  /** The next bits, at most 31. @throws FormatError when there are fewer */
  read(count: number): number {
    if (count > 24) return this.read(count - 16) * 65536 + this.read(16);
    this.#at -= count;
    if (this.#at < this.#begin) throw broken("fewer bits than are to be read");
    return this.#bits(this.#at) & ((1 << count) - 1);
  }

  /** One symbol; the bits before the first byte do not matter. */
  symbol({ log, symbols, bits }: HuffmanTable): number {
    const from = this.#at - log;
    const index = (from < 0 ? this.#bits(0) << -from : this.#bits(from)) & ((1 << log) - 1);
    this.#at -= bits[index] as number;
    if (this.#at < this.#begin) throw broken("fewer bits than are to be read");
    return symbols[index] as number;
  }

  /** At least 24 bits from a place on; those beyond the bytes are zeros. */
  #bits(at: number): number {
    const bytes = this.#bytes;
    const first = at >>> 3;
    const low = (bytes[first] as number) | ((bytes[first + 1] as number) << 8) | ((bytes[first + 2] as number) << 16);
    return (low | ((bytes[first + 3] as number) << 24)) >>> (at & 7);
  }
}

/** States from how often they have each symbol. @returns them, and where their description ends */
export function readStates(
  bytes: Uint8Array,
  begin: number,
  end: number,
  mostLog: number,
  mostSymbol: number,
): [states: FiniteStates, end: number] {
  let at = begin * 8;
  const read = (count: number): number => {
    const first = at >>> 3;
    const low = (bytes[first] as number) | ((bytes[first + 1] as number) << 8) | ((bytes[first + 2] as number) << 16);
    const value = (low >>> (at & 7)) & ((1 << count) - 1);
    at += count;
    if (at > end * 8) throw broken("states that are cut");
    return value;
  };
  const log = read(4) + 5;
  if (log > mostLog) throw broken(`states of ${log} bits`);
  const counts: number[] = [];
  for (let left = 1 << log; left > 0; ) {
    // Small values take a bit less.
    const bits = highestBit(left + 1) + 1;
    const short = (1 << bits) - 2 - left;
    let value = read(bits - 1);
    if (value >= short && read(1)) value += (1 << (bits - 1)) - short;
    const count = value - 1;
    left -= Math.abs(count);
    counts.push(count);
    if (count === 0) {
      let zeros: number;
      do {
        zeros = read(2);
        for (let i = 0; i < zeros; ++i) counts.push(0);
      } while (zeros === 3);
    }
    if (counts.length > mostSymbol + 1 || left < 0) throw broken("states of more symbols than there are");
  }
  return [statesOf(counts, log), (at + 7) >>> 3];
}

/** @param counts states of each symbol, 2^log in all; −1 is less than one, and takes one at the end */
export function statesOf(counts: readonly number[], log: number): FiniteStates {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const [bits, bases] = [new Uint8Array(size), new Uint16Array(size)];
  let high = size;
  for (const [symbol, count] of counts.entries()) if (count < 0) symbols[--high] = symbol;
  const step = (size >>> 1) + (size >>> 3) + 3;
  let place = 0;
  for (const [symbol, count] of counts.entries()) {
    for (let i = 0; i < count; ++i) {
      symbols[place] = symbol;
      do place = (place + step) & (size - 1);
      while (place >= high);
    }
  }
  const next = counts.map(Math.abs);
  for (let state = 0; state < size; ++state) {
    const symbol = symbols[state] as number;
    const value = next[symbol] as number;
    next[symbol] = value + 1;
    const width = log - highestBit(value);
    bits[state] = width;
    bases[state] = (value << width) - size;
  }
  return { log, symbols, bits, bases };
}

/** States of one symbol, which take no bits. */
export function oneState(symbol: number): FiniteStates {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}

/** A Huffman code from the weights of its symbols. @returns it, and where its description ends */
export function readHuffman(bytes: Uint8Array, begin: number, end: number): [table: HuffmanTable, end: number] {
  const head = bytes[begin] as number;
  const isDirect = head >= 128;
  const count = head - 127;
  const to = begin + 1 + (isDirect ? (count + 1) >>> 1 : head);
  if (begin >= end || to > end) throw broken("a Huffman code that is cut");
  const weights = isDirect
    ? Array.from({ length: count }, (_, i) => ((bytes[begin + 1 + (i >>> 1)] as number) >>> (i & 1 ? 0 : 4)) & 15)
    : packedWeights(bytes, begin + 1, to);
  return [huffmanOf(weights), to];
}

/** Weights from two chains of states that take turns. */
function packedWeights(bytes: Uint8Array, begin: number, end: number): number[] {
  const [{ log, symbols, bits, bases }, at] = readStates(bytes, begin, end, MOST_WEIGHT_LOG, MOST_WEIGHT);
  const stream = new BackwardBits(bytes, at, end);
  const weights: number[] = [];
  let [state, other] = [stream.read(log), stream.read(log)];
  for (;;) {
    weights.push(symbols[state] as number);
    if (weights.length >= MOST_WEIGHTS) throw broken("more weights than symbols");
    const width = bits[state] as number;
    if (width > stream.left) return [...weights, symbols[other] as number];
    [state, other] = [other, (bases[state] as number) + stream.read(width)];
  }
}

/** @param weights of all symbols but the last, which has what is left of a power of two */
function huffmanOf(weights: number[]): HuffmanTable {
  const sum = weights.reduce((total, weight) => total + ((1 << weight) >>> 1), 0);
  const log = highestBit(sum) + 1;
  const last = (1 << log) - sum;
  if (sum === 0 || log > MOST_HUFFMAN_BITS || (last & (last - 1)) !== 0) throw broken("no Huffman code");
  weights.push(highestBit(last) + 1);
  const [symbols, bits] = [new Uint8Array(1 << log), new Uint8Array(1 << log)];
  let at = 0;
  for (let weight = 1; weight <= log; ++weight) {
    for (const [symbol, own] of weights.entries()) {
      if (own !== weight) continue;
      const end = at + (1 << (weight - 1));
      symbols.fill(symbol, at, end);
      bits.fill(log + 1 - weight, at, end);
      at = end;
    }
  }
  return { log, symbols, bits };
}
