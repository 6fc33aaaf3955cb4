/** Loaded before the command: the operation on files that FAIL_AT counts to fails as on a full disk; says how many there were. */

import { writeSync } from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const failAt = Number(process.env.FAIL_AT);
let operations = 0;

function failing(object, name) {
  const original = object[name];
  object[name] = function (...args) {
    // open: only of files to be written.
    if (name === "open" && !/[wa]/.test(String(args[1] ?? "r"))) return original.apply(this, args);
    if (++operations !== failAt) return original.apply(this, args);
    return Promise.reject(Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), { code: "ENOSPC" }));
  };
}

const handle = await promises.open(process.execPath);
const prototype = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ["open", "rename"]) failing(promises, name);
for (const name of ["writeFile", "sync"]) failing(prototype, name);
syncBuiltinESMExports();
process.on("exit", () => writeSync(2, `\noperations ${operations}\n`));
