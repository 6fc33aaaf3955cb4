/** A checkpoint with the run's settings in it, so that the file alone is enough to go on. Any reader of checkpoints takes it. */

import { FormatError } from "../../src/errors.js";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { readRecord, writeRecord } from "./run-record.js";
import { type RunSettings, readSettings, writeSettings } from "./settings.js";

/** Entry of the metadata: the settings as a link has them. */
const LINK = "page_settings";
/** The same for the command line, which has this entry in its own checkpoints. */
const RECORD = "run";

/** Whether the bytes look like a checkpoint's; one that is broken otherwise is for its reader to complain of. */
export function isCheckpoint(bytes: Uint8Array): boolean {
  try {
    return parseSafetensors(bytes).metadata.format === "simdgrad-checkpoint";
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** The checkpoint's bytes with the settings of a run on MNIST added. */
export function describeCheckpoint(bytes: Uint8Array, settings: RunSettings): Uint8Array {
  const { tensors, metadata } = parseSafetensors(bytes);
  const own = { [LINK]: writeSettings(settings), [RECORD]: writeRecord(settings) };
  return serializeSafetensors(tensors, { ...metadata, ...own });
}

/**
 * The settings in it; undefined for a checkpoint that has none, as the library writes them.
 *
 * @throws FormatError for settings that no page writes, and for those of a run that the page cannot go on with
 */
export function settingsOfCheckpoint(bytes: Uint8Array, name: string): RunSettings | undefined {
  const { [LINK]: link, [RECORD]: record } = parseSafetensors(bytes, name).metadata;
  if (link !== undefined) {
    const { settings, problems } = readSettings(link);
    if (problems.length === 0) return settings;
    throw new FormatError(`${name}: ${LINK}: ${problems.join("; ")}`);
  }
  return record === undefined ? undefined : readRecord(record, name);
}
