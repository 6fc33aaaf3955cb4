/** A disk that fills up at any byte: a file system of that size (as root), and the system's limit on file size. */

import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { goOn, runNode, tornFiles, undisturbed, words } from "./command.js";
import type { Outcome, Part } from "./part.js";

const training = { epochs: 3 };

/** Checks what a training that ended with a disk error promises. */
async function check(run: string, { code, stderr }: { code: number | null; stderr: string }): Promise<string[]> {
  if (code === 0) return [];
  const faults = await tornFiles(run);
  if (code !== 1 || !/simdgrad: \S+: cannot be \w+ \((ENOSPC|EFBIG)/.test(stderr))
    faults.push(`ended with ${code}: ${stderr.trim()}`);
  const left = (await readdir(run)).filter((name) => name.startsWith("."));
  if (left.length > 0) faults.push(`left ${left.join(", ")}`);
  return faults;
}

/** File systems of `count` sizes, from two pages to all a training needs. */
export const fullDisks: Part = async ({ folder, count }): Promise<Outcome> => {
  const disk = join(folder, "disk");
  const whole = join(folder, "whole");
  const { hash } = await undisturbed(training, whole);
  const sizes = await Promise.all((await readdir(whole)).map(async (name) => (await stat(join(whole, name))).size));
  const most = sizes.reduce((sum, size) => sum + size + 8192, 0);
  await mkdir(disk, { recursive: true });
  const faults: string[] = [];
  let [tried, failed] = [0, 0];
  for (; tried < count; ++tried) {
    const bytes = 8192 + Math.floor((most * tried) / count);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", disk], { stdio: "pipe" });
    } catch (error) {
      if (tried > 0) throw error;
      return limits({ folder, count, random: undefined as never, short: false }).then((outcome) => ({
        ...outcome,
        note: `no file system could be made (${(error as Error).message.trim().split("\n").pop()}): limits instead`,
      }));
    }
    try {
      const run = join(disk, "run");
      const ended = await runNode(words(training, "--out", run));
      if (ended.code !== 0) ++failed;
      for (const fault of await check(run, ended)) faults.push(`${bytes} bytes: ${fault}`);
      const saved = join(folder, "saved");
      await rm(saved, { recursive: true, force: true });
      await cp(run, saved, { recursive: true });
      const fault = await goOn(training, saved, hash);
      if (fault) faults.push(`${bytes} bytes, then on another disk: ${fault}`);
    } finally {
      execFileSync("umount", [disk]);
    }
  }
  return { tried, disturbed: failed, faults, note: `${failed} ended with an error that names the file` };
};

/** Limits the size of files to `count` numbers of kilobytes, from 0 up, in the folder of an earlier training. */
export const limits: Part = async ({ folder, count }): Promise<Outcome> => {
  const run = join(folder, "limited");
  const { hash } = await undisturbed(training, join(folder, "whole"));
  const faults: string[] = [];
  let [tried, failed] = [0, 0];
  for (; tried < count; ++tried) {
    await rm(run, { recursive: true, force: true });
    await cp(join(folder, "whole"), run, { recursive: true });
    const script = `ulimit -f ${tried}; exec "$0" "$@"`;
    const ended = await runNode(["-e", RUN_IN_SHELL, script, ...words(training, "--out", run)]);
    if (ended.code !== 0) ++failed;
    for (const fault of await check(run, ended)) faults.push(`${tried} kB: ${fault}`);
    const fault = await goOn(training, run, hash);
    if (fault) faults.push(`${tried} kB, then without a limit: ${fault}`);
  }
  return { tried, disturbed: failed, faults, note: `${failed} ended with an error that names the file` };
};

/** Standard output and error are pipes, which have no limit. */
const RUN_IN_SHELL = `
  const { spawnSync } = require("node:child_process");
  const [script, ...args] = process.argv.slice(1);
  process.exit(spawnSync("bash", ["-c", script, process.execPath, ...args], { stdio: "inherit" }).status);
`;
