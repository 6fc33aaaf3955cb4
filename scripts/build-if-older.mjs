// Runs `npm run build` unless the last build is newer than all its inputs. Prints to standard error.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Files and whole folders: a folder changes when a file in it is renamed or deleted. */
const SOURCES = [
  ...["assembly", "src", "scripts/build-wasm.mjs", "scripts/prune-declarations.mjs", "scripts/build-inline.mjs"],
  ...["asconfig.json", "tsconfig.json", "package.json", "package-lock.json"],
];
/** The file that `npm run build` writes last. */
const LAST_BUILT = "build/inline-node.js";

if (!existsSync(LAST_BUILT) || SOURCES.some((path) => newest(path) >= modifiedAt(LAST_BUILT))) {
  console.error("building …");
  const { status } = spawnSync("npm run build", { shell: true, stdio: ["ignore", 2, 2] });
  process.exitCode = status ?? 1;
}

/** @param {string} path @returns {number} milliseconds */
function newest(path) {
  if (!statSync(path).isDirectory()) return modifiedAt(path);
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), modifiedAt(path));
}

/** @param {string} path @returns {number} milliseconds */
function modifiedAt(path) {
  return statSync(path).mtimeMs;
}
