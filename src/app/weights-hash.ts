/** One number for all weights of a network: equal hashes, equal bits. */

import type { StateDict } from "../network/state-dict.js";

/** SHA-256 of bytes, in hexadecimal. */
export type Digest = (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;

/** Uses Web Crypto, which Node has, and browsers have in pages over HTTPS and from localhost. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256, in hexadecimal, of the arrays of a `stateDict` in order, as float32, little-endian. */
export async function weightsHash(state: StateDict, digest: Digest = sha256): Promise<string> {
  const arrays = Object.values(state).map(({ data }) => data);
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return digest(bytes);
}
