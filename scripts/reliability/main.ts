/**
 * `npm run reliability [parts…]`: a campaign of kills, freezes, dead workers and full disks against the built command and library.
 * Prints one line per part; exits with 1 if there is a fault. `.ci/run` uses `--short`.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command, Option } from "commander";
import { integer } from "../../src/cli/options.js";
import { Random } from "../../src/index.js";
import { deadWorkers } from "./dead-workers.js";
import { freezes } from "./freezes.js";
import { fullDisks, limits } from "./full-disks.js";
import { killsByPhase, killsOverAnotherRun, killsWhileWriting } from "./kills.js";
import type { Part } from "./part.js";

/** Each part with its repetitions in the long and in the short form. */
const PARTS: Readonly<Record<string, readonly [part: Part, long: number, short: number]>> = {
  "kills-by-phase": [killsByPhase, 100, 3],
  "kills-while-writing": [killsWhileWriting, 1, 5],
  "kills-over-another-run": [killsOverAnotherRun, 1, 5],
  freezes: [freezes, 200, 4],
  "dead-workers": [deadWorkers, 250, 10],
  "full-disks": [fullDisks, 60, 4],
  limits: [limits, 60, 4],
};

interface Options {
  readonly short?: boolean;
  readonly seed: number;
}

const program = new Command("reliability")
  .addArgument(new Argument("[parts...]", "default: all").choices(Object.keys(PARTS)))
  .addOption(new Option("--short", "a few of each"))
  .addOption(new Option("--seed <n>", "of the moments").argParser(integer(0, 2 ** 32 - 1)).default(1))
  .parse();
const { short = false, seed } = program.opts<Options>();
const names = program.args.length > 0 ? program.args : Object.keys(PARTS);

const folder = await mkdtemp(join(tmpdir(), "reliability-"));
try {
  for (const name of names) {
    const [part, long, few] = PARTS[name] as (typeof PARTS)[string];
    const start = performance.now();
    const own = await mkdtemp(join(folder, `${name}-`));
    const task = { folder: own, random: new Random(seed), count: short ? few : long, short };
    const { tried, disturbed, faults, note } = await part(task);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(`${name}: ${tried} tried, ${faults.length} faults${note ? `; ${note}` : ""} (${seconds} s)`);
    for (const fault of faults) console.log(`  ${fault}`);
    if (faults.length > 0 || disturbed === 0) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}
