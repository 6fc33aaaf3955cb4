/** The bundlers with no option about paths: each builds a sample's main.js into dist/ beside it. */

import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { build, createServer } from "vite";
import webpack from "webpack";
import type { Served } from "../../bench/serve-site.js";

const QUIET = { configFile: false, logLevel: "error" } as const;

/** Vite's development server; packages in `exclude` are not bundled beforehand. */
export async function serveVite(
  root: string,
  headers: Readonly<Record<string, string>>,
  exclude: string[],
): Promise<Served> {
  const cacheDir = join(root, "node_modules", ".vite");
  const server = await createServer({
    ...QUIET,
    root,
    cacheDir,
    optimizeDeps: { exclude },
    server: { host: "127.0.0.1", port: 0, headers, hmr: false, watch: null },
  });
  await server.listen();
  return { url: server.resolvedUrls?.local[0] as string, close: () => server.close() };
}

/** Vite's build. */
export async function buildVite(root: string): Promise<string> {
  await build({ ...QUIET, root, base: "./", build: { outDir: "dist", emptyOutDir: true } });
  return join(root, "dist");
}

/** webpack's build. @throws Error with what it complains about */
export function buildWebpack(root: string): Promise<string> {
  const path = join(root, "dist");
  return new Promise((resolve, reject) => {
    webpack({ context: root, mode: "production", entry: "./main.js", output: { path } }, (error, stats) => {
      if (error || stats?.hasErrors() || stats?.hasWarnings()) return reject(error ?? new Error(stats?.toString()));
      copyFileSync(join(root, "index.html"), join(path, "index.html"));
      resolve(path);
    });
  });
}

/** esbuild's bundle as one classic script, and one of worker.js where the sample has it. */
export async function buildEsbuild(root: string): Promise<string> {
  const outdir = join(root, "dist");
  const entryPoints = ["main.js", "worker.js"].map((name) => join(root, name)).filter((path) => existsSync(path));
  await esbuild({ entryPoints, bundle: true, outdir, logLevel: "error" });
  copyFileSync(join(root, "index.html"), join(outdir, "index.html"));
  return outdir;
}
