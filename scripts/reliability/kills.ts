/** Kills with SIGKILL at random moments of each phase, and at every operation that writes files. */

import type { ChildProcess } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Ended, goOn, modelHash, runNode, type Training, tornFiles, undisturbed, words } from "./command.js";
import type { Outcome, Part, Task } from "./part.js";

/** The output after which to kill the command. */
const PHASES: Readonly<Record<string, (task: Task, epochs: number) => RegExp>> = {
  start: () => /^/,
  training: ({ random }, epochs) => new RegExp(`epoch +${1 + random.below(epochs - 1)} `),
  results: (_, epochs) => new RegExp(`epoch +${epochs} `),
};

/** Kills a training, checks its folder and continues it, or starts again if the folder had another run. @returns a line per fault */
async function kill(
  training: Training,
  run: string,
  hash: string,
  disturbed: () => Promise<Ended>,
  other?: string,
): Promise<{ killed: boolean; faults: string[] }> {
  await rm(run, { recursive: true, force: true });
  if (other) await cp(other, run, { recursive: true });
  const { signal, code } = await disturbed();
  const torn = await tornFiles(run);
  if (torn.length > 0) return { killed: true, faults: torn };
  // In the folder of another run, files may still be that run's.
  // If it ended before the kill, it must have ended as if undisturbed.
  if (signal !== "SIGKILL") {
    const isWhole = code === 0 && (await modelHash(run)) === hash;
    return { killed: false, faults: isWhole ? [] : [`ended by itself with ${code}, or with other bits`] };
  }
  const fault = await goOn(training, run, hash, other ? "--out" : undefined);
  return { killed: true, faults: fault ? [fault] : [] };
}

/** `count` kills in each phase. */
export const killsByPhase: Part = async (task) => {
  const { folder, random, count } = task;
  const training = { epochs: 12 };
  const { hash } = await undisturbed(training, join(folder, "whole"));
  const run = join(folder, "killed");
  const faults: string[] = [];
  const killed: Record<string, number> = {};
  let tried = 0;
  for (const [name, due] of Object.entries(PHASES)) {
    killed[name] = 0;
    for (let n = 0; n < count; ++n) {
      const pattern = due(task, training.epochs);
      // The start takes about 200 ms, an epoch 1, the results 150.
      const delay = random.uniform() * { start: 250, training: 3, results: 150 }[name as "start"];
      let isDue = false;
      const onOutput = (child: ChildProcess, stdout: string) => {
        if (isDue || !pattern.test(stdout)) return;
        isDue = true;
        setTimeout(() => child.kill("SIGKILL"), delay);
      };
      const outcome = await kill(training, run, hash, () => runNode(words(training, "--out", run), onOutput));
      ++tried;
      if (outcome.killed) ++(killed[name] as number);
      for (const fault of outcome.faults) faults.push(`${name}, ${delay.toFixed(1)} ms after ${pattern}: ${fault}`);
    }
  }
  const note = `killed in time: ${Object.entries(killed)
    .map(([name, times]) => `${name} ${times}`)
    .join(", ")}`;
  return { tried, disturbed: Object.values(killed).reduce((sum, times) => sum + times, 0), faults, note };
};

/** Kills at each file operation, or at `count` of them, of a training in an empty folder. */
export const killsWhileWriting: Part = (task) => killWhileWriting(task);

/** The same in another run's folder. */
export const killsOverAnotherRun: Part = async (task) => {
  const other = join(task.folder, "other");
  await undisturbed({ epochs: 2, hidden: 4 }, other);
  return killWhileWriting(task, other);
};

async function killWhileWriting({ folder, random, count, short }: Task, other?: string): Promise<Outcome> {
  const training = { epochs: 3 };
  const { hash } = await undisturbed(training, join(folder, "whole"));
  const run = join(folder, "killed");
  const preload = ["--import", new URL("kill-at.mjs", import.meta.url).href];
  const killAt = (n: number) => () =>
    runNode([...preload, ...words(training, "--out", run)], undefined, { KILL_AT: String(n) });
  await rm(run, { recursive: true, force: true });
  if (other) await cp(other, run, { recursive: true });
  const operations = Number(/operations (\d+)/.exec((await killAt(0)()).stderr)?.[1]);
  const moments = short
    ? Array.from({ length: count }, () => 1 + random.below(operations))
    : Array.from({ length: operations }, (_, index) => index + 1);
  const faults: string[] = [];
  let killed = 0;
  for (const n of moments) {
    const outcome = await kill(training, run, hash, killAt(n), other);
    if (outcome.killed) ++killed;
    for (const fault of outcome.faults) faults.push(`operation ${n}: ${fault}`);
  }
  return {
    tried: moments.length,
    disturbed: killed,
    faults,
    note: `killed in time: ${killed}, of ${operations} operations`,
  };
}
