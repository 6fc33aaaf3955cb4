/** Writes files atomically: whole or not at all, even if the process or the machine stops. */

import { access, constants, type FileHandle, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkText, wrongType } from "../checks/check-options.js";
import { isUint8Array } from "../checks/typed-arrays.js";
import { findTarget, type Target } from "./file-target.js";
import { isFromHere, removeStaleTemporaries, temporaryName } from "./temporaries.js";

/** Files for which leftovers of killed processes were already removed. */
const cleaned = new Set<string>();

/**
 * Writes to a temporary name in the same folder, syncs the file, renames it and syncs the folder. Whoever opens `path` finds the old
 * content or the new one, never a part, even after a power failure. The file keeps its mode. If `path` is a link, the file that it
 * leads to is replaced. A device or a pipe, such as /dev/stdout, is written to.
 *
 * @throws a file system error with the file's name, also for a read-only file; TypeError for anything but a path and bytes or a string.
 * Then `path` is unchanged, unless only the folder's sync failed
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  checkText("writeWhole: path", path, "a path");
  if (typeof content !== "string" && !isUint8Array(content)) {
    throw wrongType("writeWhole: content", "a Uint8Array or a string", content);
  }
  await naming(path, async () => {
    const target = await findTarget(path);
    if (target.kind === "stream") await writeFile(path, content);
    else await replace(target, content);
  });
}

/** Appends a whole text or nothing. @throws as writeWhole */
export function appendWhole(path: string, text: string): Promise<void> {
  return naming(path, async () => {
    const file = await open(path, "a");
    try {
      const { size } = await file.stat();
      try {
        await file.writeFile(text);
      } catch (error) {
        await file.truncate(size).catch(({ message }: Error) => {
          (error as Error).message += `; a part of the text is left in it: ${message}`;
        });
        throw error;
      }
    } finally {
      await file.close();
    }
  });
}

async function replace({ path, stats }: Target, content: Uint8Array | string): Promise<void> {
  // Root may write to read-only files; who made it one did not mean to lose it.
  if (stats && (stats.mode & 0o222) === 0) throw failure("EACCES", "the file is read-only");
  if (stats) await access(path, constants.W_OK);
  const folder = dirname(path);
  if (!cleaned.has(path)) {
    await removeStaleTemporaries(path);
    cleaned.add(path);
  }
  const temporary = join(folder, temporaryName(path));
  isFromHere.add(temporary);
  try {
    const file = await open(temporary, "wx", stats ? stats.mode & 0o700 : 0o666);
    try {
      await file.writeFile(content);
      if (stats) await keepMode(file, stats);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    isFromHere.delete(temporary);
  }
  await syncFolder(folder);
}

async function keepMode(file: FileHandle, { mode, uid, gid }: NonNullable<Target["stats"]>): Promise<void> {
  if (process.platform === "win32") return;
  const own = await file.stat();
  // Only root may give files away. Owner first: a change of owner takes away bits of the mode.
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid).catch(() => {});
  await file.chmod(mode & 0o7777);
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

/** Errors of a full disk and of a limit name no file. */
async function naming(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const { message, code, errno, syscall } = cause as NodeJS.ErrnoException;
    throw Object.assign(new Error(`${path}: cannot be written (${message})`, { cause }), {
      code,
      errno,
      syscall,
      path,
    });
  }
}

function failure(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
