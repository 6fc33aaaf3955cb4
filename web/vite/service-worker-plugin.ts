/** Vite plugin: builds `service-worker.ts` as `service-worker.js` beside the page, with the list of the site's files in it. */

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

const NAME = "service-worker";

export function serviceWorker(root: string): Plugin {
  return {
    name: NAME,
    apply: "build",
    enforce: "post",
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: `${root}/index.html`, [NAME]: `${root}/${NAME}.ts` },
          output: { entryFileNames: ({ name }) => (name === NAME ? `${NAME}.js` : "assets/[name]-[hash].js") },
        },
      },
    }),
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const worker = bundle[`${NAME}.js`];
        if (worker?.type !== "chunk") return this.error(`${NAME}: expected it among the built files`);
        const files = Object.keys(bundle).filter((file) => file !== worker.fileName && !/^mnist\/|\.map$/.test(file));
        const hash = createHash("sha256").update(worker.code);
        for (const file of files.sort()) {
          const output = bundle[file] as (typeof bundle)[string];
          hash.update(file).update(output.type === "chunk" ? output.code : output.source);
        }
        const names = ["./", ...files.filter((file) => file !== "index.html")];
        const header = `const SITE_FILES=${JSON.stringify(names)},SITE_HASH=${JSON.stringify(hash.digest("hex").slice(0, 16))};`;
        worker.code = header + worker.code;
      },
    },
  };
}
