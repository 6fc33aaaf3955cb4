/** Keeper: a callback of `fit` that takes checkpoints as a run goes on, so that little is lost should the worker end. */

import type { Callback, RunView } from "../../index.js";

/** How old a checkpoint may become. */
const MILLISECONDS = 5000;
/** A batch that takes longer than this may keep a stop waiting for too long, which then ends the worker: the state is kept after it. */
const LONG = 250;
/** Checkpoints take at most this share of the time: those of large networks are then rarer than said above. */
const MOST_SHARE = 0.05;

export class Keeper implements Callback {
  readonly #keep: (run: RunView) => void;
  #last = performance.now();
  #batchEnd = this.#last;
  /** What the last one took. */
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
    // An evaluation is in parts, between which a stop ends it.
    const wasLong = event === "batch" && now - this.#batchEnd >= LONG;
    const due = wasLong ? 0 : MILLISECONDS;
    this.#batchEnd = now;
    if (age >= due && age >= this.#cost / MOST_SHARE) this.keep(run);
  }

  /** Time from here on counts again: a pause makes no batch slow. */
  mark(): void {
    this.#batchEnd = performance.now();
  }

  /** Takes one now. @throws as `run.checkpoint` */
  keep(run: RunView): void {
    const begun = performance.now();
    this.#keep(run);
    this.#last = performance.now();
    this.#cost = this.#last - begun;
    this.#batchEnd = this.#last;
  }
}
