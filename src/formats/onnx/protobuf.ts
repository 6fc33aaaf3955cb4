/**
 * The wire format of protocol buffers, as far as ONNX needs it: varints, 32-bit floats, and what has a length in front.
 * https://protobuf.dev/programming-guides/encoding/
 */

import { FormatError } from "../../checks/errors.js";

/** A field of a message: its number, and its value by wire type: 0 an integer, 1, 2 and 5 the bytes, a view. */
export type Field =
  | { readonly number: number; readonly wire: 0; readonly value: number }
  | { readonly number: number; readonly wire: 1 | 2 | 5; readonly value: Uint8Array };

const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5] as const;

/** Writes the fields of one message, in the order of the calls. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** An integer within ±(2⁵³ − 1); negative ones as 64 bits of two's complement. */
  integer(field: number, value: number): this {
    return this.#tag(field, VARINT).#varint(value);
  }

  /** A 32-bit float. */
  float(field: number, value: number): this {
    return this.#tag(field, FIXED32).#add(new Uint8Array(Float32Array.of(value).buffer));
  }

  /** Bytes, which are not copied before `finish`, a text, or a message. */
  bytes(field: number, value: Uint8Array | string | MessageWriter): this {
    const bytes =
      value instanceof MessageWriter
        ? value.finish()
        : typeof value === "string"
          ? new TextEncoder().encode(value)
          : value;
    return this.#tag(field, LENGTH).#varint(bytes.length).#add(bytes);
  }

  /** The message's bytes. */
  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #tag(field: number, wire: number): this {
    return this.#varint(field * 8 + wire);
  }

  #varint(value: number): this {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    return this.#add(Uint8Array.of(...bytes, Number(rest)));
  }

  #add(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

/**
 * The fields of a message one by one, values of a length as views: nothing is allocated by what the message says.
 *
 * @param name of the file, for messages
 * @throws FormatError for lengths beyond the message's end, groups, integers that do not fit a double
 */
export function* readFields(bytes: Uint8Array, name: string): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    const [value, next] = readVarint(bytes, at, name);
    at = next;
    return value;
  };
  const take = (length: number): Uint8Array => {
    if (!(length >= 0 && length <= bytes.length - at)) {
      throw new FormatError(`${name}: expected at most ${bytes.length - at} bytes in a field, got ${length}`);
    }
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (number < 1 || number > 0x1fffffff) throw new FormatError(`${name}: expected a field's number, got ${number}`);
    if (wire === VARINT) yield { number, wire, value: varint() };
    else if (wire === FIXED64) yield { number, wire, value: take(8) };
    else if (wire === FIXED32) yield { number, wire, value: take(4) };
    else if (wire === LENGTH) yield { number, wire, value: take(varint()) };
    else throw new FormatError(`${name}: field ${number}: expected wire type 0, 1, 2 or 5, got ${wire}`);
  }
}

/** The first `most` integers of a repeated field, packed or one by one. */
export function readIntegers(field: Field, name: string, most: number): number[] {
  if (field.wire === VARINT) return [field.value];
  const values: number[] = [];
  for (let at = 0; at < field.value.length && values.length < most; ) {
    const [value, next] = readVarint(field.value, at, name);
    values.push(value);
    at = next;
  }
  return values;
}

/** The signed integer at `at` and where it ends. */
function readVarint(bytes: Uint8Array, at: number, name: string): [number, number] {
  let low = 0;
  for (let index = 0; index < 10; ++index) {
    const byte = bytes[at + index];
    if (byte === undefined) throw new FormatError(`${name}: expected an integer, got the end of the message`);
    if (index < 7) low += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [index < 7 ? low : readLong(bytes.subarray(at, at + index + 1), name), at + index + 1];
  }
  throw new FormatError(`${name}: expected an integer of at most 10 bytes, got more`);
}

/** An integer of 8 to 10 bytes: a negative or a very large one. */
function readLong(bytes: Uint8Array, name: string): number {
  const bits = bytes.reduce((sum, byte, index) => sum | (BigInt(byte & 0x7f) << BigInt(7 * index)), 0n);
  const value = Number(BigInt.asIntN(64, bits));
  if (!Number.isSafeInteger(value)) throw new FormatError(`${name}: expected an integer within 2^53, got ${value}`);
  return value;
}
