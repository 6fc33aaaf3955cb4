/** When to show progress, and when to let other tasks have their turn. */

import { nextTask } from "../turns.js";
import type { Plan } from "./options.js";
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
    if (!this.#onProgress || (this.#now - this.#lastProgress <= PROGRESS_MILLISECONDS && batch < batches)) return;
    this.#lastProgress = this.#now;
    const samples = Math.min(batch * batchSize, rows);
    const samplesPerSecond = samples / seconds;
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
