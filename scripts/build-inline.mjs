// Bundles the library with its binaries and its worker inside: build/inline.js for browsers, build/inline-node.js for Node.
import { readFile } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";

const names = ["simd", "relaxed", "simd-shared", "relaxed-shared"];
const binaries = await Promise.all(
  names.map(async (name) => [
    name,
    deflateRawSync(await readFile(`build/${name}.wasm`), { level: 9 }).toString("base64"),
  ]),
);

// esbuild's option `alias` only takes package names.
const embed = {
  name: "embed",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\.\/binary-files\.js$/ }, ({ resolveDir, kind }) =>
      resolve("./embedded.js", { resolveDir, kind }),
    );
  },
};

const worker = await bundle({ entryPoints: ["build/wasm/worker.js"], minify: true, write: false });
const define = {
  EMBEDDED_BINARIES: JSON.stringify(Object.fromEntries(binaries)),
  EMBEDDED_WORKER: JSON.stringify(worker.outputFiles[0].text.trim()),
};
const library = { entryPoints: ["build/index.js"], minifyWhitespace: true, plugins: [embed], define };
await bundle({ ...library, platform: "browser", outfile: "build/inline.js", allowOverwrite: true });
await bundle({ ...library, platform: "node", outfile: "build/inline-node.js" });

function bundle(options) {
  return build({ bundle: true, format: "esm", target: "es2022", logLevel: "warning", ...options });
}
