/** Metadata of a file: texts by name, those of the format itself and those of whoever writes it. */

import { checkRecord, checkText } from "../checks/check-options.js";

/**
 * Most bytes of a file's description: a safetensors header, or the metadata of ONNX. Objects of one take up to 24 times as much, so that a
 * file cannot take more memory than twice its size and 16 MiB. Real ones take less than a thousandth of their file; safetensors
 * itself allows 100 MB.
 */
export const maximumDescription = (fileLength: number) => Math.min(100_000_000, 2 ** 20 + Math.floor(fileLength / 16));

/**
 * Checks entries that are written beside a format's own.
 *
 * @param own names of the format's entries
 * @throws TypeError for anything but texts by name; RangeError for a name of the format's own
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
