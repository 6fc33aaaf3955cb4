/** Saves files to the reader's disk and reads them. */

import type { SavedFile } from "../../src/app/model-file.js";

/** Offers a file as a download. */
export function saveFile({ name, bytes }: SavedFile, type = "application/octet-stream"): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Reads a chosen or dropped file. */
export async function readFile(file: File): Promise<SavedFile> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}
