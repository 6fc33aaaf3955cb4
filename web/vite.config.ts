/** The page's build: a static site in build/web that works in any folder of any server. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { mnist } from "./vite/mnist-plugin.js";
import { serviceWorker } from "./vite/service-worker-plugin.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The headers that a page needs to share memory with its workers. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** The page is built from the library's sources; only the binaries and the threads' program come from its build. */
const resolve = { alias: { "#platform": path("../src/wasm/platform-web.ts") } };

export default defineConfig({
  root: path("."),
  base: "./",
  resolve,
  plugins: [mnist(), serviceWorker(path("."))],
  worker: { format: "es" },
  server: { headers, fs: { allow: [path("..")] } },
  preview: { headers },
  build: { outDir: path("../build/web"), emptyOutDir: true, target: "es2022" },
});
