/** Names of the files that are being written, and which of them nobody writes any more. */

import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";
import { checkText } from "../checks/check-options.js";
import { hostToken, isAlive, startOf } from "./process-identity.js";

/** A system's limit is 255 bytes; what is added to the file's own name takes up to 60. */
const MOST_NAME_BYTES = 180;
/** Of a process that cannot be asked, a temporary file that grew no more for so long is one that was left. */
const STALE_MILLISECONDS = 3_600_000;

/** Temporary files that this thread is writing. */
export const isFromHere = new Set<string>();

/** Removes what this thread is writing, before the process ends in the midst of it. */
export function removeUnfinished(): void {
  for (const file of isFromHere) rmSync(file, { force: true });
}

/** `.name.host.process-start.thread.random.tmp` */
export function temporaryName(path: string): string {
  const random = randomBytes(6).toString("hex");
  return `.${label(path)}.${hostToken()}.${process.pid}-${startOf(process.pid)}.${threadId}.${random}.tmp`;
}

/** A name that would be too long is cut, and told apart by its hash. */
function label(path: string): string {
  const name = basename(path);
  if (Buffer.byteLength(name) <= MOST_NAME_BYTES) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return `${[...name].slice(0, 16).join("")}~${hash}`;
}

/**
 * Removes temporary files that `writeWhole` left for this path in dead processes: processes of this machine that have ended, and on
 * other machines files that have not changed for an hour by the file system's clock.
 *
 * @returns how many it removed
 * @throws a file system error; TypeError for anything but a path
 */
export async function removeStaleTemporaries(path: string): Promise<number> {
  checkText("removeStaleTemporaries: path", path, "a path");
  return removeTemporaries(path, false);
}

/** As removeStaleTemporaries; by the folder's owner, all but those that this thread is writing. */
export async function removeTemporaries(path: string, owned: boolean): Promise<number> {
  const folder = dirname(path);
  const prefix = `.${label(path)}.`;
  let removed = 0;
  let now: Promise<number> | undefined;
  const clock = () => {
    now ??= clockOf(path);
    return now;
  };
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const rest = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    // Without host and start: of versions before.
    const [, host, pid, start, thread] = /^(?:(\w{8})\.)?(\d+)(?:-(\d*))?\.(\d+)\.\w+\.tmp$/.exec(rest) ?? [];
    if (pid === undefined || isFromHere.has(file)) continue;
    if (!owned && (await isInUse(file, { host, pid: Number(pid), start, thread: Number(thread) }, clock))) continue;
    await rm(file, { force: true });
    ++removed;
  }
  return removed;
}

interface Writer {
  readonly host: string | undefined;
  readonly pid: number;
  readonly start: string | undefined;
  readonly thread: number;
}

/** A process number may come again, in a container even each time; of a process that cannot be asked the file's age tells. */
async function isInUse(file: string, writer: Writer, clock: () => Promise<number>): Promise<boolean> {
  const { host, pid, start, thread } = writer;
  if (host === hostToken()) {
    if (pid === process.pid && thread === threadId) return false;
    if (!isAlive(pid)) return false;
    if (start) return startOf(pid) === start;
  }
  const stats = await stat(file).catch(() => undefined);
  return stats !== undefined && (await clock()) - stats.mtimeMs < STALE_MILLISECONDS;
}

/** The time of the file system that a path is on, in milliseconds: a server's may be another than this machine's. */
async function clockOf(path: string): Promise<number> {
  const probe = join(dirname(path), temporaryName(path));
  isFromHere.add(probe);
  try {
    await writeFile(probe, "");
    return (await stat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
    isFromHere.delete(probe);
  }
}
