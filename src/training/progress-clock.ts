/** When to show progress, and when to let other tasks have their turn. */

import { nextTask } from "../turns.js";
import type { Plan } from "./options.js";
import { RateWindow } from "./rate-window.js";
import type { Progress } from "./report.js";
import type { Progression } from "./state.js";

/** How long training may keep the thread before other tasks get their turn. */
const YIELD_MILLISECONDS = 50;
const PROGRESS_MILLISECONDS = 100;

/** How much an epoch is. */
export interface EpochSize {
  readonly batches: number;
  /** In these batches. */
  readonly rows: number;
}

/** Reads the clock once a batch. */
export class ProgressClock {
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #window = new RateWindow();
  /** Where the last batch ended: its epoch, and the epoch's training time then. */
  #epoch = 0;
  #seconds = 0;
  #now = performance.now();
  #lastProgress = this.#now;
  /** When other tasks last had their turn: epochs may be much shorter than the time between two turns. */
  #lastTurn = this.#now;

  constructor(onProgress: ((progress: Progress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** A batch is done: shows how far the epoch is about ten times a second, and at its end. */
  tick(
    { epoch, batch, losses, seconds }: Progression,
    { epochs, batchSize }: Plan,
    { batches, rows }: EpochSize,
  ): void {
    this.#now = performance.now();
    if (!this.#onProgress) return;
    const samples = Math.min(batch * batchSize, rows);
    // Training time alone: an evaluation lies between two epochs' times.
    this.#window.add(samples - (batch - 1) * batchSize, epoch === this.#epoch ? seconds - this.#seconds : seconds);
    this.#epoch = epoch;
    this.#seconds = seconds;
    if (this.#now - this.#lastProgress <= PROGRESS_MILLISECONDS && batch < batches) return;
    this.#lastProgress = this.#now;
    const rate = this.#window.rowsPerSecond;
    // Of a training's first batch there is nothing better than what it took itself.
    const samplesPerSecond = Number.isNaN(rate) ? samples / seconds : rate;
    const secondsLeft = (rows - samples) / samplesPerSecond;
    const loss = losses / (samples / batchSize);
    this.#onProgress({ epoch, epochs, batch, batches, loss, samplesPerSecond, secondsLeft });
  }

  isTurnDue(): boolean {
    return this.#now - this.#lastTurn > YIELD_MILLISECONDS;
  }

  /** Lets timers, input and signals have their turn. */
  async giveTurn(): Promise<void> {
    await nextTask();
    this.#lastTurn = performance.now();
  }
}
