/** Converts tensors of other float types to float32. */

import { float32Values, type Tensor } from "./tensor.js";

/** The types that `toFloat32` converts. */
export const floatDtypes = ["F32", "F64", "F16", "BF16"] as const;

/**
 * Converts the elements to float32: F16 and BF16 exactly, F64 rounded to nearest; F32 like `float32Values`, possibly a view.
 *
 * @throws RangeError for a type that is not one of `floatDtypes`
 */
export function toFloat32(tensor: Tensor): Float32Array {
  const { dtype, data } = tensor;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  switch (dtype) {
    case "F32":
      return float32Values(tensor);
    case "F64":
      return Float32Array.from({ length: data.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
    case "F16":
      return Float32Array.from({ length: data.length / 2 }, (_, i) => halfValue(view.getUint16(2 * i, true)));
    case "BF16": {
      const bits = Uint32Array.from({ length: data.length / 2 }, (_, i) => view.getUint16(2 * i, true) << 16);
      return new Float32Array(bits.buffer);
    }
    default:
      throw new RangeError(`tensor: expected a dtype of ${floatDtypes.join(" ")}, got ${dtype}`);
  }
}

/** The number that 16 bits of IEEE 754 binary16 represent. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

/** Copies a row-major matrix [rows, columns] to [columns, rows]. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; ++row) {
    for (let column = 0; column < columns; ++column) {
      result[column * rows + row] = values[row * columns + column] as number;
    }
  }
  return result;
}
