/**
 * Zstandard, unpacked: RFC 8878. fzstd, which hyparquet's own decompressors use, does not hold what a block makes against
 * anything: a few bytes keep it busy for minutes.
 */

import {
  BackwardBits,
  broken,
  type FiniteStates,
  type HuffmanTable,
  oneState,
  readHuffman,
  readStates,
  statesOf,
} from "./zstd-entropy.js";

const MAGIC = 0xfd2fb528;
/** Frames to be skipped begin with this, or one of the 15 numbers behind it. */
const SKIPPABLE = 0x184d2a50;
const MOST_BLOCK = 1 << 17;
const FIRST_OFFSETS = [1, 4, 8];

/** How values of one kind are written: states give codes, codes a base and extra bits. */
interface Code {
  readonly mostLog: number;
  readonly mostSymbol: number;
  readonly predefined: FiniteStates;
}

const times = (count: number, value: number) => new Array<number>(count).fill(value);

const LITERALS: Code = {
  mostLog: 9,
  mostSymbol: 35,
  predefined: statesOf(
    [4, 3, ...times(11, 2), ...times(3, 1), ...times(9, 2), 3, 2, ...times(5, 1), ...times(4, -1)],
    6,
  ),
};
const OFFSETS: Code = {
  mostLog: 8,
  mostSymbol: 31,
  predefined: statesOf([...times(6, 1), ...times(3, 2), ...times(15, 1), ...times(5, -1)], 5),
};
const MATCHES: Code = {
  mostLog: 9,
  mostSymbol: 52,
  predefined: statesOf([1, 4, 3, ...times(6, 2), ...times(37, 1), ...times(7, -1)], 6),
};

const LITERAL_BITS = [...times(16, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MATCH_BITS = [...times(32, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const LITERAL_BASES = basesOf(LITERAL_BITS, 0);
const MATCH_BASES = basesOf(MATCH_BITS, 3);

/** Each base is behind the values that the code before it can have. */
function basesOf(bits: readonly number[], first: number): number[] {
  let base = first;
  return bits.map((width) => {
    const own = base;
    base += 1 << width;
    return own;
  });
}

/**
 * The unpacked bytes, exactly `size`, of one frame or several. Checksums are not compared.
 *
 * @throws FormatError for another size, matches from before the start, and what is no Zstandard data or needs a dictionary
 */
export function unpackZstd(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  let [at, to] = [0, 0];
  while (at < packed.length) {
    const magic = at + 8 <= packed.length ? view.getUint32(at, true) : 0;
    if ((magic & ~15) === SKIPPABLE) at += 8 + view.getUint32(at + 4, true);
    else if (magic === MAGIC) [at, to] = new Frame(packed, out, to).unpack(at + 4);
    else throw broken("something else");
  }
  if (at !== packed.length || to !== size) throw broken(`${to} of ${size} bytes`);
  return out;
}

/** A frame, and what its blocks have in common. */
class Frame {
  readonly #packed: Uint8Array;
  readonly #out: Uint8Array;
  readonly #begin: number;
  #to: number;
  readonly #offsets = [...FIRST_OFFSETS];
  readonly #states: (FiniteStates | undefined)[] = [];
  #huffman: HuffmanTable | undefined;
  #room = new Uint8Array();

  constructor(packed: Uint8Array, out: Uint8Array, to: number) {
    this.#packed = packed;
    this.#out = out;
    this.#begin = to;
    this.#to = to;
  }

  /** @returns where the frame ends, and what it makes */
  unpack(from: number): [at: number, to: number] {
    const packed = this.#packed;
    const flags = packed[from] as number;
    if (flags & 8) throw broken("a frame of an unknown kind");
    if (flags & 3) throw broken("a frame that needs a dictionary");
    const isWhole = (flags & 32) !== 0;
    // The window's size does not matter: all of the page is at hand.
    let at = from + (isWhole ? 1 : 2) + ([Number(isWhole), 2, 4, 8][flags >>> 6] as number);
    for (let isLast = false; !isLast; ) {
      if (at + 3 > packed.length) throw broken("a frame that is cut");
      const head = (packed[at] as number) + (packed[at + 1] as number) * 256 + (packed[at + 2] as number) * 65536;
      const [kind, size] = [(head >>> 1) & 3, head >>> 3];
      isLast = (head & 1) === 1;
      at += 3;
      const end = at + (kind === 1 ? 1 : size);
      if (size > MOST_BLOCK || end > packed.length || kind === 3) throw broken(`a block of ${size} bytes`);
      if (kind === 2) this.#block(at, end);
      else {
        const to = this.#makes(size);
        if (kind === 1) this.#out.fill(packed[at] as number, to, this.#to);
        else this.#out.set(packed.subarray(at, end), to);
      }
      at = end;
    }
    at += flags & 4;
    if (at > packed.length) throw broken("a frame that is cut");
    return [at, this.#to];
  }

  /** Goes on by some bytes that are made. @returns where they begin */
  #makes(count: number): number {
    const to = this.#to;
    if (to + count > this.#out.length) throw broken(`more than ${this.#out.length} bytes`);
    this.#to += count;
    return to;
  }

  #block(from: number, end: number): void {
    const [literals, at] = this.#literals(from, end);
    const first = at < end ? (this.#packed[at] as number) : 0;
    if (at >= end) throw broken("a block that is cut");
    if (first === 0) {
      if (at + 1 !== end) throw broken("a block that is too long");
      this.#out.set(literals, this.#makes(literals.length));
    } else this.#sequences(at, end, literals);
  }

  /** Bytes that stand for themselves. @returns them, and where the sequences begin */
  #literals(from: number, end: number): [literals: Uint8Array, at: number] {
    const packed = this.#packed;
    const byte = (index: number) => (from + index < end ? (packed[from + index] as number) : 0);
    const [kind, format] = [byte(0) & 3, (byte(0) >>> 2) & 3];
    const isPacked = kind >= 2;
    const head = isPacked ? [3, 3, 4, 5][format] : [1, 2, 1, 3][format];
    let at = from + (head as number);
    // Both sizes have as many bits, behind the four of kind and format.
    const bits = isPacked ? ([10, 10, 14, 18][format] as number) : ([5, 12, 5, 20][format] as number);
    const low = byte(0) + byte(1) * 256 + byte(2) * 65536;
    const all = (low + byte(3) * 0x1000000 + byte(4) * 0x100000000) / (!isPacked && bits === 5 ? 8 : 16);
    const size = Math.floor(all) % (1 << bits);
    if (size > MOST_BLOCK || this.#to + size > this.#out.length) throw broken(`${size} literals`);
    if (!isPacked) {
      const to = at + (kind === 1 ? 1 : size);
      if (to > end) throw broken("literals that are cut");
      return [kind === 1 ? new Uint8Array(size).fill(packed[at] as number) : packed.subarray(at, to), to];
    }
    const to = at + (Math.floor(all / (1 << bits)) % (1 << bits));
    if (to > end) throw broken("literals that are cut");
    if (kind === 2) [this.#huffman, at] = readHuffman(packed, at, to);
    if (!this.#huffman) throw broken("literals without a Huffman code");
    if (this.#room.length < size) this.#room = new Uint8Array(size);
    const literals = this.#room.subarray(0, size);
    if (format === 0) this.#symbols(at, to, literals);
    else this.#fourStreams(at, to, literals);
    return [literals, to];
  }

  #fourStreams(from: number, end: number, literals: Uint8Array): void {
    const packed = this.#packed;
    const each = Math.ceil(literals.length / 4);
    let at = from + 6;
    for (let i = 0; i < 4; ++i) {
      const length = (packed[from + 2 * i] as number) + (packed[from + 2 * i + 1] as number) * 256;
      const to = i < 3 ? at + length : end;
      if (at > to || to > end || 3 * each > literals.length) throw broken("streams of literals that are cut");
      this.#symbols(at, to, literals.subarray(i * each, (i + 1) * each));
      at = to;
    }
  }

  #symbols(from: number, end: number, literals: Uint8Array): void {
    const stream = new BackwardBits(this.#packed, from, end);
    const table = this.#huffman as HuffmanTable;
    for (let i = 0; i < literals.length; ++i) literals[i] = stream.symbol(table);
    if (stream.left !== 0) throw broken("literals that are too long");
  }

  #sequences(from: number, end: number, literals: Uint8Array): void {
    const packed = this.#packed;
    const [first, second, third] = [packed[from], packed[from + 1], packed[from + 2]] as [number, number, number];
    const size = first < 128 ? 1 : first < 255 ? 2 : 3;
    const count = first < 128 ? first : first < 255 ? (first - 128) * 256 + second : second + third * 256 + 0x7f00;
    const modes = packed[from + size] as number;
    let at = from + size + 1;
    if (at > end || modes & 3) throw broken("sequences that are cut");
    for (const [index, code] of [LITERALS, OFFSETS, MATCHES].entries()) {
      at = this.#readCode(index, code, (modes >>> (6 - 2 * index)) & 3, at, end);
    }
    const [lengths, offsets, matches] = this.#states as [FiniteStates, FiniteStates, FiniteStates];
    const stream = new BackwardBits(packed, at, end);
    let length = stream.read(lengths.log);
    let offset = stream.read(offsets.log);
    let match = stream.read(matches.log);
    const most = this.#to + MOST_BLOCK;
    let used = 0;
    for (let left = count; left > 0; --left) {
      const offsetBits = offsets.symbols[offset] as number;
      const offsetValue = ((1 << offsetBits) >>> 0) + stream.read(offsetBits);
      const matchCode = matches.symbols[match] as number;
      const matchLength = (MATCH_BASES[matchCode] as number) + stream.read(MATCH_BITS[matchCode] as number);
      const literalCode = lengths.symbols[length] as number;
      const literalLength = (LITERAL_BASES[literalCode] as number) + stream.read(LITERAL_BITS[literalCode] as number);
      if (left > 1) {
        length = (lengths.bases[length] as number) + stream.read(lengths.bits[length] as number);
        match = (matches.bases[match] as number) + stream.read(matches.bits[match] as number);
        offset = (offsets.bases[offset] as number) + stream.read(offsets.bits[offset] as number);
      }
      if (used + literalLength > literals.length) throw broken("sequences of more literals than there are");
      this.#copyLiterals(literals, used, literalLength);
      used += literalLength;
      this.#copyMatch(this.#offset(offsetValue, literalLength), matchLength);
      if (this.#to > most) throw broken("a block of more bytes than may be");
    }
    if (stream.left !== 0) throw broken("sequences that are too long");
    this.#copyLiterals(literals, used, literals.length - used);
    if (this.#to > most) throw broken("a block of more bytes than may be");
  }

  /** States of one kind of values: predefined, one, described here, or those of the block before. @returns where they end */
  #readCode(index: number, { mostLog, mostSymbol, predefined }: Code, mode: number, at: number, end: number): number {
    if (mode === 0) this.#states[index] = predefined;
    else if (mode === 1) {
      const symbol = this.#packed[at] as number;
      if (at >= end || symbol > mostSymbol) throw broken("a symbol that is unknown");
      this.#states[index] = oneState(symbol);
      return at + 1;
    } else if (mode === 2) {
      const [states, next] = readStates(this.#packed, at, end, mostLog, mostSymbol);
      this.#states[index] = states;
      return next;
    } else if (!this.#states[index]) throw broken("states of a block before the first");
    return at;
  }

  #copyLiterals(literals: Uint8Array, from: number, length: number): void {
    const to = this.#makes(length);
    if (length > 32) this.#out.set(literals.subarray(from, from + length), to);
    else for (let i = 0; i < length; ++i) this.#out[to + i] = literals[from + i] as number;
  }

  #copyMatch(offset: number, length: number): void {
    const out = this.#out;
    let to = this.#makes(length);
    if (!(offset >= 1 && offset <= to - this.#begin)) throw broken("a match from before the start");
    if (length > 32 && offset >= length) out.copyWithin(to, to - offset, to - offset + length);
    // Byte by byte: a match may overlap what it makes.
    else for (const end = to + length; to < end; ++to) out[to] = out[to - offset] as number;
  }

  /** How far back a match is: said outright, or as one of the last three were. */
  #offset(value: number, literals: number): number {
    const last = this.#offsets as [number, number, number];
    const index = value > 3 ? 3 : value - 1 + (literals === 0 ? 1 : 0);
    const offset = value > 3 ? value - 3 : index === 3 ? last[0] - 1 : (last[index] as number);
    if (index >= 2) last[2] = last[1];
    if (index >= 1) {
      last[1] = last[0];
      last[0] = offset;
    }
    return offset;
  }
}
