/** One number for all weights of a network: equal hashes, equal bits. */

import type { StateDict } from "../../src/index.js";
import { sha256 } from "./sha256.js";

/** SHA-256, in hexadecimal, of the arrays of a `stateDict` one after the other: float32, little-endian, in its order. */
export async function weightsHash(state: StateDict): Promise<string> {
  const arrays = Object.values(state).map(({ data }) => data);
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset);
    offset += byteLength;
  }
  return sha256(bytes);
}
