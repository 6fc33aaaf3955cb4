import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests run the sources, the platform file included.
  resolve: { alias: { "#platform": fileURLToPath(new URL("src/wasm/platform-node.ts", import.meta.url)) } },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/browser/**"],
    // Node 20 has relaxed SIMD behind a flag; newer ones have it and do not know the flag.
    execArgv: process.versions.node.startsWith("20.") ? ["--experimental-wasm-relaxed-simd"] : [],
    testTimeout: 60_000,
  },
});
