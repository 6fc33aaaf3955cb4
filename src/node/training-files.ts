/** A training's files in Node: checkpoints that are never incomplete, and logs that continue where they ended. */

import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { checkFunction, checkText } from "../checks/check-options.js";
import type { CheckpointOptions, CheckpointPosition } from "../training/callbacks/checkpoint-callback.js";
import type { LoggerOptions } from "../training/callbacks/loggers.js";
import { loadCheckpoint } from "../training/checkpoint/checkpoint.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { appendWhole, writeWhole } from "./write-whole.js";

/**
 * The `write` of a `Checkpoint`: replaces the whole file, so that it always contains the newest complete checkpoint. Before the first
 * write it creates the folder and removes what killed processes have left there of this file.
 *
 * @param path of the file, or a function that returns it, to keep several
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
 * Reads a checkpoint for `resume`; undefined if there is no such file, for example before a training's first checkpoint.
 *
 * @throws FormatError for any other file; TypeError for anything but a path
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
