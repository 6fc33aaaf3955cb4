/** A checkpoint with the run's settings in it, so that the file alone is enough to go on. Any reader of checkpoints takes it. */

import { FormatError } from "../checks/errors.js";
import { CHECKPOINT_KIND, fileKind } from "../formats/file-kind.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { recordOf, settingsOf } from "./page-record.js";
import { findRecord, recordEntry } from "./run-record.js";
import { type RunSettings, readSettings, writeSettings } from "./settings/page-settings.js";

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
