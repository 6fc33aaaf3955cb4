/** Stops a training on two threads with SIGSTOP at random moments; it must end with the same bits. */

import type { ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { modelHash, runNode, undisturbed, words } from "./command.js";
import type { Part } from "./part.js";

/** Longer than a worker may go without progress before it counts as dead. */
const LONGEST = 1500;

export const freezes: Part = async ({ folder, random, count }) => {
  const training = { epochs: 60, hidden: 4096, threads: 2 };
  const { hash, milliseconds } = await undisturbed(training, join(folder, "whole"));
  const run = join(folder, "frozen");
  const faults: string[] = [];
  let [tried, disturbed] = [0, 0];
  while (tried < count) {
    await rm(run, { recursive: true, force: true });
    let done = 0;
    const onOutput = (child: ChildProcess, stdout: string) => {
      if (stdout !== "") return;
      const freeze = () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill("SIGSTOP");
        ++done;
        setTimeout(() => {
          child.kill("SIGCONT");
          setTimeout(freeze, random.uniform() * 0.5 * milliseconds);
        }, random.uniform() * LONGEST);
      };
      setTimeout(freeze, random.uniform() * 0.8 * milliseconds);
    };
    const { code, stderr } = await runNode(words(training, "--out", run), onOutput);
    tried += done;
    disturbed += done;
    if (code !== 0) faults.push(`ended with ${code}: ${stderr.trim()}`);
    else if ((await modelHash(run)) !== hash) faults.push("ended with other bits");
    if (done === 0) ++tried;
  }
  return { tried, disturbed, faults };
};
