/** The file that a path leads to. */

import type { Stats } from "node:fs";
import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** What would be replaced, or made: links are followed, also those that lead to nothing yet. */
export interface Target {
  readonly path: string;
  readonly kind: "file" | "stream";
  /** Undefined if there is none yet. */
  readonly stats?: Stats;
}

/** @throws Error of the file system, EISDIR for a folder */
export async function findTarget(path: string): Promise<Target> {
  const stats = await statOf(path);
  if (!stats) return { path: await followDangling(path), kind: "file" };
  if (stats.isDirectory()) {
    throw Object.assign(new Error("EISDIR: expected a file, got a folder"), { code: "EISDIR" });
  }
  if (!stats.isFile()) return { path, kind: "stream", stats };
  return { path: await realpath(path), kind: "file", stats };
}

/** The first of the paths that leads to the same file, by link, by another spelling of it or by a second name. */
export async function findSameFile(path: string, others: readonly string[]): Promise<string | undefined> {
  const own = await identity(path);
  if (own === undefined) return undefined;
  for (const other of others) if ((await identity(other)) === own) return other;
  return undefined;
}

/** Device and number; undefined where there is no regular file. */
async function identity(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats?.isFile() ? `${stats.dev}:${stats.ino}` : undefined;
}

async function followDangling(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MOST_LINKS; ++links) {
    const stats = await lstat(at).catch(missing);
    if (!stats?.isSymbolicLink()) return at;
    at = resolve(join(await realpath(dirname(at)), basename(at)), "..", await readlink(at));
  }
  throw Object.assign(new Error("ELOOP: too many links"), { code: "ELOOP" });
}

function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(missing);
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}
