/** A program's opt-in to relaxed SIMD on Node 20, where it is complete but behind a flag. Import before any compilation. */

import v8 from "node:v8";

// Newer versions have it switched on and report the flag as unknown.
if (process.versions.node.startsWith("20.")) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
