/** A folder has one owner at a time: a file in it says who, and changes as long as the owner lives. */

import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync, unlinkSync } from "node:fs";
import { type FileHandle, open, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { hostToken, isAlive, startOf } from "./process-identity.js";

const LOCK_FILE = ".simdgrad-lock";
/** How often a living owner touches its file, and how long one that cannot be asked is watched for that. */
const TIMES = { beat: 2000, watch: 15_000 };

/** The owner's work may block its thread for longer than others watch. Times are only compared with each other: no clock counts. */
const BEAT = `
  const { workerData: { path, every } } = require("node:worker_threads");
  const { utimesSync } = require("node:fs");
  setInterval(() => { const now = Date.now() / 1000; try { utimesSync(path, now, now); } catch {} }, every);
`;

interface Owner {
  readonly token: string;
  readonly host: string;
  readonly name: string;
  readonly pid: number;
  readonly start: string;
}

export interface FolderLock {
  /** @throws Error when another process has taken the folder, as from one that was stopped for long */
  check(): Promise<void>;
  release(): void;
}

/**
 * Takes a folder until `release` or the end of the process. An owner that has died loses it: on the same machine at once, on
 * another one, or in another container, when its file has not changed while it was watched.
 *
 * @param times of an owner's touches and of being watched, in milliseconds
 * @throws Error when it has another owner
 */
export async function lockFolder(folder: string, { beat, watch } = TIMES): Promise<FolderLock> {
  const path = join(folder, LOCK_FILE);
  const token = randomBytes(8).toString("hex");
  const own: Owner = { token, host: hostToken(), name: hostname(), pid: process.pid, start: startOf(process.pid) };
  while (!(await create(path, JSON.stringify(own)))) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const owner = parseOwner(text);
    if (await isHeld(path, owner, watch)) {
      const who = owner ? `process ${owner.pid} on ${owner.name}` : "another process";
      throw new Error(`${folder}: expected a folder that no other training writes to, got one of ${who}`);
    }
    await takeAway(path, text, watch);
  }
  // Without the flags of this process, which may make a module of the text.
  const workerData = { path, every: beat };
  const heart = new Worker(BEAT, { eval: true, workerData, execArgv: [], stdout: true });
  heart.unref();
  const isOwn = () => {
    try {
      return parseOwner(readFileSync(path, "utf8"))?.token === token;
    } catch {
      return false;
    }
  };
  const release = () => {
    process.off("exit", release);
    void heart.terminate();
    if (isOwn()) unlinkSync(path);
  };
  process.on("exit", release);
  return {
    check: async () => {
      if (isOwn()) return;
      throw new Error(`${folder}: expected to be its only owner, but another process has taken it`);
    },
    release,
  };
}

/** @returns whether there was none */
async function create(path: string, text: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, "wx");
  } catch (error) {
    // Whatever is there is another's.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw unwritable(path, error);
  }
  try {
    await file.writeFile(text);
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw unwritable(path, error);
  } finally {
    await file.close();
  }
  return true;
}

async function isHeld(path: string, owner: Owner | undefined, watch: number): Promise<boolean> {
  if (owner?.host === hostToken()) {
    if (!isAlive(owner.pid)) return false;
    if (owner.start !== "") return startOf(owner.pid) === owner.start;
  }
  return (await watchFile(path, watch)) === "changed";
}

/** Until it changes or goes, or the time is over. */
async function watchFile(path: string, milliseconds: number): Promise<"changed" | "gone" | "still"> {
  const changed = async () => (await stat(path).catch(() => undefined))?.mtimeMs;
  const before = await changed();
  const poll = Math.min(200, milliseconds / 30);
  for (let waited = 0; before !== undefined && waited < milliseconds; waited += poll) {
    await wait(poll);
    const now = await changed();
    if (now === undefined) return "gone";
    if (now !== before) return "changed";
  }
  return before === undefined ? "gone" : "still";
}

/**
 * Removes a dead owner's file, but never that of an owner after it. Of several that find the same dead owner, one may be late: what
 * the file says is compared, and the file removed, under a guard that one process at a time has, for as long as that takes.
 */
async function takeAway(path: string, text: string, watch: number): Promise<void> {
  const guard = `${path}.guard`;
  try {
    closeSync(openSync(guard, "wx"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unwritable(guard, error);
    // Its process was killed in that moment.
    if ((await watchFile(guard, watch)) === "still") await rm(guard, { force: true });
    return;
  }
  try {
    if (readFileSync(path, "utf8") === text) unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unwritable(path, error);
  } finally {
    // Another process may have taken a guard that was held for so long for that of a dead one.
    rmSync(guard, { force: true });
  }
}

function unwritable(path: string, cause: unknown): Error {
  return new Error(`${path}: cannot be written (${(cause as Error).message})`, { cause });
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner>;
    return typeof owner.token === "string" && typeof owner.pid === "number" ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}
