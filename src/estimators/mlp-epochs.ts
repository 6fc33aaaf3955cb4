/** What scikit-learn's `_fit_stochastic` does around the steps, as a callback of `fit`: penalty, loss curve, when to stop. */

import { power } from "../engine/reproducible-math.js";
import type { Callback, RunView } from "../training/callbacks/callbacks.js";
import type { EpochReport } from "../training/epoch-report.js";
import type { FitOptions } from "../training/fit.js";
import type { MLPOptimizer } from "./mlp-optimizers.js";
import type { ResolvedOptions } from "./mlp-options.js";
import type { MLPProgress } from "./mlp-progress.js";

/** Counts the epochs of one run of `fit`, and ends it. */
export class MLPEpochs implements Callback {
  /** Whether training ended by itself. */
  isOver = false;
  readonly #optimizer: MLPOptimizer;
  readonly #progress: MLPProgress;
  readonly #options: ResolvedOptions;
  readonly #rows: number;
  readonly #batchSize: number;
  readonly #judge: () => void | Promise<void>;
  /** Losses of the epoch's rows, penalty included. */
  #total = 0;
  #batchRows = 0;

  /**
   * @param rows that are trained on
   * @param judge has `progress` judge the epoch that has ended
   */
  constructor(
    optimizer: MLPOptimizer,
    progress: MLPProgress,
    options: ResolvedOptions,
    rows: number,
    batchSize: number,
    judge: () => void | Promise<void>,
  ) {
    this.#optimizer = optimizer;
    this.#progress = progress;
    this.#options = options;
    this.#rows = rows;
    this.#batchSize = batchSize;
    this.#judge = judge;
  }

  onBatchBegin({ batch }: RunView): void {
    this.#batchRows = Math.min(this.#batchSize, this.#rows - batch * this.#batchSize);
    this.#optimizer.batchRows = this.#batchRows;
    if (batch === 0) this.#total = 0;
    // Of the weights that the loss is of, which are those before the step.
    this.#total += this.#optimizer.penalty();
  }

  onBatchEnd({ loss }: RunView): void {
    this.#total += loss * this.#batchRows;
  }

  async onEpochEnd(_: EpochReport, run: RunView): Promise<void> {
    this.#progress.addEpoch(this.#rows, this.#total / this.#rows);
    await this.#judge();
    if (!this.#progress.isStale(this.#options.nIterNoChange)) return;
    const { solver, learningRate } = this.#options;
    const optimizer = this.#optimizer;
    // `adaptive` goes on with a fifth of the step length while that is above 1e-6.
    if (solver === "sgd" && learningRate === "adaptive" && optimizer.learningRate > 1e-6) {
      optimizer.learningRate /= 5;
      this.#progress.countAnew();
    } else {
      this.isOver = true;
      run.stop();
    }
  }
}

/**
 * Of `invscaling` the schedule: learningRateInit / (t + 1)^powerT, t the rows that were seen in all calls.
 *
 * @param begins whether the optimizer is new: its first epoch has learningRateInit, whatever was seen before
 */
export function inverseScaling(
  { solver, learningRate, powerT }: ResolvedOptions,
  progress: MLPProgress,
  begins: boolean,
): Pick<FitOptions, "schedule"> {
  if (solver !== "sgd" || learningRate !== "invscaling") return {};
  const rateOf = (epoch: number, base: number) =>
    begins && epoch === 0 ? base : base / power(progress.rowsSeen + 1, powerT);
  return { schedule: { interval: "epoch", learningRate: rateOf } };
}
