/** The page's checkpoints contain the settings of the run, so that the page and the command can resume each other's runs. */

import { FormatError } from "../checks/errors.js";
import { CHECKPOINT_KIND, fileKind } from "../formats/file-kind.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { findRecord, type RunRecord, recordEntry } from "./run-record.js";
import { FIELDS, type RunSettings, readSettings, writeSettings } from "./settings/page-settings.js";
import { defaultSettings } from "./settings/resolve-settings.js";
import { MOMENTUM } from "./settings/schema.js";
import type { Value } from "./settings/values.js";

/** Entry of the metadata: the settings as in a link. */
const LINK = "page_settings";

/** Whether the bytes start like a checkpoint. Its reader reports other errors. */
export function isCheckpoint(bytes: Uint8Array): boolean {
  return fileKind(bytes) === CHECKPOINT_KIND;
}

/** Metadata for the checkpoints of a run on MNIST: its settings, for the page and for the command line. */
export function checkpointMetadata(settings: RunSettings): Readonly<Record<string, string>> {
  return { ...recordEntry(recordOf(settings)), [LINK]: writeSettings(settings) };
}

/**
 * The settings in a checkpoint; undefined for one without settings, which the library writes.
 *
 * @throws FormatError for settings that no page writes, and for a run that the page cannot resume
 */
export function settingsOfCheckpoint(
  contents: Pick<CheckpointContents, "optimizer" | "metadata">,
  name: string,
): RunSettings | undefined {
  const link = contents.metadata?.[LINK];
  if (link !== undefined) {
    const { settings, problems } = readSettings(link);
    if (problems.length === 0) return settings;
    throw new FormatError(`${name}: ${LINK}: ${problems.join("; ")}`);
  }
  const record = findRecord(contents, name);
  return record && settingsOf(record, contents.optimizer.learningRate, name);
}

/** The record of a run on MNIST. It does not say which binary ran, and on how many threads. */
export function recordOf({ threads: _, arithmetic, ...trained }: RunSettings): RunRecord {
  const deterministic = arithmetic === "deterministic";
  return { task: "mnist", settings: { ...defaultSettings("mnist"), ...trained, deterministic } };
}

/**
 * The page's settings for the run of a record.
 *
 * @param learningRate of the optimizer, for a record without one
 * @param name of the file, for messages
 * @throws FormatError for a run on other data, and for settings that the page does not have
 */
export function settingsOf({ task, data, settings }: RunRecord, learningRate: number, name: string): RunSettings {
  if (task !== "mnist") throw new FormatError(`${name}: expected a checkpoint of a run on MNIST, got one of ${task}`);
  if (data !== undefined) {
    const got = "got one on other images; resume it with the command";
    throw new FormatError(`${name}: expected a checkpoint of a run on MNIST, ${got}`);
  }
  const { schedule, classWeights, earlyStopping, optimizer } = settings;
  const foreign = [
    ...(schedule === "constant" ? [] : [`the schedule ${schedule}`]),
    ...(classWeights === "none" ? [] : [`class weights ${classWeights}`]),
    ...(earlyStopping === undefined ? [] : ["early stopping"]),
    ...(!optimizer.includes(":") || optimizer === MOMENTUM ? [] : [`the optimizer ${optimizer}`]),
  ];
  if (foreign.length > 0) {
    const what = foreign.join(" and ");
    throw new FormatError(`${name}: its run has ${what}, which this page does not support; resume it with the command`);
  }
  const arithmetic = settings.deterministic ? "deterministic" : "auto";
  const { settings: read, problems } = readSettings(linkOf({ learningRate, ...settings, arithmetic }));
  if (problems.length === 0) return read;
  throw new FormatError(`${name}: this page does not support the settings of its run: ${problems.join("; ")}`);
}

/** The page's part of the settings as a link, which `readSettings` checks. */
function linkOf(settings: object): string {
  const given = settings as Readonly<Record<string, unknown>>;
  const fields = Object.entries(FIELDS).filter(([name]) => given[name] !== undefined);
  return new URLSearchParams(
    fields.map(([name, { link, value }]) => [link, (value as Value<unknown>).write(given[name])]),
  ).toString();
}
