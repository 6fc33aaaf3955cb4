/** Checkpoint: writes the training's state during training, through a function that you pass. */

import { checkFunction, checkInteger, checkOptions, type OptionNames } from "../../checks/check-options.js";
import { checkMetadata } from "../../formats/metadata.js";
import { ENTRIES, saveCheckpoint } from "../checkpoint/checkpoint.js";
import type { CallbackState } from "../checkpoint/checkpoint-contents.js";
import type { EpochReport } from "../epoch-report.js";
import type { Callback, RunPlan, RunView } from "./callbacks.js";
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from "./monitor.js";

/** The position of a checkpoint in the training. */
export interface CheckpointPosition {
  /** The current epoch, from 1, and its completed batches: 0 at the start of an epoch. */
  readonly epoch: number;
  readonly batch: number;
}

/** Options of Checkpoint. Without `everyEpochs`, `everyBatches` and `onImprovement`, it writes after every epoch. */
export interface CheckpointOptions {
  /** Gets the bytes of a file for `loadCheckpoint`. Training waits for its promise. In Node use `fileCheckpoint` of simdgrad/node. */
  write(bytes: Uint8Array, position: CheckpointPosition): void | Promise<void>;
  /** Write after every n-th epoch. */
  readonly everyEpochs?: number;
  /** Write after every n-th batch, counted over all epochs. */
  readonly everyBatches?: number;
  /** Write after epochs that are better than all earlier ones. */
  readonly onImprovement?: MonitorOptions;
  /** More entries for the files, as in `saveCheckpoint`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const OPTIONS: OptionNames<CheckpointOptions> = {
  write: true,
  everyEpochs: true,
  everyBatches: true,
  onImprovement: true,
  metadata: true,
};

/** Writes a checkpoint after the batches and epochs in its options, once all callbacks have seen them. */
export class Checkpoint implements Callback {
  readonly #write: CheckpointOptions["write"];
  readonly #everyEpochs: number | undefined;
  readonly #everyBatches: number | undefined;
  readonly #monitor: Monitor | undefined;
  readonly #metadata: Readonly<Record<string, string>>;
  #improved = false;
  /** The best value. Only `onImprovement` has state. */
  readonly state?: () => CallbackState;
  readonly loadState?: (state: CallbackState) => void;

  /** @throws TypeError if `write` is not a function, and for unknown options; RangeError for counts that are not positive integers */
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
