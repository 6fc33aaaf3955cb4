/** Files that appear whole or not at all, whenever the process or the machine stops. */

import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";
import { checkText, wrongType } from "../check-options.js";
import { isUint8Array } from "../typed-arrays.js";

/** Temporary files that this thread is writing. */
const inFlight = new Set<string>();
let written = 0;

/**
 * Writes to a temporary name in the same folder, syncs the file, renames it, syncs the folder: whoever opens `path` finds the
 * old content or the new one, never a part, and after a power failure, too.
 *
 * @throws Error of the file system; TypeError for anything but a path and bytes or a text; `path` is as it was then
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  checkText("writeWhole: path", path, "a path");
  if (typeof content !== "string" && !isUint8Array(content)) {
    throw wrongType("writeWhole: content", "a Uint8Array or a string", content);
  }
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${threadId}.${++written}.tmp`);
  inFlight.add(temporary);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    inFlight.delete(temporary);
  }
}

/**
 * Removes the temporary files that `writeWhole` for the same path has left behind in processes that are no more.
 *
 * @returns how many there were
 * @throws Error of the file system; TypeError for anything but a path
 */
export async function removeStaleTemporaries(path: string): Promise<number> {
  checkText("removeStaleTemporaries: path", path, "a path");
  const folder = dirname(path);
  const prefix = `.${basename(path)}.`;
  let removed = 0;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const [, pid, thread] = /^(\d+)\.(\d+)\.\d+\.tmp$/.exec(name.slice(prefix.length)) ?? [];
    if (pid === undefined || isInUse(join(folder, name), Number(pid), Number(thread))) continue;
    await rm(join(folder, name), { force: true });
    ++removed;
  }
  return removed;
}

/** Whether a temporary file may still be written to. A process number may come again, in a container even each time. */
function isInUse(temporary: string, pid: number, thread: number): boolean {
  if (pid === process.pid) return thread === threadId ? inFlight.has(temporary) : thread !== 0;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Makes a rename last. Windows has no such call, and keeps the order of such changes by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
