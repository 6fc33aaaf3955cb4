/** Decides when to report progress. */

import type { Minibatches } from "../dataset/minibatches.js";
import type { Progress } from "./epoch-report.js";
import type { Plan } from "./options.js";
import { RateWindow } from "./rate-window.js";
import type { Progression } from "./training-state.js";

const PROGRESS_MILLISECONDS = 100;

/** Receives each batch and the time at which it ended. */
export class ProgressClock {
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #window = new RateWindow();
  /** The last batch's epoch, and the epoch's training time at its end. */
  #epoch = 0;
  #seconds = 0;
  #lastProgress = Number.NEGATIVE_INFINITY;

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /**
   * Records a batch. Reports progress about ten times per second and at the end of the epoch.
   *
   * @param time when it ended, in milliseconds
   */
  tick(
    { epoch, batch, losses, seconds }: Progression,
    { epochs, batchSize }: Plan,
    { count: batches, rows }: Pick<Minibatches, "count" | "rows">,
    time: number,
  ): void {
    if (!this.#onProgress) return;
    const samples = Math.min(batch * batchSize, rows);
    // Only training time: an evaluation lies between two epochs.
    this.#window.add(samples - (batch - 1) * batchSize, epoch === this.#epoch ? seconds - this.#seconds : seconds);
    this.#epoch = epoch;
    this.#seconds = seconds;
    if (time - this.#lastProgress <= PROGRESS_MILLISECONDS && batch < batches) return;
    this.#lastProgress = time;
    const rate = this.#window.rowsPerSecond;
    // For the first batch of a training, its own time is the only estimate.
    const samplesPerSecond = Number.isNaN(rate) ? samples / seconds : rate;
    const secondsLeft = (rows - samples) / samplesPerSecond;
    const loss = losses / (samples / batchSize);
    this.#onProgress({ epoch, epochs, batch, batches, loss, samplesPerSecond, secondsLeft });
  }
}
