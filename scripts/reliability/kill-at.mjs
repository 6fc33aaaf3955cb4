/**
 * Loaded before the command: kills it at the operation on files that KILL_AT counts to, a write when half of it is done; without,
 * says how many there were.
 */

import { writeSync } from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const killAt = Number(process.env.KILL_AT);
let operations = 0;

function killing(object, name) {
  const original = object[name];
  object[name] = function (a, b, c, d) {
    // open: only of files to be written.
    if (name === "open" && !/[wa]/.test(String(b ?? "r"))) return original.call(this, a, b, c, d);
    if (++operations !== killAt) return original.call(this, a, b, c, d);
    if (name === "writeFile") writeSync(this.fd, a.slice(0, a.length / 2));
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => {});
  };
}

const handle = await promises.open(process.execPath);
const prototype = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ["open", "rename", "unlink", "rm", "link"]) killing(promises, name);
for (const name of ["write", "writeFile", "sync", "datasync"]) killing(prototype, name);
syncBuiltinESMExports();
process.on("exit", () => writeSync(2, `\noperations ${operations}\n`));
