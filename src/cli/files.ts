/** The folder, or the file, that a command writes to. */

import { access, constants, mkdir } from "node:fs/promises";
import { writeWhole } from "../node/write-whole.js";

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

/** `writeWhole` for a path that the user named. @throws Error that says so when it cannot be written */
export async function writeNamed(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await writeWhole(path, content);
  } catch (cause) {
    throw new Error(
      `${path}: cannot be written (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message})`,
      {
        cause,
      },
    );
  }
}
