/** TimedCheckpoint: a training's state on disk, no older than some seconds. */

import { type RunRecord, recordEntry } from "../../app/run-record.js";
import type { Callback, RunView } from "../../training/callbacks/callbacks.js";
import { saveCheckpoint } from "../../training/checkpoint/checkpoint.js";
import { writeWhole } from "../files.js";
import type { OwnedFolder } from "../run-folder.js";

/**
 * Writes after the first batch when `seconds` have passed since the last time; and after the last epoch, or the one that a
 * callback ended the training with, before others give the network its best weights back: so a run that has ended can be
 * given more epochs, and one that was stopped early is not trained again.
 */
export class TimedCheckpoint implements Callback {
  readonly #path: string;
  readonly #milliseconds: number;
  readonly #metadata: Readonly<Record<string, string>>;
  readonly #folder: () => OwnedFolder | undefined;
  #last = performance.now();

  /** @param record of the run, which is written with it; @param folder that it is written to, once it is this process's */
  constructor(path: string, seconds: number, record: RunRecord, folder: () => OwnedFolder | undefined) {
    this.#folder = folder;
    this.#path = path;
    this.#metadata = recordEntry(record);
    this.#milliseconds = seconds * 1000;
  }

  onSettled(event: "batch" | "epoch", run: RunView): void | Promise<void> {
    const ended = event === "epoch" && (run.stopped || run.epoch > run.epochs);
    if (ended || performance.now() - this.#last >= this.#milliseconds) return this.write(run);
  }

  /** Writes now. */
  async write(run: Pick<RunView, "checkpoint">): Promise<void> {
    const folder = this.#folder();
    await folder?.check();
    await writeWhole(this.#path, saveCheckpoint(run, this.#metadata));
    await folder?.record();
    this.#last = performance.now();
  }
}
