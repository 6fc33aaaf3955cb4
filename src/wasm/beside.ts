/** The binaries and the worker's program, as files that lie beside the library. `embedded.ts` has the same exports. */

import type { BinaryName } from "./binaries.js";
import { fetchBinary } from "./binary-file.js";

export { startWorkerBeside as startWorker } from "#platform";

// Literal URLs: bundlers find the binaries by them. They are the same seen from src/wasm/ and from build/wasm/. Evaluated late:
// in a script that was started from a Blob there is nothing that they could be relative to.
const BINARY_URLS = {
  simd: () => new URL("../../build/simd.wasm", import.meta.url),
  relaxed: () => new URL("../../build/relaxed.wasm", import.meta.url),
  "simd-shared": () => new URL("../../build/simd-shared.wasm", import.meta.url),
  "relaxed-shared": () => new URL("../../build/relaxed-shared.wasm", import.meta.url),
};

/** The bytes of a binary. @throws LoadError when it cannot be read */
export function loadBinary(name: BinaryName): Promise<BufferSource> {
  return fetchBinary(BINARY_URLS[name]());
}
