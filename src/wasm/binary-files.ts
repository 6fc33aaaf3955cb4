/** The binaries and the worker's program, as files that lie beside the library. `embedded.ts` has the same exports. */

import { LoadError } from "../checks/errors.js";
import { fetchBinary } from "./binary-file.js";
import type { BinaryName } from "./variant.js";

export { startWorkerBeside as startWorker } from "#platform";

// Literal URLs: bundlers find the binaries by them. They are the same seen from src/wasm/ and from build/wasm/. Evaluated late:
// in a script that was started from a Blob there is nothing that they could be relative to.
const BINARY_URLS = {
  simd: () => new URL("../../build/simd.wasm", import.meta.url),
  relaxed: () => new URL("../../build/relaxed.wasm", import.meta.url),
  "simd-shared": () => new URL("../../build/simd-shared.wasm", import.meta.url),
  "relaxed-shared": () => new URL("../../build/relaxed-shared.wasm", import.meta.url),
};

/** The bytes of a binary. @throws LoadError when it cannot be read, as where a bundler left it behind */
export async function loadBinary(name: BinaryName): Promise<BufferSource> {
  try {
    return await fetchBinary(BINARY_URLS[name]());
  } catch (cause) {
    // A bundle that is no module has no import.meta.url: then the URL itself is the error.
    const message = cause instanceof LoadError ? cause.message : `cannot tell where ${name}.wasm is: ${cause}`;
    throw new LoadError(`${message}; import simdgrad/inline instead, or give wasmUrl`, { cause });
  }
}
