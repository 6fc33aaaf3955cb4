/** A checkpoint with the run's settings in it, so that the file alone is enough to go on. Any reader of checkpoints takes it. */

import { addRecord, findRecord } from "../../src/cli/run-record.js";
import { FormatError } from "../../src/errors.js";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import type { CheckpointContents } from "../../src/index.js";
import { recordOf, settingsOf } from "./run-record.js";
import { type RunSettings, readSettings, writeSettings } from "./settings.js";

/** Entry of the metadata: the settings as a link has them. */
const LINK = "page_settings";

/** Whether the bytes look like a checkpoint's; one that is broken otherwise is for its reader to complain of. */
export function isCheckpoint(bytes: Uint8Array): boolean {
  try {
    return parseSafetensors(bytes).metadata.format === "simdgrad-checkpoint";
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** The checkpoint's bytes with the settings of a run on MNIST added, for the page and for the command line. */
export function describeCheckpoint(bytes: Uint8Array, settings: RunSettings): Uint8Array {
  const { tensors, metadata } = parseSafetensors(addRecord(bytes, recordOf(settings)));
  return serializeSafetensors(tensors, { ...metadata, [LINK]: writeSettings(settings) });
}

/**
 * The settings in the bytes of a checkpoint with these contents; undefined for a checkpoint that has none, as the library writes them.
 *
 * @throws FormatError for settings that no page writes, and for those of a run that the page cannot go on with
 */
export function settingsOfCheckpoint(
  bytes: Uint8Array,
  { optimizer }: Pick<CheckpointContents, "optimizer">,
  name: string,
): RunSettings | undefined {
  const { [LINK]: link } = parseSafetensors(bytes, name).metadata;
  if (link !== undefined) {
    const { settings, problems } = readSettings(link);
    if (problems.length === 0) return settings;
    throw new FormatError(`${name}: ${LINK}: ${problems.join("; ")}`);
  }
  const record = findRecord(bytes, name);
  return record && settingsOf(record, optimizer.learningRate, name);
}
