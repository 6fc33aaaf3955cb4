/** The messages of an ONNX file, field by field, with a bound on how much of them is kept. */

import { FormatError } from "../../checks/errors.js";
import { type Field, readFields, readIntegers } from "./protobuf.js";

/** Fields of a message beyond which a file is taken for hostile: an empty one takes two bytes there, and a hundred here. */
const MOST_ITEMS = 20_000;
/** Numbers and texts of all lists in a file: a byte there may be sixteen here. Weights are no list, but bytes. */
const MOST_ELEMENTS = 2 ** 16;

/** A file while it is read. */
export class OnnxFile {
  #elements = 0;

  /** @param name for messages */
  constructor(readonly name: string) {}

  /** Counts elements of lists before they are kept. @throws FormatError when there are too many in all */
  take(count: number): void {
    this.#elements += count;
    if (this.#elements <= MOST_ELEMENTS) return;
    throw new FormatError(`${this.name}: expected at most ${MOST_ELEMENTS} numbers and texts in its lists, got more`);
  }

  /** The fields of a message, as many as a file of this kind can have. */
  *fields(bytes: Uint8Array): Generator<Field> {
    let count = 0;
    for (const field of readFields(bytes, this.name)) {
      if (++count > MOST_ITEMS)
        throw new FormatError(`${this.name}: expected at most ${MOST_ITEMS} fields in a message, got more`);
      yield field;
    }
  }

  /** The last field of that number that has a length. */
  part(bytes: Uint8Array, number: number): Uint8Array | undefined {
    let found: Uint8Array | undefined;
    for (const field of this.fields(bytes)) if (field.number === number) found = this.contents(field);
    return found;
  }

  contents(field: Field): Uint8Array {
    if (field.wire === 2) return field.value;
    throw new FormatError(`${this.name}: field ${field.number}: expected bytes, got wire type ${field.wire}`);
  }

  integer(field: Field): number {
    if (field.wire === 0) return field.value;
    throw new FormatError(`${this.name}: field ${field.number}: expected an integer, got wire type ${field.wire}`);
  }

  text(field: Field): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.contents(field));
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      throw new FormatError(`${this.name}: field ${field.number}: expected UTF-8, got other bytes`, { cause });
    }
  }

  /** The integers of a field of a list, one or packed, added to those before. */
  addIntegers(list: number[], field: Field): void {
    if (field.wire !== 0 && field.wire !== 2) {
      throw new FormatError(`${this.name}: field ${field.number}: expected integers, got wire type ${field.wire}`);
    }
    const values = readIntegers(field, this.name, MOST_ELEMENTS + 1);
    this.take(values.length);
    for (const value of values) list.push(value);
  }

  /** The floats of a field of a list, one or packed, added to those before. */
  addFloats(list: number[], field: Field): void {
    if ((field.wire !== 5 && field.wire !== 2) || field.value.length % 4 !== 0) {
      throw new FormatError(`${this.name}: field ${field.number}: expected floats, got wire type ${field.wire}`);
    }
    this.take(field.value.length / 4);
    const view = new DataView(field.value.buffer, field.value.byteOffset, field.value.length);
    for (let at = 0; at < field.value.length; at += 4) list.push(view.getFloat32(at, true));
  }
}

export function quote(text: string | undefined): string {
  return JSON.stringify(text?.slice(0, 80)) ?? "none";
}
