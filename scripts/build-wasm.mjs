// Compiles every target in asconfig.json that is older than the kernel sources.
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import asc from "assemblyscript/asc";

const { targets } = JSON.parse(await readFile("asconfig.json", "utf8"));
const sources = (await readdir("assembly", { recursive: true })).map((file) => `assembly/${file}`);
const inputs = [...sources, "asconfig.json", "scripts/build-wasm.mjs", "node_modules/assemblyscript/package.json"];
const newestInput = Math.max(...(await Promise.all(inputs.map(modifiedAt))));

await mkdir("build", { recursive: true });
for (const [target, { outFile }] of Object.entries(targets)) {
  if ((await modifiedAt(outFile)) > newestInput) continue;
  const { error, stderr } = await asc.main(["--config", "asconfig.json", "--target", target]);
  if (error) {
    console.error(stderr.toString());
    process.exit(1);
  }
}

/** @param {string} path @returns {Promise<number>} milliseconds; 0 if the file does not exist */
async function modifiedAt(path) {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}
