/** What scikit-learn's `_fit_stochastic` does around the steps, as a callback of `fit`: penalty, loss curve, when to stop. */

import { DivergenceError } from "../checks/errors.js";
import { power } from "../engine/reproducible-math.js";
import type { Callback, RunView } from "../training/callbacks/callbacks.js";
import type { EpochReport } from "../training/epoch-report.js";
import type { LearningRateSchedule } from "../training/learning-rate.js";
import type { MLPOptimizer } from "./mlp-optimizers.js";
import type { ResolvedOptions } from "./mlp-options.js";
import type { MLPProgress } from "./mlp-progress.js";

/** What the epochs are counted in, and judged by. */
export interface MLPEpochsParts {
  readonly options: ResolvedOptions;
  readonly optimizer: MLPOptimizer;
  readonly progress: MLPProgress;
  /** Rows that are trained on, and of a batch. */
  readonly rows: number;
  readonly batchSize: number;
  /** Score of the validation part, if there is one. */
  readonly score?: (() => Promise<number>) | undefined;
  /** The score is the best so far. */
  onBest?(): void;
}

/** Counts and judges the epochs of one call of `fit`, and ends it. */
export class MLPEpochs implements Callback {
  readonly #parts: MLPEpochsParts;
  /** Losses of the epoch's rows, penalty included. */
  #total = 0;
  #isOver = false;

  constructor(parts: MLPEpochsParts) {
    this.#parts = parts;
  }

  /** Whether training ended by itself. */
  get isOver(): boolean {
    return this.#isOver;
  }

  onBatchBegin({ batch }: RunView): void {
    const { optimizer } = this.#parts;
    optimizer.batchRows = this.#rowsOf(batch);
    if (batch === 0) this.#total = 0;
    // Of the weights that the loss is of, which are those before the step.
    this.#total += optimizer.penalty();
  }

  /** @throws DivergenceError after an epoch's last step, for weights that are not finite */
  onBatchEnd({ epoch, batch, batches, loss }: RunView): void {
    this.#total += loss * this.#rowsOf(batch - 1);
    if (batch < batches || this.#parts.optimizer.areWeightsFinite()) return;
    throw new DivergenceError(epoch, batch, "NaN or infinities in the weights");
  }

  async onEpochEnd(_: EpochReport, run: RunView): Promise<void> {
    const { progress, rows, score, onBest, options } = this.#parts;
    progress.addEpoch(rows, this.#total / rows);
    if (!score) progress.judgeLoss(options.tol);
    else if (progress.judgeScore(await score(), options.tol)) onBest?.();
    this.#isOver = this.#judge();
    if (this.#isOver) run.stop();
  }

  #rowsOf(batch: number): number {
    const { rows, batchSize } = this.#parts;
    return Math.min(batchSize, rows - batch * batchSize);
  }

  /** Whether training ends here: `adaptive` goes on with a fifth of the step length while that is above 1e-6. */
  #judge(): boolean {
    const { options, optimizer, progress } = this.#parts;
    const { solver, learningRate, nIterNoChange } = options;
    if (!progress.isStale(nIterNoChange)) return false;
    if (solver !== "sgd" || learningRate !== "adaptive" || optimizer.learningRate <= 1e-6) return true;
    optimizer.learningRate /= 5;
    progress.countAnew();
    return false;
  }
}

/**
 * The step length of `invscaling`, learningRateInit / (t + 1)^powerT, t the rows that were seen in all calls; undefined for another.
 *
 * @param begins whether the optimizer is new: its first epoch has learningRateInit, whatever was seen before
 */
export function inverseScaling(
  { solver, learningRate, powerT }: ResolvedOptions,
  progress: MLPProgress,
  begins: boolean,
): LearningRateSchedule | undefined {
  if (solver !== "sgd" || learningRate !== "invscaling") return undefined;
  return {
    interval: "epoch",
    learningRate: (epoch, base) => (begins && epoch === 0 ? base : base / power(progress.rowsSeen + 1, powerT)),
  };
}
