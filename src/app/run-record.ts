/**
 * The record of a run: its data and its settings. It is in run.json and in the metadata of checkpoints, so that a checkpoint file is
 * enough to resume.
 */

import { FormatError } from "../checks/errors.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { SETTING_NAMES, SETTINGS } from "./settings/schema.js";
import type { TrainSettings } from "./settings/train-settings.js";
import { spelled, spelledBefore } from "./settings/values.js";
import { sha256 } from "./weights-hash.js";

const FORMAT = "simdgrad-run";
/** The entry of a checkpoint's metadata. */
const ENTRY = "run";

export interface RunRecord {
  /** `mnist`, or the task of a table: `classification` or `regression`. */
  readonly task: string;
  /** SHA-256 of the data file, or of the training files of other images than MNIST's; undefined for MNIST. */
  readonly data?: string;
  readonly settings: TrainSettings;
}

/** The record as JSON, indented by `indent`. */
export function recordText(record: RunRecord, indent = 0): string {
  return JSON.stringify({ format: FORMAT, version: 1, ...record }, null, indent);
}

/** @throws FormatError if the text is not a record */
export function parseRecord(text: string, name: string): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${name}: expected JSON (${(cause as Error).message})`, { cause });
  }
  if (isRecord(value)) {
    const { task, data, settings } = value;
    return { task, ...(data && { data }), settings: spelledSettings(settings, name) };
  }
  throw new FormatError(`${name}: expected the record of a run with format "${FORMAT}", version 1`);
}

/**
 * A hash of task, data and all settings except the number of epochs, which may grow. Files with the same identity belong to the same
 * run. Sixteen hexadecimal digits.
 */
export async function identityOf({ task, data, settings }: RunRecord): Promise<string> {
  const isPart = (name: keyof TrainSettings) => !SETTINGS[name].later || settings[name] !== undefined;
  const names = SETTING_NAMES.filter((name) => name !== "epochs" && isPart(name));
  // In the old spelling, so that models of earlier versions keep their identity.
  const values = names.map(
    (name) => (SETTINGS[name].named ? spelledBefore(String(settings[name])) : settings[name]) ?? null,
  );
  const text = JSON.stringify([task, data ?? null, ...values]);
  return (await sha256(new TextEncoder().encode(text))).slice(0, 16);
}

/** The metadata for a checkpoint's file. */
export function recordEntry(record: RunRecord): Readonly<Record<string, string>> {
  return { [ENTRY]: recordText(record) };
}

/** The record in a checkpoint; undefined for one without, which the library writes. @throws FormatError */
export function findRecord({ metadata }: Pick<CheckpointContents, "metadata">, name: string): RunRecord | undefined {
  const text = metadata?.[ENTRY];
  return text === undefined ? undefined : parseRecord(text, `${name}: metadata "${ENTRY}"`);
}

function isRecord(value: unknown): value is RunRecord & { format: string } {
  if (typeof value !== "object" || value === null) return false;
  const { format, version, task, data, settings } = value as Record<string, unknown>;
  if (format !== FORMAT || version !== 1 || typeof task !== "string") return false;
  if (data !== undefined && typeof data !== "string") return false;
  if (typeof settings !== "object" || settings === null) return false;
  return SETTING_NAMES.every((name) => {
    const { optional = false, json } = SETTINGS[name];
    const setting = (settings as Record<string, unknown>)[name];
    if (setting === undefined) return optional;
    return json === "list" ? Array.isArray(setting) : typeof setting === json;
  });
}

/** The settings with names in the current spelling. @throws FormatError for an unknown name */
function spelledSettings(settings: TrainSettings, name: string): TrainSettings {
  const entries = Object.entries(settings).map(([key, value]) => {
    const { named = false, value: kind } = SETTINGS[key as keyof TrainSettings] ?? {};
    if (!named) return [key, value] as const;
    const text = spelled(value);
    if (kind?.choices?.includes(text) === false) {
      throw new FormatError(`${name}: ${key}: expected ${kind.expected}, got ${JSON.stringify(text.slice(0, 80))}`);
    }
    return [key, text] as const;
  });
  return Object.fromEntries(entries) as unknown as TrainSettings;
}
