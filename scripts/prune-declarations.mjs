// Deletes the declarations in build/ that no entry point of the package reaches: nobody can import them.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const IMPORT = /(?:\bfrom |\bimport\()"(\.[^"]+)\.js"/g;

const reached = new Set();
const open = Object.values(exports).flatMap(({ types }) => types ?? []);
for (let file = open.pop(); file !== undefined; file = open.pop()) {
  const path = normalize(file);
  if (reached.has(path)) continue;
  reached.add(path);
  for (const [, target] of readFileSync(path, "utf8").matchAll(IMPORT))
    open.push(join(dirname(path), `${target}.d.ts`));
}
for (const path of readdirSync("build", { recursive: true }).map((name) => join("build", name))) {
  if (path.endsWith(".d.ts") && !reached.has(path)) rmSync(path);
}
