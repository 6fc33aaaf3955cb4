/** Checkpoint: writes the training's state as it goes on, through a function of the caller's. */

import { checkFunction, checkInteger, checkOptions, type OptionNames } from "../../checks/check-options.js";
import { checkMetadata } from "../../formats/metadata.js";
import { ENTRIES, saveCheckpoint } from "../checkpoint/checkpoint.js";
import type { CallbackState } from "../checkpoint/checkpoint-contents.js";
import type { EpochReport } from "../epoch-report.js";
import type { Callback, RunPlan, RunView } from "./callbacks.js";
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from "./monitor.js";

/** Where in the training a checkpoint was taken. */
export interface CheckpointPosition {
  /** The epoch under way, from 1, and its batches that are done: 0 at an epoch's start. */
  readonly epoch: number;
  readonly batch: number;
}

/** Options of Checkpoint. Without any of `everyEpochs`, `everyBatches` and `onImprovement`: after every epoch. */
export interface CheckpointOptions {
  /** Is given the bytes of a file for `loadCheckpoint`; training waits for what it returns. In Node: `fileCheckpoint` of simdgrad/node. */
  write(bytes: Uint8Array, position: CheckpointPosition): void | Promise<void>;
  /** Write after every n-th epoch. */
  readonly everyEpochs?: number;
  /** Write after every n-th batch of the training, counted through all epochs. */
  readonly everyBatches?: number;
  /** Write after epochs that are better than all before. */
  readonly onImprovement?: MonitorOptions;
  /** Further entries of the files, as `saveCheckpoint` takes them. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const OPTIONS: OptionNames<CheckpointOptions> = {
  write: true,
  everyEpochs: true,
  everyBatches: true,
  onImprovement: true,
  metadata: true,
};

/** Writes a checkpoint after the batches and epochs that its options name, once all callbacks have seen them. */
export class Checkpoint implements Callback {
  readonly #write: CheckpointOptions["write"];
  readonly #everyEpochs: number | undefined;
  readonly #everyBatches: number | undefined;
  readonly #monitor: Monitor | undefined;
  readonly #metadata: Readonly<Record<string, string>>;
  #improved = false;
  /** With `onImprovement` alone there is something to keep. */
  readonly state?: () => CallbackState;
  readonly loadState?: (state: CallbackState) => void;

  /** @throws TypeError when `write` is no function, for unknown options; RangeError for counts that are not integers from 1 */
  constructor(options: CheckpointOptions) {
    checkOptions("Checkpoint", options, OPTIONS);
    const { write, everyEpochs, everyBatches, onImprovement, metadata = {} } = options;
    checkFunction("write", write);
    for (const [name, count] of Object.entries({ everyEpochs, everyBatches })) {
      if (count !== undefined) checkInteger(name, count, 1);
    }
    if (onImprovement !== undefined) checkOptions("Checkpoint: onImprovement", onImprovement, MONITOR_OPTIONS);
    checkMetadata("Checkpoint: metadata", metadata, ENTRIES);
    this.#metadata = { ...metadata };
    const unspecified = everyEpochs === undefined && everyBatches === undefined && onImprovement === undefined;
    this.#write = write;
    this.#everyEpochs = unspecified ? 1 : everyEpochs;
    this.#everyBatches = everyBatches;
    if (onImprovement === undefined) return;
    const monitor = new Monitor(onImprovement);
    this.#monitor = monitor;
    this.state = () => ({ values: monitor.state() });
    this.loadState = (state) => monitor.loadState(state.values);
  }

  check(plan: RunPlan): void {
    this.#monitor?.check(plan);
  }

  onTrainBegin({ resumed }: RunView): void {
    if (!resumed) this.#monitor?.reset();
  }

  onEpochEnd(report: EpochReport): void {
    this.#improved = this.#monitor?.improves(report) ?? false;
  }

  onSettled(event: "batch" | "epoch", run: RunView): void | Promise<void> {
    const due = event === "batch" ? this.#isBatchDue(run) : this.#improved || this.#isEpochDue(run);
    if (due) return this.#write(saveCheckpoint(run, this.#metadata), { epoch: run.epoch, batch: run.batch });
  }

  #isBatchDue({ epoch, batch, batches }: RunView): boolean {
    return this.#everyBatches !== undefined && ((epoch - 1) * batches + batch) % this.#everyBatches === 0;
  }

  #isEpochDue({ epoch }: RunView): boolean {
    return this.#everyEpochs !== undefined && (epoch - 1) % this.#everyEpochs === 0;
  }
}
