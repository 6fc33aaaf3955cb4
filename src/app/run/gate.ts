/** Gate: a callback of `fit` that can pause training between two batches, and lets batches pass one by one or all at once. */

import type { Callback } from "../../index.js";

export class Gate implements Callback {
  /** Batches that may still pass. */
  #left: number;
  #open: (() => void) | undefined;
  readonly #onHeld: () => void;
  readonly #onReleased: () => void;

  /**
   * @param batches number of batches before the first pause
   * @param onHeld called when training pauses
   * @param onReleased called when training continues
   */
  constructor(batches: number, onHeld: () => void, onReleased: () => void) {
    this.#left = batches;
    this.#onHeld = onHeld;
    this.#onReleased = onReleased;
  }

  onBatchEnd(): void {
    this.#left = Math.max(0, this.#left - 1);
  }

  /** All callbacks know of the batch, so a checkpoint is possible while training waits here. */
  async onSettled(event: "batch" | "epoch"): Promise<void> {
    if (event === "epoch" || this.#left > 0) return;
    this.#onHeld();
    await new Promise<void>((resolve) => {
      this.#open = resolve;
    });
    this.#onReleased();
  }

  /** Lets this many batches pass from now on. */
  allow(batches: number): void {
    this.#left = batches;
    if (batches === 0) return;
    this.#open?.();
    this.#open = undefined;
  }
}
