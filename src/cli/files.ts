/** The folder, or the file, that a command writes to. */

import { access, constants, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findSameFile } from "../node/file-target.js";
import { writeWhole as replaceWhole } from "../node/write-whole.js";
import { UsageError } from "./usage-error.js";

/** Makes the folder if need be. @throws Error when it cannot be made or written to */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new Error(`--out ${folder}: expected a folder that can be written to (${(cause as Error).message})`, {
      cause,
    });
  }
}

/** Of this process, which is one command. */
const inputs: string[] = [];

/** Called by all that read: from here on none of the files is written to. */
export function keepInputs(paths: readonly string[]): void {
  for (const path of paths) inputs.push(path);
}

/** @throws UsageError when a file that would be written is one that is read: links and second names are seen through */
export async function refuseInputs(outputs: readonly string[]): Promise<void> {
  for (const out of outputs) {
    const input = await findSameFile(out, inputs);
    if (input === undefined) continue;
    throw new UsageError("--out", `expected another file than ${input}, which is read, got ${out}`);
  }
}

/** The one way to write a file: as that of simdgrad/node, and never to an input. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await refuseInputs([path]);
  await replaceWhole(path, content);
}

/** What belongs to the model in a file: itself, and what lies beside it in the folder of a run. */
export function filesOfModel(path: string): string[] {
  return [path, ...["run.json", "checkpoint.safetensors"].map((name) => join(dirname(path), name))];
}
