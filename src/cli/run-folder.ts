/** The folder of a run: its files, its lock, and what a run needs to resume. */

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { findRecord, identityOf, parseRecord, type RunRecord, recordText } from "../app/run-record.js";
import { FormatError } from "../checks/errors.js";
import { type FolderLock, lockFolder } from "../node/folder-lock.js";
import { removeTemporaries } from "../node/temporaries.js";
import { readCheckpoint } from "../node/training-files.js";
import { loadCheckpoint } from "../training/checkpoint/checkpoint.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { keepInputs, prepareFolder, refuseInputs, writeWhole } from "./files.js";

export const MODEL_FILE = "model.safetensors";
const CHECKPOINT_FILE = "checkpoint.safetensors";
const RECORD_FILE = "run.json";
const PAGES = ["history.json", "report.html", "accuracy.svg", "r2.svg", "predicted.svg", "loss.svg"];
const RUN_FILES = [MODEL_FILE, CHECKPOINT_FILE, RECORD_FILE, ...PAGES];

export function checkpointPath(folder: string): string {
  return join(folder, CHECKPOINT_FILE);
}

/** Call it before the run begins. @throws UsageError if a file of the run is a link to a file that the command reads */
export function refuseInputsIn(folder: string): Promise<void> {
  return refuseInputs(RUN_FILES.map((name) => join(folder, name)));
}

/** A folder that only this process writes to. */
export class OwnedFolder {
  readonly #folder: string;
  readonly #lock: FolderLock;
  #record: RunRecord | undefined;

  /** @param record the record to write */
  constructor(folder: string, lock: FolderLock, record: RunRecord) {
    this.#folder = folder;
    this.#lock = lock;
    this.#record = record;
  }

  /** Whether run.json is the record of this run. */
  get isRecorded(): boolean {
    return this.#record === undefined;
  }

  /** @throws Error if another process has taken the folder */
  check(): Promise<void> {
    return this.#lock.check();
  }

  /** Writes the record, once. */
  async record(): Promise<void> {
    if (!this.#record) return;
    await writeWhole(join(this.#folder, RECORD_FILE), `${recordText(this.#record, 2)}\n`);
    this.#record = undefined;
  }
}

/**
 * Creates the folder, or takes an existing one. If it contains another run, that run stays until this one writes its first
 * checkpoint, and with it its record.
 */
export async function beginRun(folder: string, record: RunRecord): Promise<OwnedFolder> {
  const owned = new OwnedFolder(folder, await takeFolder(folder), record);
  const isTaken = await Promise.all([RECORD_FILE, CHECKPOINT_FILE].map((name) => isThere(join(folder, name))));
  if (!isTaken.includes(true)) await owned.record();
  return owned;
}

/** Creates the folder if it does not exist, and locks it for this process. @throws Error if another training has locked it */
export async function takeFolder(folder: string): Promise<FolderLock> {
  await prepareFolder(folder);
  const lock = await lockFolder(folder);
  for (const name of RUN_FILES) await removeTemporaries(join(folder, name), true);
  return lock;
}

/** @throws Error if there is no record, FormatError if it is not valid */
export async function readRecord(folder: string): Promise<RunRecord> {
  const path = join(folder, RECORD_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new Error(`--resume ${folder}: expected a run folder (${(cause as Error).message})`, { cause });
  }
  return parseRecord(text, path);
}

/** Whether a path names a file, such as a checkpoint, rather than a run folder. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** The run in a checkpoint file of the command or of the page. @throws FormatError if the file does not contain its settings */
export async function readCheckpointRun(path: string): Promise<{ record: RunRecord; checkpoint: CheckpointContents }> {
  const bytes = await readFile(path);
  keepInputs([path]);
  const checkpoint = loadCheckpoint(bytes, path);
  const record = findRecord(checkpoint, path);
  if (record) return { record, checkpoint };
  throw new FormatError(
    `${path}: expected a checkpoint with settings, which the command and the page write, got one without`,
  );
}

/** The newest checkpoint; undefined if the run ended before its first one. @throws FormatError if it belongs to another run */
export async function readRunCheckpoint(folder: string, record: RunRecord): Promise<CheckpointContents | undefined> {
  const path = checkpointPath(folder);
  const checkpoint = await readCheckpoint(path);
  const own = checkpoint && findRecord(checkpoint, path);
  if (!own || (await identityOf(own)) === (await identityOf(record))) return checkpoint;
  throw new FormatError(`${path}: expected a checkpoint of the run in ${RECORD_FILE}, got one of another run`);
}

/** @throws FormatError if the model belongs to another run than its folder; older models do not say */
export async function checkModelsRun(path: string, identity: string | undefined): Promise<void> {
  const file = join(dirname(path), RECORD_FILE);
  if (identity === undefined || basename(path) !== MODEL_FILE) return;
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined || (await identityOf(parseRecord(text, file))) === identity) return;
  throw new FormatError(`${path}: expected the model of the run in ${RECORD_FILE}, got one of another run`);
}

/** The model file for a path: the path itself, or the model in a run folder. @throws Error if it cannot be read or does not exist yet */
export async function modelPath(path: string): Promise<string> {
  const info = await stat(path).catch((cause: Error) => {
    throw new Error(`${path}: cannot be read (${cause.message})`, { cause });
  });
  if (!info.isDirectory()) return path;
  const model = join(path, MODEL_FILE);
  if ((await isThere(model)) || !(await isThere(join(path, RECORD_FILE)))) return model;
  throw new Error(`${path}: expected a run with a model, got an unfinished one; train --resume continues it`);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
