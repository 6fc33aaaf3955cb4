/**
 * Thrift's compact protocol as Parquet has it, walked before hyparquet parses it: hyparquet believes counts of list elements and
 * numbers of any length. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

import { FormatError } from "../../checks/errors.js";

const [TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12];
const MOST_DEPTH = 16;
/** Converted type of a schema element, and its place: elements are field 2 of the footer. */
const DECIMAL = { type: 5, field: 6, elements: 2, depth: 2 };
/** Structs around a value of a column's statistics. */
const STATISTICS_DEPTH = 5;
/** hyparquet's time for a decimal number grows with the square of its bytes. Writers leave longer statistics out. */
const MOST_DECIMAL_STATISTIC = 4096;

/** Walks structs in bytes; all of them together may hold a number of values. */
export class ThriftWalk {
  readonly #bytes: Uint8Array;
  readonly #most: number;
  #at = 0;
  #values = 0;
  #rootField = 0;
  #hasDecimals = false;
  #longestStatistic = 0;

  /** @param most values that there may be */
  constructor(bytes: Uint8Array, most: number) {
    this.#bytes = bytes;
    this.#most = most;
  }

  /** Where the struct that begins at `at` ends. @throws FormatError when it does not, or holds more values than there may be */
  end(at: number): number {
    this.#at = at;
    this.#struct(1);
    if (this.#hasDecimals && this.#longestStatistic > MOST_DECIMAL_STATISTIC) {
      throw new FormatError(
        `expected statistics of at most ${MOST_DECIMAL_STATISTIC} bytes beside decimals, got ${this.#longestStatistic}`,
      );
    }
    return this.#at;
  }

  #struct(depth: number): void {
    if (depth > MOST_DEPTH) throw new FormatError(`expected structs of at most ${MOST_DEPTH} levels, got more`);
    let field = 0;
    for (let header = this.#byte(); header !== 0; header = this.#byte()) {
      const delta = header >>> 4;
      field = delta ? field + delta : this.#zigZag();
      if (depth === 1) this.#rootField = field;
      this.#value(header & 15, depth, field);
    }
  }

  #value(type: number, depth: number, field: number): void {
    if (++this.#values > this.#most)
      throw new FormatError(`expected at most ${this.#most} values of metadata, got more`);
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) this.#skip(1);
    else if (type === DOUBLE) this.#skip(8);
    else if (type === I16 || type === I32 || type === I64) {
      const value = this.#zigZag();
      const { elements, depth: level, field: converted } = DECIMAL;
      if (this.#rootField === elements && depth === level && field === converted)
        this.#hasDecimals ||= value === DECIMAL.type;
    } else if (type === BINARY) {
      const length = this.#varint();
      this.#skip(length);
      if (depth >= STATISTICS_DEPTH) this.#longestStatistic = Math.max(this.#longestStatistic, length);
    } else if (type === LIST) this.#list(depth);
    else if (type === STRUCT) this.#struct(depth + 1);
    else throw new FormatError(`expected a type of Thrift that Parquet has, got ${type}`);
  }

  #list(depth: number): void {
    const header = this.#byte();
    const type = header & 15;
    const size = header >>> 4 === 15 ? this.#varint() : header >>> 4;
    const left = this.#bytes.length - this.#at;
    if (size > left)
      throw new FormatError(`expected a list within the ${left} bytes that are left, got ${size} elements`);
    // A truth value takes a byte in a list.
    const element = type === TRUE || type === FALSE ? BYTE : type;
    for (let index = 0; index < size; ++index) this.#value(element as number, depth, 0);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new FormatError("expected whole metadata, got some that is cut");
    return byte;
  }

  #skip(length: number): void {
    const left = this.#bytes.length - this.#at;
    if (length > left)
      throw new FormatError(`expected at most the ${left} bytes that are left, got a length of ${length}`);
    this.#at += length;
  }

  #zigZag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** At most 64 bits, as a double. */
  #varint(): number {
    let value = 0;
    for (let shift = 1, index = 0; index < 10; ++index, shift *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
    throw new FormatError("expected numbers of at most 10 bytes, got a longer one");
  }
}
