/** TimedCheckpoint: a callback of `fit` that writes a checkpoint every few seconds. */

import { type RunRecord, recordEntry } from "../../app/run-record.js";
import type { Callback, RunView } from "../../training/callbacks/callbacks.js";
import { saveCheckpoint } from "../../training/checkpoint/checkpoint.js";
import { writeWhole } from "../files.js";
import type { OwnedFolder } from "../run-folder.js";

/**
 * Writes after a batch if the last checkpoint is `seconds` old, and after the last epoch. The last one is written before early
 * stopping restores the best weights, so that you can train a finished run longer, and a run that stopped early stays stopped.
 */
export class TimedCheckpoint implements Callback {
  readonly #path: string;
  readonly #milliseconds: number;
  readonly #metadata: Readonly<Record<string, string>>;
  readonly #folder: () => OwnedFolder | undefined;
  #last = performance.now();

  /** @param record of the run, part of each checkpoint; @param folder undefined until this process has locked it */
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
