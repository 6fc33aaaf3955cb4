/**
 * The record of a run: what it learned from, and its settings. It is in run.json, and in the metadata of checkpoints, so that
 * the file alone is enough to go on. Free of Node.
 */

import { FormatError } from "../checks/errors.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { SETTING_NAMES, type TrainSettings } from "./settings.js";

const FORMAT = "simdgrad-run";
/** The entry of a checkpoint's metadata. */
const ENTRY = "run";

/** Settings that older records do not have; where they have no value a run is the same as one from before. */
const NEW = new Set<string>(["thousands", "encoding", "dayFirst", "missing", "missingTarget", "keep"]);

export interface RunRecord {
  /** `mnist`, or the kind of task that a table was found to be. */
  readonly task: string;
  /** SHA-256 of the data file, or of the training files of other images than MNIST's; none for MNIST. */
  readonly data?: string;
  readonly settings: TrainSettings;
}

/** As JSON, on lines of its own if `indent` says so. */
export function recordText(record: RunRecord, indent = 0): string {
  return JSON.stringify({ format: FORMAT, version: 1, ...record }, null, indent);
}

/** @throws FormatError when the text is no such record */
export function parseRecord(text: string, name: string): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${name}: expected JSON (${(cause as Error).message})`, { cause });
  }
  if (isRecord(value)) return { task: value.task, ...(value.data && { data: value.data }), settings: value.settings };
  throw new FormatError(`${name}: expected the record of a run with format "${FORMAT}", version 1`);
}

/**
 * Task, data and all settings but the number of epochs, which may grow: what of two runs is the same, and nothing else is in the
 * other's files. Sixteen hexadecimal digits.
 */
export function identityOf({ task, data, settings }: RunRecord): Promise<string> {
  const names = SETTING_NAMES.filter((name) => name !== "epochs" && (!NEW.has(name) || settings[name] !== undefined));
  const values = names.map((name) => settings[name] ?? null);
  return shortHash(JSON.stringify([task, data ?? null, ...values]));
}

async function shortHash(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The metadata for a checkpoint's file. */
export function recordEntry(record: RunRecord): Readonly<Record<string, string>> {
  return { [ENTRY]: recordText(record) };
}

/** The record in a checkpoint; undefined for one without, as the library writes them. @throws FormatError */
export function findRecord({ metadata }: Pick<CheckpointContents, "metadata">, name: string): RunRecord | undefined {
  const text = metadata?.[ENTRY];
  return text === undefined ? undefined : parseRecord(text, `${name}: metadata "${ENTRY}"`);
}

const KINDS: Readonly<Record<string, string>> = {
  target: "string",
  task: "string",
  header: "boolean",
  delimiter: "string",
  decimal: "string",
  thousands: "string",
  encoding: "string",
  dayFirst: "boolean",
  missing: "object",
  missingTarget: "string",
  ignore: "object",
  categorical: "object",
  keep: "object",
  scaling: "string",
  hidden: "object",
  activation: "string",
  init: "string",
  optimizer: "string",
  schedule: "string",
  classWeights: "string",
  deterministic: "boolean",
};

/** Settings that may have no value. */
const OPTIONAL = new Set<string>([
  "target",
  "task",
  "header",
  "delimiter",
  "decimal",
  "ignore",
  "categorical",
  ...NEW,
  "learningRate",
  "batchSize",
  "earlyStopping",
]);

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
