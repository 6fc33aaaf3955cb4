/** Opens a run: a new one, or an earlier one to resume. */

import { join } from "node:path";
import type { RunRecord } from "../../app/run-record.js";
import { type GivenSettings, newSettings, resumedSettings } from "../../app/settings/resolve-settings.js";
import type { DataKind, TrainSettings } from "../../app/settings/train-settings.js";
import type { CheckpointContents } from "../../training/checkpoint/checkpoint-contents.js";
import {
  beginRun,
  isFile,
  OwnedFolder,
  readCheckpointRun,
  readRecord,
  readRunCheckpoint,
  takeFolder,
} from "../run-folder.js";
import { UsageError } from "../usage-error.js";
import type { TrainingTask } from "./training-task.js";

/** A run: its folder, settings and task, and the checkpoint from which it resumes. */
export interface OpenedRun {
  readonly folder: string;
  readonly settings: TrainSettings;
  readonly resume: CheckpointContents | undefined;
  readonly task: TrainingTask;
  /** Creates or changes the folder and locks it for this process. Call it after all checks. */
  begin(): Promise<OwnedFolder>;
}

/** The settings, and the options that choose a run. */
export interface RunOptions extends GivenSettings {
  readonly resume?: string;
  readonly out?: string;
}

/**
 * Reads the run to resume, or prepares a new one.
 *
 * @param makeTask called when the settings are known
 * @throws UsageError for options that contradict the run
 */
export async function openRun(
  kind: DataKind,
  makeTask: (settings: TrainSettings) => Promise<TrainingTask>,
  options: RunOptions,
): Promise<OpenedRun> {
  const { resume: from, out } = options;
  const newFolder = () => out ?? join("runs", new Date().toISOString().replace(/[:.]/g, "-"));
  if (from === undefined) {
    const settings = newSettings(options, kind);
    const task = await makeTask(settings);
    const folder = newFolder();
    const begin = () => beginRun(folder, recordOf(task, settings));
    return { folder, settings, resume: undefined, task, begin };
  }
  const file = (await isFile(from)) ? await readCheckpointRun(from) : undefined;
  if (!file && out !== undefined && out !== from)
    throw new UsageError("--out", `expected none with --resume ${from}, got ${out}`);
  // Reads the checkpoint only after locking the folder.
  const found = file?.record ?? (await readRecord(from));
  const lock = file ? undefined : await takeFolder(from);
  const record = lock ? await readRecord(from) : found;
  if ((record.task === "mnist") !== (kind === "mnist")) {
    throw new UsageError("--resume", `expected a run on the same kind of data, got a run of ${record.task}`);
  }
  const settings = resumedSettings(options, record.settings, from);
  const task = await makeTask(settings);
  if (task.fingerprint !== record.data) {
    throw new UsageError(
      "--resume",
      `expected the file that ${from} was trained on, got a file with different contents`,
    );
  }
  if (lock) {
    const begin = async () => {
      const owned = new OwnedFolder(from, lock, recordOf(task, settings));
      await owned.record();
      return owned;
    };
    return { folder: from, settings, resume: await readRunCheckpoint(from, record), task, begin };
  }
  const folder = newFolder();
  const begin = () => beginRun(folder, recordOf(task, settings));
  return { folder, settings, resume: file?.checkpoint, task, begin };
}

/** The record of a run on this task with these settings. */
export function recordOf({ task, fingerprint }: TrainingTask, settings: TrainSettings): RunRecord {
  return { task, ...(fingerprint !== undefined && { data: fingerprint }), settings };
}
