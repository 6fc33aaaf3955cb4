/** A folder has one owner at a time: a file in it says who, and changes as long as the owner lives. */

import { randomBytes } from "node:crypto";
import { readFileSync, unlinkSync } from "node:fs";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { hostToken, isAlive, startOf } from "./process-identity.js";

const LOCK_FILE = ".simdgrad-lock";
/** How often a living owner touches its file, and how long one that cannot be asked is watched for that. */
const BEAT_MILLISECONDS = 2000;
const WATCH_MILLISECONDS = 15_000;

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
 * @throws Error when it has another owner
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, LOCK_FILE);
  const token = randomBytes(8).toString("hex");
  const own: Owner = { token, host: hostToken(), name: hostname(), pid: process.pid, start: startOf(process.pid) };
  while (!(await create(path, JSON.stringify(own)))) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const owner = parseOwner(text);
    if (await isHeld(path, owner)) {
      const who = owner ? `process ${owner.pid} on ${owner.name}` : "another process";
      throw new Error(`${folder}: expected a folder that no other training writes to, got one of ${who}`);
    }
    await takeAway(path, text);
  }
  const beat = new Worker(BEAT, { eval: true, workerData: { path, every: BEAT_MILLISECONDS }, stdout: true });
  beat.unref();
  const isOwn = () => {
    try {
      return parseOwner(readFileSync(path, "utf8"))?.token === token;
    } catch {
      return false;
    }
  };
  const release = () => {
    process.off("exit", release);
    void beat.terminate();
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
  try {
    const file = await open(path, "wx");
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    await rm(path, { force: true });
    throw new Error(`${path}: cannot be written (${(error as Error).message})`, { cause: error });
  }
}

async function isHeld(path: string, owner: Owner | undefined): Promise<boolean> {
  if (owner?.host === hostToken()) {
    if (!isAlive(owner.pid)) return false;
    if (owner.start !== "") return startOf(owner.pid) === owner.start;
  }
  const changed = async () => (await stat(path).catch(() => undefined))?.mtimeMs;
  const before = await changed();
  for (let waited = 0; waited < WATCH_MILLISECONDS; waited += BEAT_MILLISECONDS / 4) {
    await wait(BEAT_MILLISECONDS / 4);
    const now = await changed();
    if (now === undefined) return false;
    if (now !== before) return true;
  }
  return false;
}

/** Of two that find the same dead owner, one may be late and take away the other's new file: it is put back. */
async function takeAway(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, "utf8")) !== text) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner>;
    return typeof owner.token === "string" && typeof owner.pid === "number" ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}
