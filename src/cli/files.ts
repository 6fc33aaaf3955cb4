/** The folder, or the file, that a command writes to. */

import { access, constants, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findSameFile } from "../node/file-target.js";
import { writeWhole } from "../node/write-whole.js";
import { UsageError } from "./usage-error.js";

export { writeWhole };

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

/** @throws UsageError when a file that would be written is one that is read: links and second names are seen through */
export async function refuseInputs(out: string, inputs: readonly string[]): Promise<void> {
  const input = await findSameFile(out, inputs);
  if (input === undefined) return;
  throw new UsageError("--out", `expected another file than ${input}, which is read, got ${out}`);
}

/** What belongs to the model in a file: itself, and what lies beside it in the folder of a run. */
export function filesOfModel(path: string): string[] {
  return [path, ...["run.json", "checkpoint.safetensors"].map((name) => join(dirname(path), name))];
}
