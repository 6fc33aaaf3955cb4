/** The batches of an epoch, in an order that is drawn at its start, and drawn again when the epoch is resumed. */

import { Minibatches, type MinibatchSource } from "../dataset/minibatches.js";
import type { Random, RandomState } from "../engine/random.js";
import type { Runtime } from "../engine/runtime.js";

/** How an epoch is divided. */
export interface BatchPlan {
  readonly batchSize: number;
  readonly dropLast: boolean;
  /** By the generator; otherwise the rows come in their own order, and nothing is drawn. */
  readonly shuffle: boolean;
}

/** Made once for a training: its epochs fill the same order and the same buffers. */
export class EpochBatches extends Minibatches {
  readonly #random: Random;
  readonly #shuffle: boolean;

  constructor(engine: Runtime, rows: MinibatchSource, random: Random, { batchSize, dropLast, shuffle }: BatchPlan) {
    super(engine, rows, batchSize, dropLast);
    this.#random = random;
    this.#shuffle = shuffle;
  }

  /** Draws a new order. @returns the generator's state before it */
  draw(): RandomState {
    const before = this.#random.state;
    this.order.arrange(this.#shuffle ? this.#random : undefined);
    return before;
  }

  /** Draws again what was drawn in the generator's state `before`; the generator is where it was afterwards. */
  redraw(before: RandomState): void {
    const now = this.#random.state;
    this.#random.state = before;
    this.draw();
    this.#random.state = now;
  }
}
