/** A minimal local server for the files in a folder. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** Headers that let a page share memory with its workers. */
export const ISOLATION: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export interface Served {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `root` under the path `base`, which begins and ends with a slash, with these headers on every response. */
export async function serve(root: string, headers: Readonly<Record<string, string>> = {}, base = "/"): Promise<Served> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const name = path.endsWith("/") ? `${path}index.html` : path;
    const file = join(root, normalize(name.slice(base.length - 1)));
    const found = name.startsWith(base) && (await stat(file).catch(() => undefined))?.isFile();
    response.writeHead(found ? 200 : 404, {
      ...headers,
      "Content-Type": (found && TYPES[extname(file)]) || "application/octet-stream",
    });
    if (found) createReadStream(file).pipe(response);
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
