/** Keeper: a callback of `fit` that takes a checkpoint every few seconds, so that little is lost if the worker ends. */

import type { Callback, RunView } from "../../index.js";

/** Time between checkpoints. */
const MILLISECONDS = 5000;
/** After a batch that takes longer, a checkpoint is due at once: a stop may not wait for such a batch and ends the worker. */
const LONG = 250;
/** Checkpoints take at most this share of the time, so those of large networks are rarer. */
const MOST_SHARE = 0.05;

export class Keeper implements Callback {
  readonly #keep: (run: RunView) => void;
  #last = performance.now();
  #batchEnd = this.#last;
  /** Milliseconds that the last checkpoint took. */
  #cost = 0;

  /** @param keep takes a checkpoint */
  constructor(keep: (run: RunView) => void) {
    this.#keep = keep;
  }

  onTrainBegin(): void {
    this.#last = performance.now();
    this.#batchEnd = this.#last;
  }

  onSettled(event: "batch" | "epoch", run: RunView): void {
    const now = performance.now();
    const age = now - this.#last;
    // A stop can end an evaluation at any time, so only batches count.
    const wasLong = event === "batch" && now - this.#batchEnd >= LONG;
    const due = wasLong ? 0 : MILLISECONDS;
    this.#batchEnd = now;
    if (age >= due && age >= this.#cost / MOST_SHARE) this.keep(run);
  }

  /** Call it after a pause, which does not count as batch time. */
  mark(): void {
    this.#batchEnd = performance.now();
  }

  /** Takes a checkpoint now. @throws as `run.checkpoint` */
  keep(run: RunView): void {
    const begun = performance.now();
    this.#keep(run);
    this.#last = performance.now();
    this.#cost = this.#last - begun;
    this.#batchEnd = this.#last;
  }
}
