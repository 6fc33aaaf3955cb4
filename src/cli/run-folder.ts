/** The folder of a run: its files, and what is needed to go on with it. */

import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { FormatError } from "../errors.js";
import { readCheckpoint } from "../node/training-files.js";
import type { CheckpointContents } from "../training/checkpoint.js";
import { prepareFolder, writeWhole } from "./files.js";
import { SETTING_NAMES, type TrainSettings } from "./settings.js";

const FORMAT = "simdgrad-run";

/** What run.json says. */
export interface RunRecord {
  /** `mnist`, or the kind of task that a table was found to be. */
  readonly task: string;
  /** SHA-256 of the data file; none for MNIST. */
  readonly data?: string;
  readonly settings: TrainSettings;
}

export const MODEL_FILE = "model.safetensors";
const CHECKPOINT_FILE = "checkpoint.safetensors";
const RECORD_FILE = "run.json";

export function checkpointPath(folder: string): string {
  return join(folder, CHECKPOINT_FILE);
}

/** Makes the folder one of a new run: a checkpoint of another one in it goes before the record comes. */
export async function beginRun(folder: string, record: RunRecord): Promise<void> {
  await prepareFolder(folder);
  await rm(checkpointPath(folder), { force: true });
  await writeRecord(folder, record);
}

export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  await writeWhole(
    join(folder, RECORD_FILE),
    `${JSON.stringify({ format: FORMAT, version: 1, ...record }, null, 2)}\n`,
  );
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
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${path}: expected JSON (${(cause as Error).message})`, { cause });
  }
  if (isRecord(value)) return { task: value.task, ...(value.data && { data: value.data }), settings: value.settings };
  throw new FormatError(`${path}: expected the record of a run with format "${FORMAT}", version 1`);
}

/** The newest checkpoint; undefined if the run was ended before its first. */
export function readRunCheckpoint(folder: string): Promise<CheckpointContents | undefined> {
  return readCheckpoint(checkpointPath(folder));
}

/** The model file that a path names: itself, or the one in the folder of a run. @throws Error when it cannot be read, or is not there yet */
export async function modelPath(path: string): Promise<string> {
  const info = await stat(path).catch((cause: Error) => {
    throw new Error(`${path}: cannot be read (${cause.message})`, { cause });
  });
  if (!info.isDirectory()) return path;
  const model = join(path, MODEL_FILE);
  const isThere = async (file: string) => (await stat(file).catch(() => undefined)) !== undefined;
  if ((await isThere(model)) || !(await isThere(join(path, RECORD_FILE)))) return model;
  throw new Error(`${path}: expected a run with a model, got one that has not ended: train --resume goes on with it`);
}

const KINDS: Readonly<Record<string, string>> = {
  target: "string",
  task: "string",
  header: "boolean",
  delimiter: "string",
  decimal: "string",
  ignore: "object",
  categorical: "object",
  scaling: "string",
  hidden: "object",
  activation: "string",
  init: "string",
  optimizer: "string",
  schedule: "string",
  classWeights: "string",
  deterministic: "boolean",
};

function isRecord(value: unknown): value is RunRecord & { format: string } {
  if (typeof value !== "object" || value === null) return false;
  const { format, version, task, data, settings } = value as Record<string, unknown>;
  if (format !== FORMAT || version !== 1 || typeof task !== "string") return false;
  if (data !== undefined && typeof data !== "string") return false;
  if (typeof settings !== "object" || settings === null) return false;
  return SETTING_NAMES.every((name) => {
    const setting = (settings as Record<string, unknown>)[name];
    if (setting === undefined) return OPTIONAL.has(name);
    return KINDS[name] === "object" ? Array.isArray(setting) : typeof setting === (KINDS[name] ?? "number");
  });
}

/** Settings that may have no value. */
const OPTIONAL = new Set<string>([
  "target",
  "task",
  "header",
  "delimiter",
  "decimal",
  "ignore",
  "categorical",
  "learningRate",
  "batchSize",
  "earlyStopping",
]);
