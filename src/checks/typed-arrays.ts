/**
 * Recognises typed arrays of any realm. In Jest, vm contexts and frames, each realm has its own classes, and `instanceof` only
 * knows those of one realm.
 */

const { toString: tagOf } = Object.prototype;
const { isView } = ArrayBuffer;

/** `Float32Array` for a Float32Array, `Uint8Array` also for a Buffer; undefined for anything but a view of a buffer. */
export function viewKind(value: unknown): string | undefined {
  return isView(value) ? tagOf.call(value).slice(8, -1) : undefined;
}

export function isFloat32Array(value: unknown): value is Float32Array {
  return viewKind(value) === "Float32Array";
}

export function isInt32Array(value: unknown): value is Int32Array {
  return viewKind(value) === "Int32Array";
}

export function isUint8Array(value: unknown): value is Uint8Array {
  return viewKind(value) === "Uint8Array";
}

export function isUint16Array(value: unknown): value is Uint16Array {
  return viewKind(value) === "Uint16Array";
}
