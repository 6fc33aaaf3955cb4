/** The binaries and the worker's program as files in the library's folder. `embedded.ts` has the same exports. */

import { LoadError } from "../checks/errors.js";
import { fetchBinary } from "./binary-file.js";
import type { BinaryName } from "./variant.js";

export { startWorkerBeside as startWorker } from "#platform";

// Literal URLs, so that bundlers find the binaries. They are the same from src/wasm/ and from build/wasm/. They are evaluated
// late, because a script that was started from a Blob has no URL to resolve them against.
const BINARY_URLS = {
  simd: () => new URL("../../build/simd.wasm", import.meta.url),
  relaxed: () => new URL("../../build/relaxed.wasm", import.meta.url),
  "simd-shared": () => new URL("../../build/simd-shared.wasm", import.meta.url),
  "relaxed-shared": () => new URL("../../build/relaxed-shared.wasm", import.meta.url),
};

/** Loads a binary. @throws LoadError if it cannot be read, for example if a bundler left it out */
export async function loadBinary(name: BinaryName): Promise<BufferSource> {
  try {
    return await fetchBinary(BINARY_URLS[name]());
  } catch (cause) {
    // A bundle that is not a module has no import.meta.url. Then creating the URL fails.
    const message = cause instanceof LoadError ? cause.message : `cannot tell where ${name}.wasm is: ${cause}`;
    throw new LoadError(`${message}; import simdgrad/inline instead, or give wasmUrl`, { cause });
  }
}
