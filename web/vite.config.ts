/** The page's build: a static site in build/web that works in any folder of any server. */

import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { mnist } from "./vite/mnist-plugin.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What a page needs to share memory with its workers. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** The sources start a thread's program by the URL of the built one; the page is built from the sources. */
function threadWorker(): Plugin {
  return {
    name: "thread-worker",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/src/wasm/platform-web.ts")) return null;
      return code.replace("new Worker(url,", 'new Worker(new URL("./worker.ts", import.meta.url),');
    },
  };
}

const resolve = { alias: { "#platform": path("../src/wasm/platform-web.ts") } };

export default defineConfig({
  root: path("."),
  base: "./",
  resolve,
  plugins: [mnist(), threadWorker()],
  worker: { format: "es", plugins: () => [threadWorker()] },
  server: { headers, fs: { allow: [path("..")] } },
  preview: { headers },
  build: { outDir: path("../build/web"), emptyOutDir: true, target: "es2022" },
});
