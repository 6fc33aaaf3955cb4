/** Metadata of a file: strings by name, from the format and from the caller. */

import { checkRecord, checkText } from "../checks/check-options.js";

/**
 * The most bytes of a file's description: a safetensors header, or the metadata of ONNX. Its objects take up to 24 times as
 * much memory, so a file takes at most twice its size plus 16 MiB. Real descriptions take less than a thousandth of their file.
 * safetensors itself allows 100 MB.
 */
export const maximumDescription = (fileLength: number) => Math.min(100_000_000, 2 ** 20 + Math.floor(fileLength / 16));

/**
 * Checks entries to be written in addition to the format's own.
 *
 * @param own names of the format's entries
 * @throws TypeError for anything but strings by name; RangeError for a name that the format uses
 */
export function checkMetadata(what: string, metadata: Readonly<Record<string, string>>, own: readonly string[]): void {
  checkRecord(what, metadata);
  for (const [name, text] of Object.entries(metadata)) {
    const quoted = JSON.stringify(name.slice(0, 80));
    checkText(`${what}: ${quoted}`, text);
    if (own.includes(name)) {
      throw new RangeError(`${what}: expected names beside ${own.join(", ")}, which are the file's own, got ${quoted}`);
    }
  }
}
