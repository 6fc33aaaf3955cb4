/** Gate: lets batches through, one by one or all of them; a callback of `fit` that holds the training between two batches. */

import type { Callback } from "../../index.js";

export class Gate implements Callback {
  /** Batches that may still pass. */
  #left: number;
  #open: (() => void) | undefined;
  readonly #onHeld: () => void;
  readonly #onReleased: () => void;

  /**
   * @param batches how many may pass before the first pause
   * @param onHeld called when training waits
   * @param onReleased called when it goes on
   */
  constructor(batches: number, onHeld: () => void, onReleased: () => void) {
    this.#left = batches;
    this.#onHeld = onHeld;
    this.#onReleased = onReleased;
  }

  onBatchEnd(): void {
    this.#left = Math.max(0, this.#left - 1);
  }

  /** Everyone has been told of the batch: a checkpoint can be taken while training waits here. */
  async onSettled(event: "batch" | "epoch"): Promise<void> {
    if (event === "epoch" || this.#left > 0) return;
    this.#onHeld();
    await new Promise<void>((resolve) => {
      this.#open = resolve;
    });
    this.#onReleased();
  }

  /** Lets that many batches pass, from now on. */
  allow(batches: number): void {
    this.#left = batches;
    if (batches === 0) return;
    this.#open?.();
    this.#open = undefined;
  }
}
