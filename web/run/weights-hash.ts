/** One number for all weights of a network: equal hashes, equal bits. */

import type { StateDict } from "../../src/index.js";

/**
 * SHA-256, in hexadecimal, of the arrays of a `stateDict` one after the other: float32, little-endian, in its order.
 *
 * @throws Error where there is no WebCrypto: in a page without HTTPS that is not of this machine
 */
export async function weightsHash(state: StateDict): Promise<string> {
  const arrays = Object.values(state).map(({ data }) => data);
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return hexadecimal(await subtle().digest("SHA-256", bytes));
}

/** @throws Error where there is none */
export function subtle(): SubtleCrypto {
  if (globalThis.crypto?.subtle) return crypto.subtle;
  throw new Error("SHA-256 cannot be computed: browsers offer WebCrypto to pages over HTTPS and from localhost only");
}

/** Two digits a byte. */
export function hexadecimal(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
