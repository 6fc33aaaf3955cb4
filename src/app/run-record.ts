/**
 * The record of a run: what it learned from, and its settings. It is in run.json, and in the metadata of checkpoints, so that
 * the file alone is enough to go on. Free of Node.
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
  if (isRecord(value)) {
    const { task, data, settings } = value;
    return { task, ...(data && { data }), settings: spelledSettings(settings, name) };
  }
  throw new FormatError(`${name}: expected the record of a run with format "${FORMAT}", version 1`);
}

/**
 * Task, data and all settings but the number of epochs, which may grow: what of two runs is the same, and nothing else is in the
 * other's files. Sixteen hexadecimal digits.
 */
export async function identityOf({ task, data, settings }: RunRecord): Promise<string> {
  const isPart = (name: keyof TrainSettings) => !SETTINGS[name].later || settings[name] !== undefined;
  const names = SETTING_NAMES.filter((name) => name !== "epochs" && isPart(name));
  // As the names were spelled before, so that models of earlier versions are known by it.
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

/** The record in a checkpoint; undefined for one without, as the library writes them. @throws FormatError */
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

/** With names as they are spelled now. @throws FormatError for one that no version knew */
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
