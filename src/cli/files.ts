/** The files that a command reads and writes; it never overwrites what it reads. */

import { access, constants, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findSameFile } from "../node/file-target.js";
import { writeWhole as replaceWhole } from "../node/write-whole.js";
import { UsageError } from "./usage-error.js";

/** Creates the folder if it does not exist. @throws Error if it cannot be created or written to */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new Error(`--out ${folder}: expected a writable folder (${(cause as Error).message})`, {
      cause,
    });
  }
}

/** The files that this process reads. It runs one command. */
const inputs: string[] = [];

/** Every reader calls this: from then on the command does not write to these files. */
export function keepInputs(paths: readonly string[]): void {
  for (const path of paths) inputs.push(path);
}

/** @throws UsageError if an output is one of the inputs, also by a link or a second name */
export async function refuseInputs(outputs: readonly string[]): Promise<void> {
  for (const out of outputs) {
    const input = await findSameFile(out, inputs);
    if (input === undefined) continue;
    throw new UsageError("--out", `expected another file than ${input}, which the command reads, got ${out}`);
  }
}

/** The only way to write a file: whole, as in simdgrad/node, and never to an input. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await refuseInputs([path]);
  await replaceWhole(path, content);
}

/** The files that belong to a model: itself, and the others of its run folder. */
export function filesOfModel(path: string): string[] {
  return [path, ...["run.json", "checkpoint.safetensors"].map((name) => join(dirname(path), name))];
}
