/** Relaxed SIMD on Node 20, where V8 has it behind a flag. Newer versions have it on and call the flag unrecognised. */
import { setFlagsFromString } from "node:v8";

/** Turns relaxed SIMD on where that takes a flag; to be called before the first WebAssembly module is compiled. */
export function enableRelaxedSimd(): void {
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
}
