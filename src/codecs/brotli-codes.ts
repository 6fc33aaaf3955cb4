/** The prefix codes of Brotli, and what is made of them: RFC 7932, sections 3, 6 and 7.3. */

import { type Bits, PrefixCode } from "./prefix-codes.js";

const MOST_BITS = 15;
/** Lengths are given in this order of code lengths. */
const LENGTH_ORDER = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const [REPEAT, ZEROS] = [16, 17];
const FIRST_LENGTH = 8;

/** 0 to 255 in 1 to 11 bits. */
export function readShort(bits: Bits): number {
  if (bits.read(1) === 0) return 0;
  const count = bits.read(3);
  return (1 << count) + bits.read(count);
}

/** @param size symbols of the alphabet */
export function readPrefixCode(bits: Bits, size: number): PrefixCode {
  const skipped = bits.read(2);
  return skipped === 1 ? readSimpleCode(bits, size) : PrefixCode.of(bits, packedLengths(bits, size, skipped), 0);
}

/** Of one to four symbols. */
function readSimpleCode(bits: Bits, size: number): PrefixCode {
  const count = bits.read(2) + 1;
  const width = 32 - Math.clz32(size - 1);
  const given: { symbol: number; length: number }[] = [];
  for (let index = 0; index < count; ++index) {
    const symbol = bits.read(width);
    if (symbol >= size || given.some((other) => other.symbol === symbol)) throw bits.broken("symbols that are wrong");
    given.push({ symbol, length: 0 });
  }
  const isDeep = count === 4 && bits.read(1) === 1;
  const lengths = [[0], [1, 1], [1, 2, 2], isDeep ? [1, 2, 3, 3] : [2, 2, 2, 2]][count - 1] as number[];
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
    if (at + more > size) throw bits.broken("lengths of more symbols than there are");
    if (symbol !== ZEROS) {
      lengths.fill(last, at, at + more);
      space -= more << (MOST_BITS - last);
    }
    at += more;
  }
  if (space !== 0) throw bits.broken("no prefix code");
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
  if (codes !== 1 && space !== 0) throw bits.broken("no prefix code");
  return PrefixCode.of(bits, lengths, 0);
}

function lengthOfLength(bits: Bits): number {
  const first = bits.read(2);
  if (first < 3) return [0, 4, 3][first] as number;
  if (bits.read(1) === 0) return 2;
  return bits.read(1) === 0 ? 1 : 5;
}

/** By block type and context, the index of a code. @returns how many codes there are, and the map */
export function readContextMap(bits: Bits, size: number): [codes: number, map: Uint8Array] {
  const codes = readShort(bits) + 1;
  const map = new Uint8Array(size);
  if (codes === 1) return [codes, map];
  const mostZeros = bits.read(1) ? bits.read(4) + 1 : 0;
  const code = readPrefixCode(bits, codes + mostZeros);
  for (let at = 0; at < size; ) {
    const symbol = code.read(bits);
    if (symbol > mostZeros) map[at] = symbol - mostZeros;
    at += symbol > 0 && symbol <= mostZeros ? (1 << symbol) + bits.read(symbol) : 1;
    if (at > size) throw bits.broken("a map of more contexts than there are");
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
