/** The folder that a command writes to. */

import { access, constants, mkdir } from "node:fs/promises";

export { writeWhole } from "../node/write-whole.js";

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
