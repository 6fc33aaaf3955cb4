/** The folder, or the file, that a command writes to. */

import { access, constants, mkdir, realpath, stat, writeFile } from "node:fs/promises";
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

/**
 * `writeWhole` for a path that the user named: of a link, the file that it leads to. A device or a pipe, such as /dev/stdout, is
 * written to, not replaced.
 *
 * @throws Error that says so when it cannot be written
 */
export async function writeNamed(path: string, content: Uint8Array | string): Promise<void> {
  try {
    const there = await stat(path).catch(() => undefined);
    if (there && !there.isFile() && !there.isDirectory()) await writeFile(path, content);
    else await writeWhole(there ? await realpath(path) : path, content);
  } catch (cause) {
    throw new Error(
      `${path}: cannot be written (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message})`,
      {
        cause,
      },
    );
  }
}
