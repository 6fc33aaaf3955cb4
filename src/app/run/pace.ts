/** Pace: holds the training after each epoch so long that there are no more than so many a second; small data would be over in a blink. */

import type { Callback } from "../../index.js";

/** Longer waits are cut, so that a pause or a stop is not kept waiting. */
const MOST_MILLISECONDS = 500;

export class Pace implements Callback {
  /** Epochs a second; 0: no limit. */
  epochsPerSecond: number;
  /** When the next epoch may begin. */
  #next = 0;

  constructor(epochsPerSecond: number) {
    this.epochsPerSecond = epochsPerSecond;
  }

  onTrainBegin(): void {
    this.#next = performance.now();
  }

  async onSettled(event: "batch" | "epoch"): Promise<void> {
    if (event !== "epoch" || this.epochsPerSecond === 0) return;
    const now = performance.now();
    const interval = Math.min(MOST_MILLISECONDS, 1000 / this.epochsPerSecond);
    // What a timer oversleeps is caught up with by the next, but a pause is not.
    this.#next = Math.max(this.#next, now - 2 * interval) + interval;
    if (this.#next <= now) return;
    await new Promise((resolve) => setTimeout(resolve, this.#next - now));
  }
}
