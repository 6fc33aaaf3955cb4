/**
 * The npy format of NumPy: magic, version, header length, header, elements.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. Files may be hostile: shape and length are
 * checked before anything is allocated.
 */

import { checkBytes, describe, wrongType } from "../checks/check-options.js";
import { FormatError, ShapeError } from "../checks/errors.js";
import { viewKind } from "../checks/typed-arrays.js";
import { fileKind } from "./file-kind.js";
import { halfValue } from "./float-conversion.js";
import { npyHeaderText, parseNpyHeader } from "./npy-header.js";
import { isSizes } from "./tensor.js";

/** Elements of an npy file. 64-bit integers are bigints, booleans are the bytes 0 and 1, float16 is read as float32. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** The array of an npy file. */
export interface NpyArray {
  /** The file's dtype: byte order (`<` little, `>` big, `|` none), kind (f, i, u, b), bytes of an element. */
  readonly dtype: string;
  /** Elements in each dimension, slowest first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** In C order (the last dimension is contiguous) and in this machine's byte order. */
  readonly data: NpyData;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** NumPy's limit for a header that it trusts. */
const MOST_HEADER = 10_000;
/** NumPy's limit for dimensions. */
const MOST_DIMENSIONS = 64;

const ARRAYS = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  b1: Uint8Array,
} as const;
/** float16, for which typed arrays do not exist everywhere yet. It is only read. */
const HALF = "f2";

/** Names of other kinds, by letter. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  O: "Python objects",
  U: "texts",
  S: "texts",
  a: "texts",
  c: "complex numbers",
  M: "dates",
  m: "times",
  V: "raw bytes",
};

/**
 * Reads an npy file of version 1.0, 2.0 or 3.0: floats of 2, 4 and 8 bytes, integers, booleans, either byte order, C or
 * Fortran order.
 *
 * @param bytes the whole file; the array is a copy
 * @param name of the file, for messages
 * @throws FormatError for a wrong header, type or length
 */
export function parseNpy(bytes: Uint8Array, name = "npy"): NpyArray {
  return readNpy(bytes, name, false);
}

/** `parseNpy`. @param handedOver whether `data` may be a view of the bytes, because nobody else has them */
export function readNpy(bytes: Uint8Array, name: string, handedOver: boolean): NpyArray {
  const { begin, text } = readPreamble(bytes, name);
  const { descr, fortranOrder, shape } = parseNpyHeader(text, name);
  const type = elementType(descr, name);
  const [order, kind] = [descr[0], descr.slice(1)];
  if (shape.length > MOST_DIMENSIONS) {
    throw new FormatError(`${name}: expected at most ${MOST_DIMENSIONS} dimensions, got ${shape.length}`);
  }
  const size = type.BYTES_PER_ELEMENT;
  // As a double: a product too large to be exact is larger than any file.
  const expected = shape.reduce((product, length) => product * length, size);
  // Not a Buffer's `slice`, which does not copy.
  const source = new Uint8Array(bytes.buffer, bytes.byteOffset + begin, bytes.length - begin);
  if (source.length !== expected) {
    throw new FormatError(
      `${name}: expected ${expected} bytes of ${descr} for shape (${shape.slice(0, 8)}), got ${source.length}`,
    );
  }
  if (kind === "b1" && source.some((byte) => byte > 1)) {
    throw new FormatError(`${name}: expected truth values of 0 and 1, got another byte`);
  }
  const reorders = fortranOrder && shape.filter((length) => length > 1).length > 1;
  if (kind === HALF) {
    const halves = reorders ? toRowMajor(source, shape, size) : source;
    return { dtype: descr, shape, data: widened(halves, order === "<") };
  }
  const inPlace = handedOver && !reorders && source.byteOffset % size === 0;
  const target = inPlace ? source : reorders ? toRowMajor(source, shape, size) : source.slice();
  if (order === ">") swapBytes(target, size);
  const { buffer, byteOffset } = target;
  return { dtype: descr, shape, data: new type(buffer as ArrayBuffer, byteOffset, expected / size) };
}

/**
 * Serializes an array as an npy file (version 1.0, C order, little-endian): the bytes that `numpy.save` writes.
 *
 * @param data row by row
 * @throws TypeError for an array of another type; ShapeError if the shape does not have as many elements as the array
 */
export function serializeNpy(data: NpyData, shape: readonly number[]): Uint8Array {
  const entry = Object.entries(ARRAYS).find(([, type]) => viewKind(data) === type.name);
  if (!entry) throw wrongType("npy: data", "a typed array of floats or integers", data);
  if (!Array.isArray(shape)) throw wrongType("npy: shape", "a list of integers of at least 0", shape);
  if (!isSizes(shape)) throw new ShapeError(`npy: shape: expected integers of at least 0, got ${describe(shape)}`);
  const elements = shape.reduce((product, length) => product * length, 1);
  if (elements !== data.length) {
    throw new ShapeError(`npy: shape (${shape}): expected ${elements} elements, got ${data.length}`);
  }
  const [kind] = entry;
  const text = npyHeaderText({ descr: `${data.BYTES_PER_ELEMENT > 1 ? "<" : "|"}${kind}`, shape });
  const preamble = MAGIC.length + 4;
  // Padded, so that the elements begin at a multiple of 64 bytes.
  const begin = Math.ceil((preamble + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(begin + data.byteLength);
  bytes.set([...MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(MAGIC.length + 2, begin - preamble, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(begin - preamble - 1)}\n`), preamble);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), begin);
  return bytes;
}

/** Where the elements begin, and the header's text. */
function readPreamble(bytes: Uint8Array, name: string): { begin: number; text: string } {
  checkBytes(name, bytes);
  const [major = 0, minor] = bytes.subarray(MAGIC.length);
  if (!MAGIC.every((byte, index) => bytes[index] === byte) || major < 1 || major > 3 || minor !== 0) {
    const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const got = bytes.length === 0 ? "an empty file" : `${fileKind(bytes)} that begins with ${start}`;
    throw new FormatError(`${name}: expected an npy file of version 1.0 to 3.0, got ${got}`);
  }
  const first = MAGIC.length + (major === 1 ? 4 : 6);
  if (bytes.length < first) throw new FormatError(`${name}: expected at least ${first} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, first);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const most = Math.min(MOST_HEADER, bytes.length - first);
  if (length > most) throw new FormatError(`${name}: expected a header of at most ${most} bytes, got ${length}`);
  const begin = first + length;
  // Only ASCII is accepted, which is the same in Latin-1 (versions 1 and 2) and UTF-8 (version 3).
  return { begin, text: new TextDecoder("latin1").decode(bytes.subarray(first, begin)) };
}

/** Creates the array for the elements; for float16, for their bits. */
function elementType(descr: string, name: string): (typeof ARRAYS)[keyof typeof ARRAYS] {
  const [order = "", kind] = [descr[0], descr.slice(1)];
  const known = Object.hasOwn(ARRAYS, kind) ? ARRAYS[kind as keyof typeof ARRAYS] : undefined;
  const type = kind === HALF ? Uint16Array : known;
  // Single bytes have no byte order: NumPy writes |, other programs may write < or >.
  if (type && (type.BYTES_PER_ELEMENT === 1 ? "<>|" : "<>").includes(order || "none")) return type;
  const other = OTHER_KINDS[kind[0] ?? ""];
  const got = `${descr.slice(0, 20)}${other && !type ? ` (${other})` : ""}`;
  const types = [HALF, ...Object.keys(ARRAYS)].join(" ");
  throw new FormatError(`${name}: expected a type of ${types}, with < or > or | before it, got ${got}`);
}

/** Converts float16 to float32, exactly. */
function widened(halves: Uint8Array, littleEndian: boolean): Float32Array<ArrayBuffer> {
  const view = new DataView(halves.buffer, halves.byteOffset, halves.length);
  const values = new Float32Array(halves.length / 2);
  for (let i = 0; i < values.length; ++i) values[i] = halfValue(view.getUint16(2 * i, littleEndian));
  return values;
}

/** Copies elements from Fortran order to C order. */
function toRowMajor(source: Uint8Array, shape: readonly number[], size: number): Uint8Array<ArrayBuffer> {
  const target = new Uint8Array(source.length);
  const strides: number[] = [];
  shape.reduce((stride, length) => {
    strides.push(stride);
    return stride * length;
  }, size);
  const position = shape.map(() => 0);
  // Invariant: `from` is where the element at `position` lies in the source, `to` in the target.
  for (let from = 0, to = 0; to < target.length; to += size) {
    for (let byte = 0; byte < size; ++byte) target[to + byte] = source[from + byte] as number;
    for (let dimension = shape.length - 1; dimension >= 0; --dimension) {
      const stride = strides[dimension] as number;
      const length = shape[dimension] as number;
      from += stride;
      position[dimension] = (position[dimension] as number) + 1;
      if ((position[dimension] as number) < length) break;
      from -= stride * length;
      position[dimension] = 0;
    }
  }
  return target;
}

/** Reverses the bytes of each element, without a view of each: views would take more memory than the file. */
function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) {
    for (let low = at, high = at + size - 1; low < high; ++low, --high) {
      const byte = bytes[low] as number;
      bytes[low] = bytes[high] as number;
      bytes[high] = byte;
    }
  }
}
