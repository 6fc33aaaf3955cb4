/** The folder of a run: its files, and what is needed to go on with it. */

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

/** Before anything is begun. @throws UsageError when a link in the folder leads from a file of the run to one that is read */
export function refuseInputsIn(folder: string): Promise<void> {
  return refuseInputs(RUN_FILES.map((name) => join(folder, name)));
}

/** A folder that this process alone writes to. */
export class OwnedFolder {
  readonly #folder: string;
  readonly #lock: FolderLock;
  #record: RunRecord | undefined;

  /** @param record that is yet to be written */
  constructor(folder: string, lock: FolderLock, record: RunRecord) {
    this.#folder = folder;
    this.#lock = lock;
    this.#record = record;
  }

  /** Whether its record is that of the run. */
  get isRecorded(): boolean {
    return this.#record === undefined;
  }

  /** @throws Error when another process has taken it */
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
 * Makes the folder, or takes one that there is. One with another run in it stays that run's until this one has a checkpoint, which
 * replaces the other's, and then is recorded.
 */
export async function beginRun(folder: string, record: RunRecord): Promise<OwnedFolder> {
  const owned = new OwnedFolder(folder, await takeFolder(folder), record);
  const isTaken = await Promise.all([RECORD_FILE, CHECKPOINT_FILE].map((name) => isThere(join(folder, name))));
  if (!isTaken.includes(true)) await owned.record();
  return owned;
}

/** Makes the folder if need be, and takes it: until then no other training may write to it. @throws Error when one does */
export async function takeFolder(folder: string): Promise<FolderLock> {
  await prepareFolder(folder);
  const lock = await lockFolder(folder);
  for (const name of RUN_FILES) await removeTemporaries(join(folder, name), true);
  return lock;
}

/** @throws Error when there is none, FormatError when it is no such record */
export async function readRecord(folder: string): Promise<RunRecord> {
  const path = join(folder, RECORD_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new Error(`--resume ${folder}: expected the folder of a run (${(cause as Error).message})`, { cause });
  }
  return parseRecord(text, path);
}

/** Whether a path names a file, a checkpoint say, rather than the folder of a run. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** A run in the file of a checkpoint, of this command or of the page. @throws FormatError when its settings are not in it */
export async function readCheckpointRun(path: string): Promise<{ record: RunRecord; checkpoint: CheckpointContents }> {
  const bytes = await readFile(path);
  keepInputs([path]);
  const checkpoint = loadCheckpoint(bytes, path);
  const record = findRecord(checkpoint, path);
  if (record) return { record, checkpoint };
  throw new FormatError(
    `${path}: expected a checkpoint with the settings of its run, as this command and the page write it, got one without`,
  );
}

/** The newest checkpoint; undefined if the run was ended before its first. @throws FormatError for one of another run */
export async function readRunCheckpoint(folder: string, record: RunRecord): Promise<CheckpointContents | undefined> {
  const path = checkpointPath(folder);
  const checkpoint = await readCheckpoint(path);
  const own = checkpoint && findRecord(checkpoint, path);
  if (!own || (await identityOf(own)) === (await identityOf(record))) return checkpoint;
  throw new FormatError(
    `${path}: expected a checkpoint of the run that ${RECORD_FILE} tells of, got one of another run`,
  );
}

/** @throws FormatError for a model that another run than that of its folder has left there; older models do not say */
export async function checkModelsRun(path: string, identity: string | undefined): Promise<void> {
  const file = join(dirname(path), RECORD_FILE);
  if (identity === undefined || basename(path) !== MODEL_FILE) return;
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined || (await identityOf(parseRecord(text, file))) === identity) return;
  throw new FormatError(`${path}: expected the model of the run that ${RECORD_FILE} tells of, got that of another run`);
}

/** The model file that a path names: itself, or the one in the folder of a run. @throws Error when it cannot be read, or is not there yet */
export async function modelPath(path: string): Promise<string> {
  const info = await stat(path).catch((cause: Error) => {
    throw new Error(`${path}: cannot be read (${cause.message})`, { cause });
  });
  if (!info.isDirectory()) return path;
  const model = join(path, MODEL_FILE);
  if ((await isThere(model)) || !(await isThere(join(path, RECORD_FILE)))) return model;
  throw new Error(`${path}: expected a run with a model, got one that has not ended: train --resume goes on with it`);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
