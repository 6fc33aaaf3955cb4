/**
 * Loaded before the command: of the operations on files that it opens, the AT-th fails as on a full disk, or what ACTION says
 * happens before it; says how many there were, and keeps exit code and process number in the file EXIT_CODE.
 */

import { writeFileSync, writeSync } from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { setTimeout as wait } from "node:timers/promises";

const { AT, ACTION = "fail", EXIT_CODE } = process.env;
let at = [Number(AT)];
let operations = 0;

/** Counts from one again. @param n number of an operation, or several @returns how many there were */
export function disturbAt(n) {
  const before = operations;
  [at, operations] = [[n].flat(), 0];
  return before;
}

const actions = {
  fail(name) {
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), { code: "ENOSPC" });
  },
  /** Signals, and the time that their handlers need. */
  async signal() {
    for (const signal of ACTION.split(" ")) {
      process.kill(process.pid, signal);
      await wait(20);
    }
  },
  /** The parent is what keeps the terminal open. */
  async hangUp() {
    process.kill(process.ppid, "SIGKILL");
    await wait(100);
  },
};

function disturb(object, name) {
  const original = object[name];
  object[name] = async function (...args) {
    try {
      if (at.includes(++operations)) await (actions[ACTION] ?? actions.signal)(name);
    } catch (error) {
      // As the system does: a close that fails has closed the file, a write has written a part.
      if (name === "close") await original.call(this);
      if (name === "writeFile") await original.call(this, args[0].slice(0, args[0].length / 2));
      throw error;
    }
    const result = await original.apply(this, args);
    // Not of the prototype.
    if (name === "open") disturb(result, "close");
    return result;
  };
}

const handle = await promises.open(process.execPath);
const prototype = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ["open", "rename"]) disturb(promises, name);
for (const name of ["writeFile", "truncate", "chmod", "sync"]) disturb(prototype, name);
syncBuiltinESMExports();
if (AT !== undefined) {
  process.on("exit", (code) => {
    if (EXIT_CODE) writeFileSync(EXIT_CODE, `${code} ${process.pid}`);
    try {
      writeSync(2, `\noperations ${operations}\n`);
    } catch {}
  });
}
