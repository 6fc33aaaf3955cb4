/**
 * Handles files dropped anywhere on the page. By default a browser would leave the page to show them, and a run would be lost.
 * Drop zones handle their files first.
 */

import { effect, signal } from "@preact/signals";
import { MODEL_ENDINGS as ofModels, TABLE_ENDINGS as ofTables, roleOf, START_BYTES } from "../../src/app/file-role.js";
import { openFile, openModel } from "../own-data/store.js";
import { type TabName, tab } from "./location.js";
import { open } from "./run-store.js";
import { readFile } from "./save-file.js";

/** Endings for file dialogs. A file's contents decide what it is. */
export const TABLE_ENDINGS = ofTables.join();
export const MODEL_ENDINGS = ofModels.join();

/** The hint that each tab shows during a drag. */
export const DROP_HINTS: Readonly<Record<TabName, string>> = {
  train: "Drop a model or checkpoint anywhere on this tab",
  explore: "Drop a model or checkpoint anywhere on this tab",
  data: "Drop a table or a model anywhere on this tab",
  benchmark: "This tab takes no files",
};

/** Whether a file is being dragged over the page. */
export const dragging = signal(false);
/** Why the last dropped file was not opened. */
export const dropNote = signal("");

/** Handles drops from now on. */
export function takeDrops(): void {
  effect(() => {
    // A note belongs to its tab.
    tab.value;
    dropNote.value = "";
  });
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    dragging.value = true;
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    // Moving between two elements of the page does not end the drag.
    if (!relatedTarget) dragging.value = false;
  });
  addEventListener("drop", (event) => {
    dragging.value = false;
    if (!hasFiles(event)) return;
    const isTaken = event.defaultPrevented;
    event.preventDefault();
    if (!isTaken) void take([...(event.dataTransfer?.files ?? [])]);
  });
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}

async function take(files: readonly File[]): Promise<void> {
  const file = takeOne(files);
  if (!file) return;
  const role = roleOf(new Uint8Array(await file.slice(0, START_BYTES).arrayBuffer()), file.name);
  const [isTable, isModel] = [role === "table", role === "model"];
  const given = { name: file.name, data: file };
  if (tab.peek() === "data" && isTable) await openFile(given);
  else if (tab.peek() === "data" && isModel) await openModel(given);
  else if (tab.peek() === "data") dropNote.value = `${file.name} was not opened: this tab opens ${both()}.`;
  else if (tab.peek() !== "benchmark" && isModel) await open(await readFile(file));
  else dropNote.value = `${file.name} was not opened. ${isTable ? "The Own data tab opens tables" : elsewhere()}.`;
}

/** The file, if it is the only one. Otherwise leaves a note. */
export function takeOne(files: ArrayLike<File>): File | undefined {
  dropNote.value = files.length > 1 ? `You dropped ${files.length} files. Drop one at a time.` : "";
  return files.length === 1 ? files[0] : undefined;
}

const both = () =>
  `tables (${TABLE_ENDINGS.replaceAll(",", " ")}) and their models (${MODEL_ENDINGS.replaceAll(",", " ")})`;
const elsewhere = () => `The Train and Explore tabs open models and checkpoints, the Own data tab ${both()}`;
