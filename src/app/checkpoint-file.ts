/** A checkpoint with the run's settings in it, so that the file alone is enough to go on. Any reader of checkpoints takes it. */

import { FormatError } from "../checks/errors.js";
import { CHECKPOINT_KIND, fileKind } from "../formats/file-kind.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { findRecord, type RunRecord, recordEntry } from "./run-record.js";
import { FIELDS, type RunSettings, readSettings, writeSettings } from "./settings/page-settings.js";
import { defaultSettings } from "./settings/resolve-settings.js";
import { MOMENTUM } from "./settings/schema.js";
import type { Value } from "./settings/values.js";

/** Entry of the metadata: the settings as a link has them. */
const LINK = "page_settings";

/** Whether the bytes look like a checkpoint's; one that is broken otherwise is for its reader to complain of. */
export function isCheckpoint(bytes: Uint8Array): boolean {
  return fileKind(bytes) === CHECKPOINT_KIND;
}

/** Metadata for the checkpoints of a run on MNIST: its settings, for the page and for the command line. */
export function checkpointMetadata(settings: RunSettings): Readonly<Record<string, string>> {
  return { ...recordEntry(recordOf(settings)), [LINK]: writeSettings(settings) };
}

/**
 * The settings in a checkpoint; undefined for a checkpoint that has none, as the library writes them.
 *
 * @throws FormatError for settings that no page writes, and for those of a run that the page cannot go on with
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

/** The record of a run on MNIST. Which binary ran and on how many threads is not in it. */
export function recordOf({ threads: _, arithmetic, ...trained }: RunSettings): RunRecord {
  const deterministic = arithmetic === "deterministic";
  return { task: "mnist", settings: { ...defaultSettings("mnist"), ...trained, deterministic } };
}

/**
 * The settings of the page for a record's run.
 *
 * @param learningRate of the optimizer, for a record that leaves it to that
 * @param name of the file, for messages
 * @throws FormatError for a run on other data, and for one that the page has no settings for
 */
export function settingsOf({ task, data, settings }: RunRecord, learningRate: number, name: string): RunSettings {
  if (task !== "mnist") throw new FormatError(`${name}: expected a checkpoint of a run on MNIST, got one of ${task}`);
  if (data !== undefined) {
    const got = "got one on other images: go on with it by the command line";
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
    throw new FormatError(`${name}: its run has ${what}, which this page has not; go on with it by the command line`);
  }
  const arithmetic = settings.deterministic ? "deterministic" : "auto";
  const { settings: read, problems } = readSettings(linkOf({ learningRate, ...settings, arithmetic }));
  if (problems.length === 0) return read;
  throw new FormatError(`${name}: the settings of its run are not to be had in this page: ${problems.join("; ")}`);
}

/** What a page has of the settings, as a link has it: there each is checked. */
function linkOf(settings: object): string {
  const given = settings as Readonly<Record<string, unknown>>;
  const fields = Object.entries(FIELDS).filter(([name]) => given[name] !== undefined);
  return new URLSearchParams(
    fields.map(([name, { link, value }]) => [link, (value as Value<unknown>).write(given[name])]),
  ).toString();
}
