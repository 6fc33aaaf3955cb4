/** Training's files in Node: checkpoints that are never torn, logs that go on where they were. */

import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { checkFunction, checkText } from "../checks/check-options.js";
import type { CheckpointOptions, CheckpointPosition } from "../training/callbacks/checkpoint-callback.js";
import type { LoggerOptions } from "../training/callbacks/loggers.js";
import { loadCheckpoint } from "../training/checkpoint/checkpoint.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { appendWhole, writeWhole } from "./write-whole.js";

/**
 * The `write` of a `Checkpoint`: replaces the file as a whole, so that it holds the newest checkpoint at every moment. The
 * folder is made, and what killed processes have left there of this file removed, before the first.
 *
 * @param path of the file, or what gives it, to keep several
 * @throws TypeError for anything else
 */
export function fileCheckpoint(path: string | ((position: CheckpointPosition) => string)): CheckpointOptions["write"] {
  if (typeof path !== "string") checkFunction("fileCheckpoint: path", path, "a path, or a function that gives one");
  const prepared = new Set<string>();
  return async (bytes, position) => {
    const file = typeof path === "string" ? path : path(position);
    checkText("fileCheckpoint: path", file, "a path");
    if (!prepared.has(file)) {
      await mkdir(dirname(file), { recursive: true });
      prepared.add(file);
    }
    await writeWhole(file, bytes);
  };
}

/**
 * A checkpoint for `resume`; undefined when there is no such file, as before a training's first checkpoint.
 *
 * @throws FormatError for a file that is none; TypeError for anything but a path
 */
export async function readCheckpoint(path: string): Promise<CheckpointContents | undefined> {
  checkText("readCheckpoint: path", path, "a path");
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return bytes && loadCheckpoint(bytes, path);
}

/** The `write` of a `CsvLogger` or `JsonlLogger`: a training's first lines replace the file, later ones are appended. @throws TypeError for anything but a path */
export function fileLog(path: string): LoggerOptions["write"] {
  checkText("fileLog: path", path, "a path");
  return async (text, begins) => {
    if (!begins) return appendWhole(path, text);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, text);
  };
}
