/** A tensor in a file: bytes, their type and their shape. */

import { describe } from "../checks/check-options.js";

/** Bytes of one element of each type. Types of less than a byte (F4, F6) are not supported. */
const elementBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
} as const;

/** An element type, by safetensors' name. */
export type Dtype = keyof typeof elementBytes;

/** All element types. */
export const dtypes = Object.keys(elementBytes) as readonly Dtype[];

/** An array of any type and shape. */
export interface Tensor {
  readonly dtype: Dtype;
  /** Elements in each dimension, slowest first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** The elements, row-major, little-endian. In a parsed file, a view at any alignment. */
  readonly data: Uint8Array;
}

/**
 * The elements of an F32 tensor: a view if its data is aligned to 4 bytes, else a copy.
 *
 * @throws RangeError for another dtype
 */
export function float32Values({ dtype, data }: Tensor): Float32Array {
  if (dtype !== "F32") throw new RangeError(`tensor: expected dtype F32, got ${dtype}`);
  const { buffer, byteOffset } = data.byteOffset % 4 === 0 ? data : new Uint8Array(data);
  return new Float32Array(buffer, byteOffset, data.length / 4);
}

/**
 * An F32 tensor of the given shape; its data is a view of `values`.
 *
 * @throws RangeError if the product of the shape is not the number of values
 */
export function float32Tensor(values: Float32Array, shape: readonly number[]): Tensor {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const tensor: Tensor = { dtype: "F32", shape: [...shape], data };
  checkTensor(tensor, "tensor");
  return tensor;
}

/**
 * Checks that the data has as many bytes as the type and the shape need.
 *
 * @param label what to call the tensor in the message
 * @throws RangeError if not, or for an invalid type or shape
 */
export function checkTensor({ dtype, shape, data }: Tensor, label: string): void {
  if (!isDtype(dtype))
    throw new RangeError(`${label}: expected a dtype of ${dtypes.join(" ")}, got ${describe(dtype)}`);
  if (!isSizes(shape)) throw new RangeError(`${label}: expected a shape of integers >= 0, got ${describe(shape)}`);
  const expected = byteLength(dtype, shape);
  if (expected !== data.length) {
    const size = expected ?? "more than 2^53";
    throw new RangeError(`${label}: expected ${size} bytes for ${dtype} of shape [${shape}], got ${data.length}`);
  }
}

/** Bytes of a tensor; undefined if the product is not exact in a double. */
export function byteLength(dtype: Dtype, shape: readonly number[]): number | undefined {
  let bytes: number = elementBytes[dtype];
  for (const size of shape) {
    bytes *= size;
    if (!Number.isSafeInteger(bytes)) return undefined;
  }
  return bytes;
}

/** Whether a value is the name of an element type. */
export function isDtype(value: unknown): value is Dtype {
  return typeof value === "string" && Object.hasOwn(elementBytes, value);
}

/** Whether a value is a list of integers of at least 0; -0 is not. */
export function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && !Object.is(size, -0) && size >= 0);
}
