/** A checkpoint with the run's settings in it, so that the file alone is enough to go on. Any reader of checkpoints takes it. */

import { FormatError } from "../../src/errors.js";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import { type RunSettings, readSettings, writeSettings } from "./settings.js";

/** Entry of the metadata: the settings as a link has them. */
const ENTRY = "page_settings";

/** Whether the bytes look like a checkpoint's; one that is broken otherwise is for its reader to complain of. */
export function isCheckpoint(bytes: Uint8Array): boolean {
  try {
    return parseSafetensors(bytes).metadata.format === "simdgrad-checkpoint";
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** The checkpoint's bytes with the settings added. */
export function describeCheckpoint(bytes: Uint8Array, settings: RunSettings): Uint8Array {
  const { tensors, metadata } = parseSafetensors(bytes);
  return serializeSafetensors(tensors, { ...metadata, [ENTRY]: writeSettings(settings) });
}

/**
 * The settings in it; undefined for a checkpoint that another program has written.
 *
 * @throws FormatError for settings that no page writes
 */
export function settingsOfCheckpoint(bytes: Uint8Array, name: string): RunSettings | undefined {
  const text = parseSafetensors(bytes, name).metadata[ENTRY];
  if (text === undefined) return undefined;
  const { settings, problems } = readSettings(text);
  if (problems.length === 0) return settings;
  throw new FormatError(`${name}: ${ENTRY}: ${problems.join("; ")}`);
}
