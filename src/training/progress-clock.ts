/** When to show progress, and what. */

import type { Minibatches } from "../dataset/minibatches.js";
import type { Progress } from "./epoch-report.js";
import type { Plan } from "./options.js";
import { RateWindow } from "./rate-window.js";
import type { Progression } from "./training-state.js";

const PROGRESS_MILLISECONDS = 100;

/** Is told of each batch, and when it ended. */
export class ProgressClock {
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #window = new RateWindow();
  /** Where the last batch ended: its epoch, and the epoch's training time then. */
  #epoch = 0;
  #seconds = 0;
  #lastProgress = Number.NEGATIVE_INFINITY;

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /**
   * A batch is done: shows how far the epoch is about ten times a second, and at its end.
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
    // Training time alone: an evaluation lies between two epochs' times.
    this.#window.add(samples - (batch - 1) * batchSize, epoch === this.#epoch ? seconds - this.#seconds : seconds);
    this.#epoch = epoch;
    this.#seconds = seconds;
    if (time - this.#lastProgress <= PROGRESS_MILLISECONDS && batch < batches) return;
    this.#lastProgress = time;
    const rate = this.#window.rowsPerSecond;
    // Of a training's first batch there is nothing better than what it took itself.
    const samplesPerSecond = Number.isNaN(rate) ? samples / seconds : rate;
    const secondsLeft = (rows - samples) / samplesPerSecond;
    const loss = losses / (samples / batchSize);
    this.#onProgress({ epoch, epochs, batch, batches, loss, samplesPerSecond, secondsLeft });
  }
}
