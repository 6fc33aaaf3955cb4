/** Pace: a callback of `fit` that limits the epochs per second. On small data, training would end before you see it. */

import type { Callback } from "../../index.js";

/** Longest wait, so that a pause or a stop takes effect soon. */
const MOST_MILLISECONDS = 500;

export class Pace implements Callback {
  /** Epochs per second; 0: no limit. */
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
    // The next wait makes up for a late timer, but not for a pause.
    this.#next = Math.max(this.#next, now - 2 * interval) + interval;
    if (this.#next <= now) return;
    await new Promise((resolve) => setTimeout(resolve, this.#next - now));
  }
}
