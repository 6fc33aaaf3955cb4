/** Runs the built command on the iris data as a process that can be killed, and checks its folder. */

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseSafetensors } from "../../src/formats/safetensors.js";
import { loadCheckpoint } from "../../src/index.js";

const COMMAND = new URL("../../build/cli/main.js", import.meta.url).pathname;
const IRIS = new URL("../../samples/iris.csv", import.meta.url).pathname;
const FILES = [
  "accuracy.svg",
  "checkpoint.safetensors",
  "history.json",
  "loss.svg",
  "model.safetensors",
  "report.html",
  "run.json",
];

/** A training that writes checkpoints as often as it can. */
export interface Training {
  readonly epochs: number;
  readonly hidden?: number;
  readonly threads?: number;
}

export function words({ epochs, hidden = 8, threads = 1 }: Training, ...where: string[]): string[] {
  const settings = ["--epochs", String(epochs), "--hidden", String(hidden), "--threads", String(threads)];
  return [
    COMMAND,
    "train",
    IRIS,
    "--target",
    "target",
    "--early-stopping",
    "none",
    "--checkpoint-every",
    "0",
    ...settings,
    ...where,
  ];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node. `onOutput` gets all of standard output so far. */
export function runNode(
  args: readonly string[],
  onOutput: (child: ChildProcess, stdout: string) => void = () => {},
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env } });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      onOutput(child, stdout);
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    onOutput(child, "");
  });
}

/** SHA-256 of the model in a run's folder. */
export async function modelHash(run: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(join(run, "model.safetensors")))
    .digest("hex");
}

/** Trains undisturbed in an empty folder. @returns the model's hash, and how long it took */
export async function undisturbed(training: Training, run: string): Promise<{ hash: string; milliseconds: number }> {
  await rm(run, { recursive: true, force: true });
  const start = performance.now();
  const { code, stderr } = await runNode(words(training, "--out", run));
  if (code !== 0) throw new Error(`the undisturbed training ended with ${code}: ${stderr}`);
  return { hash: await modelHash(run), milliseconds: performance.now() - start };
}

/** The incomplete files in the folder. Killed processes may leave temporary files. */
export async function tornFiles(run: string): Promise<string[]> {
  const torn: string[] = [];
  for (const name of existsSync(run) ? await readdir(run) : []) {
    if (name.startsWith(".")) continue;
    try {
      const bytes = await readFile(join(run, name));
      if (!FILES.includes(name)) throw new Error("not a file of a run");
      if (name === "checkpoint.safetensors") loadCheckpoint(bytes);
      else if (name.endsWith(".json")) JSON.parse(bytes.toString());
      else if (name.endsWith(".html") && !/<\/html>\s*$/.test(bytes.toString())) throw new Error("has no end");
      else if (name.endsWith(".svg") && !/<\/svg>\s*$/.test(bytes.toString())) throw new Error("has no end");
      // Its header says how many bytes it has.
      else if (name === "model.safetensors") parseSafetensors(bytes);
    } catch (error) {
      torn.push(`${name}: ${(error as Error).message}`);
    }
  }
  return torn;
}

/**
 * Continues a run as a user would: with `--resume`, or from the start if nothing had been saved.
 *
 * @returns what went wrong; undefined if the model has the hash and there is no other file
 */
export async function goOn(
  training: Training,
  run: string,
  hash: string,
  where = existsSync(join(run, "checkpoint.safetensors")) ? "--resume" : "--out",
): Promise<string | undefined> {
  const { code, stderr } = await runNode(words(training, where, run));
  if (code !== 0) return `${where} ended with ${code}: ${stderr.trim()}`;
  const names = (await readdir(run)).filter((name) => !FILES.includes(name));
  if (names.length > 0) return `${where} left ${names.join(", ")}`;
  const torn = await tornFiles(run);
  if (torn.length > 0) return `${where} left torn files: ${torn.join("; ")}`;
  return (await modelHash(run)) === hash ? undefined : `${where} ended with other bits`;
}
