/**
 * Gzip, unpacked: RFC 1951 and 1952. fflate does not hold what it makes against a size, or copies it, and headers, again with each part
 * that it is given.
 */

import { Bits, PrefixCode } from "./prefix-codes.js";

/** A byte makes at most so many. */
const MOST_RATIO = 1032;
const [MAGIC, MAGIC_2, DEFLATE] = [0x1f, 0x8b, 8];
const FLAGS = { checksum: 2, extra: 4, name: 8, comment: 16, unknown: 0xe0 };
const [STORED, FIXED, DYNAMIC] = [0, 1, 2];
const END = 256;
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const COPY_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5];
const COPY_BASES = [...basesOf(COPY_BITS, 3), 258];
const DISTANCE_BITS = [0, 0, 0, 0, ...Array.from({ length: 26 }, (_, index) => 1 + (index >>> 1))];
const DISTANCE_BASES = basesOf(DISTANCE_BITS, 1);

/** Each base is behind the values that the code before it can have. */
function basesOf(bits: readonly number[], first: number): number[] {
  let next = first;
  return bits.map((width) => {
    const own = next;
    next += 1 << width;
    return own;
  });
}

/**
 * The unpacked bytes, exactly `size`, of one member or several. Checksums are not compared, sizes are.
 *
 * @throws FormatError for another size, copies from before the start, and what is no gzip data
 */
export function unpackGzip(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const bits = new Bits(packed, "gzip");
  if (size > packed.length * MOST_RATIO) throw bits.broken(`${packed.length} bytes for ${size}`);
  const out = new Uint8Array(size);
  let to = 0;
  let fixed: Codes | undefined;
  do {
    skipHeader(bits);
    const begin = to;
    to = inflate(bits, out, begin, () => {
      fixed ??= fixedCodes(bits);
      return fixed;
    });
    const at = bits.byte + 4;
    bits.skipBytes(8);
    if (word(packed, at) + word(packed, at + 2) * 65536 !== to - begin) throw bits.broken("a member of another size");
  } while (bits.byte < packed.length);
  if (to !== size) throw bits.broken(`${to} of ${size} bytes`);
  return out;
}

const word = (bytes: Uint8Array, at: number) => (bytes[at] as number) + (bytes[at + 1] as number) * 256;

function skipHeader(bits: Bits): void {
  const { bytes, byte: at } = bits;
  const flags = bytes[at + 3] as number;
  bits.skipBytes(10);
  if (bytes[at] !== MAGIC || bytes[at + 1] !== MAGIC_2 || bytes[at + 2] !== DEFLATE || flags & FLAGS.unknown) {
    throw bits.broken("something else");
  }
  if (flags & FLAGS.extra) bits.skipBytes(2 + word(bytes, bits.byte));
  for (const flag of [FLAGS.name, FLAGS.comment]) {
    if (flags & flag) bits.skipBytes(bytes.indexOf(0, bits.byte) + 1 - bits.byte || bytes.length);
  }
  if (flags & FLAGS.checksum) bits.skipBytes(2);
}

/** Writes from `begin` on. @returns where it ends */
function inflate(bits: Bits, out: Uint8Array, begin: number, fixed: () => Codes): number {
  let to = begin;
  for (let isLast = false; !isLast; ) {
    isLast = bits.read(1) === 1;
    const kind = bits.read(2);
    if (kind === STORED) {
      const at = bits.byte;
      bits.skipBytes(4);
      const length = word(bits.bytes, at);
      if (length + word(bits.bytes, at + 2) !== 65535) throw bits.broken("a block of another size");
      bits.skipBytes(length);
      if (to + length > out.length) throw tooMuch(bits, out);
      out.set(bits.bytes.subarray(at + 4, at + 4 + length), to);
      to += length;
    } else if (kind === FIXED || kind === DYNAMIC) {
      to = inflateBlock(bits, kind === FIXED ? fixed() : readCodes(bits), out, begin, to);
    } else throw bits.broken("a block of an unknown kind");
  }
  return to;
}

const tooMuch = (bits: Bits, out: Uint8Array) => bits.broken(`more than ${out.length} bytes`);

interface Codes {
  readonly literals: PrefixCode;
  readonly distances: PrefixCode;
}

function inflateBlock(
  bits: Bits,
  { literals, distances }: Codes,
  out: Uint8Array,
  begin: number,
  from: number,
): number {
  let to = from;
  for (;;) {
    const symbol = literals.read(bits);
    if (symbol === END) return to;
    if (symbol < END) {
      if (to >= out.length) throw tooMuch(bits, out);
      out[to++] = symbol;
      continue;
    }
    const code = symbol - END - 1;
    const length = (COPY_BASES[code] as number) + bits.read(COPY_BITS[code] ?? 0);
    const far = distances.read(bits);
    const distance = (DISTANCE_BASES[far] as number) + bits.read(DISTANCE_BITS[far] ?? 0);
    if (to + length > out.length) throw tooMuch(bits, out);
    if (!(length > 0 && distance <= to - begin)) throw bits.broken("a copy from before the start");
    // Byte by byte: a copy may overlap what it makes.
    for (const end = to + length; to < end; ++to) out[to] = out[to - distance] as number;
  }
}

/** Made once for all blocks that have them. */
function fixedCodes(bits: Bits): Codes {
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
  return { literals: PrefixCode.of(bits, lengths), distances: PrefixCode.of(bits, new Uint8Array(30).fill(5)) };
}

function readCodes(bits: Bits): Codes {
  const [literals, distances, given] = [bits.read(5) + 257, bits.read(5) + 1, bits.read(4) + 4];
  const own = new Uint8Array(LENGTH_ORDER.length);
  for (const symbol of LENGTH_ORDER.slice(0, given)) own[symbol] = bits.read(3);
  const code = PrefixCode.of(bits, own);
  const lengths = new Uint8Array(literals + distances);
  for (let at = 0; at < lengths.length; ) {
    const symbol = code.read(bits);
    if (symbol < 16) {
      lengths[at++] = symbol;
      continue;
    }
    const times = symbol === 16 ? 3 + bits.read(2) : symbol === 17 ? 3 + bits.read(3) : 11 + bits.read(7);
    if (at + times > lengths.length || (symbol === 16 && at === 0)) throw bits.broken("lengths of too many symbols");
    if (symbol === 16) lengths.fill(lengths[at - 1] as number, at, at + times);
    at += times;
  }
  return {
    literals: PrefixCode.of(bits, lengths.subarray(0, literals)),
    distances: PrefixCode.of(bits, lengths.subarray(literals)),
  };
}
