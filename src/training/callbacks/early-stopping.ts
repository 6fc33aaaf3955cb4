/** EarlyStopping: ends the training when a metric stops improving. */

import {
  checkBoolean,
  checkInteger,
  checkOptions,
  checkRecord,
  describe,
  type OptionNames,
} from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import type { Network } from "../../network/network.js";
import type { StateDict } from "../../network/state-dict.js";
import type { CallbackState } from "../checkpoint/checkpoint-contents.js";
import type { EpochReport } from "../epoch-report.js";
import type { Callback, Outcome, RunPlan, RunView } from "./callbacks.js";
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from "./monitor.js";

/** Options of EarlyStopping. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement before training ends, at least 1; default 5. */
  readonly patience?: number;
  /**
   * When training ends by itself, early or after its last epoch, restore the parameters and buffers of the best epoch; default
   * false. An interrupted training keeps the last ones, so that it can be resumed.
   */
  readonly restoreBest?: boolean;
}

const OPTIONS: OptionNames<EarlyStoppingOptions> = { ...MONITOR_OPTIONS, patience: true, restoreBest: true };

/** Ends the training after `patience` epochs in which `monitor` has not improved by more than `minDelta` (Keras's rule). */
export class EarlyStopping implements Callback {
  readonly #monitor: Monitor;
  readonly #patience: number;
  readonly #restoreBest: boolean;
  #waited = 0;
  #bestState: StateDict | undefined;

  /**
   * @throws RangeError for a patience that is not a positive integer, an unknown mode, a minDelta below 0; TypeError for unknown
   * options and values of a wrong type
   */
  constructor(options: EarlyStoppingOptions = {}) {
    checkOptions("EarlyStopping", options, OPTIONS);
    const { patience = 5, restoreBest = false } = options;
    checkInteger("patience", patience, 1);
    checkBoolean("restoreBest", restoreBest);
    this.#monitor = new Monitor(options);
    this.#patience = patience;
    this.#restoreBest = restoreBest;
  }

  /** The best value so far and its epoch; undefined and 0 before the first. */
  get best(): number | undefined {
    return this.#monitor.best;
  }

  get bestEpoch(): number {
    return this.#monitor.bestEpoch;
  }

  check(plan: RunPlan): void {
    this.#monitor.check(plan);
  }

  onTrainBegin({ resumed }: RunView): void {
    // One object may serve several trainings in sequence. A resumed training has restored its state.
    if (resumed) return;
    this.#monitor.reset();
    this.#waited = 0;
    this.#bestState = undefined;
  }

  onEpochEnd(report: EpochReport, run: RunView): void {
    if (this.#monitor.improves(report)) {
      this.#waited = 0;
      if (this.#restoreBest) this.#bestState = run.network.stateDict();
      return;
    }
    ++this.#waited;
    if (this.#waited >= this.#patience) run.stop();
  }

  onTrainEnd(outcome: Outcome, { network }: RunView): void {
    if (outcome === "finished" || outcome === "stopped") this.#restore(network);
  }

  state(): CallbackState {
    const values = { ...this.#monitor.state(), waited: this.#waited };
    return { values, ...(this.#bestState && { arrays: this.#bestState }) };
  }

  loadState(state: CallbackState): void {
    checkRecord("early stopping: state", state);
    const { values, arrays } = state;
    const waited = (values as { waited?: unknown } | null)?.waited;
    if (!Number.isSafeInteger(waited) || (waited as number) < 0) {
      throw new FormatError(`early stopping: expected a count of waited epochs, got ${describe(waited)}`);
    }
    this.#monitor.loadState(values);
    this.#waited = waited as number;
    this.#bestState = arrays;
  }

  #restore(network: Network): void {
    if (this.#bestState) network.loadStateDict(this.#bestState);
  }
}
