/** Tensors of ONNX files from bytes. */

import { FormatError } from "../../checks/errors.js";
import { byteLength, type Dtype, isSizes, type Tensor } from "../tensor.js";
import { type OnnxFile, quote } from "./onnx-messages.js";
import { DTYPES, TEXT } from "./onnx-model.js";
import { readIntegers } from "./protobuf.js";

const MOST_DIMENSIONS = 64;

/** Fields with data: any type's bytes, or each type's own field. */
const [RAW, FLOATS, INT32S, TEXTS, INT64S, DOUBLES] = [9, 4, 5, 6, 7, 10] as const;
const FIELDS: Readonly<Partial<Record<Dtype, number>>> = {
  F32: FLOATS,
  I32: INT32S,
  BOOL: INT32S,
  F16: INT32S,
  BF16: INT32S,
  I64: INT64S,
  F64: DOUBLES,
};

/** A tensor of numbers, or one of texts, and its name in the file. */
export type NamedTensor = { readonly key: string } & (
  | { readonly tensor: Tensor }
  | { readonly texts: readonly string[] }
);

/** What a message says of a tensor, before it is known to fit together. */
interface Parts {
  key: string;
  type: number;
  readonly shape: number[];
  /** The field that the data were in. */
  source: number | undefined;
  bytes: Uint8Array | undefined;
  readonly integers: number[];
  readonly texts: string[];
}

/** Name and contents, bytes as views; sizes are checked against the data that is there. @throws FormatError */
export function decodeTensor(bytes: Uint8Array, file: OnnxFile): NamedTensor {
  const parts: Parts = { key: "", type: 0, shape: [], source: undefined, bytes: undefined, integers: [], texts: [] };
  for (const field of file.fields(bytes)) {
    if (field.number === 1) {
      // One more than there may be, which is refused below.
      for (const size of readIntegers(field, file.name, MOST_DIMENSIONS + 1)) parts.shape.push(size);
      if (parts.shape.length > MOST_DIMENSIONS) break;
    } else if (field.number === 2) parts.type = file.integer(field);
    else if (field.number === 8) parts.key = file.text(field);
    else if (field.number === RAW || field.number === FLOATS || field.number === DOUBLES) {
      if (parts.source !== undefined) throw twice(file);
      // Packed lists are the same bytes as raw ones.
      parts.bytes = file.contents(field);
      parts.source = field.number;
    } else if (field.number === INT32S || field.number === INT64S || field.number === TEXTS) {
      if ((parts.source ?? field.number) !== field.number) throw twice(file);
      parts.source = field.number;
      if (field.number === TEXTS) {
        file.take(1);
        parts.texts.push(file.text(field));
      } else file.addIntegers(parts.integers, field);
    } else if (field.number === 13 || (field.number === 14 && field.value !== 0)) {
      throw new FormatError(
        `${file.name}: tensor ${quote(parts.key)}: expected its data in the file, got external data`,
      );
    }
  }
  return parts.type === TEXT ? textsOf(parts, file) : numbersOf(parts, file);
}

function twice(file: OnnxFile): FormatError {
  return new FormatError(`${file.name}: expected a tensor's data once, got them twice`);
}

function textsOf({ key, shape, source, texts }: Parts, file: OnnxFile): NamedTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === texts.length && (source === TEXTS || count === 0)) return { key, texts };
  const got = texts.length;
  throw new FormatError(
    `${file.name}: tensor ${quote(key)}: expected ${count} texts of shape [${shape.slice(0, 8)}], got ${got}`,
  );
}

function numbersOf({ key, type, shape, source, bytes, integers }: Parts, file: OnnxFile): NamedTensor {
  const label = `${file.name}: tensor ${quote(key)}`;
  const dtype = Object.hasOwn(DTYPES, type) ? DTYPES[type] : undefined;
  if (!dtype) throw new FormatError(`${label}: expected floats or integers, got type ${type}`);
  if (!isSizes(shape) || shape.length > MOST_DIMENSIONS)
    throw new FormatError(`${label}: expected a shape of sizes, got [${shape.slice(0, 8)}]`);
  if (source !== undefined && source !== RAW && source !== FIELDS[dtype]) {
    throw new FormatError(`${label}: expected ${dtype} in field ${FIELDS[dtype]} or ${RAW}, got field ${source}`);
  }
  const data = bytes ?? bytesOf(integers, dtype, label);
  const [expected, got] = [byteLength(dtype, shape), data.length];
  if (expected !== got) {
    throw new FormatError(
      `${label}: expected ${expected ?? "more than 2^53"} bytes for ${dtype} of shape [${shape.slice(0, 8)}], got ${got}`,
    );
  }
  return { key, tensor: { dtype, shape, data } };
}

/** Integers as a tensor's bytes; halves come as the integers that their bits are. */
function bytesOf(integers: readonly number[], dtype: Dtype, label: string): Uint8Array {
  if (dtype === "I64") return new Uint8Array(BigInt64Array.from(integers, BigInt).buffer);
  const array =
    dtype === "I32"
      ? Int32Array.from(integers)
      : dtype === "BOOL"
        ? Uint8Array.from(integers)
        : Uint16Array.from(integers);
  const other = array.findIndex((value, index) => value !== integers[index]);
  if (other >= 0) throw new FormatError(`${label}: expected ${dtype}, got ${integers[other]}`);
  return new Uint8Array(array.buffer);
}
