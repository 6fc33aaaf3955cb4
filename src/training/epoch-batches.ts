/** The batches of an epoch, in an order that is drawn at its start, and drawn again when the epoch is resumed. */

import { type Minibatch, Minibatches } from "../dataset/minibatches.js";
import type { Rows } from "../dataset/rows.js";
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
export class EpochBatches {
  readonly #batches: Minibatches;
  readonly #random: Random;
  readonly #shuffle: boolean;

  constructor(engine: Runtime, rows: Rows, random: Random, { batchSize, dropLast, shuffle }: BatchPlan) {
    this.#batches = new Minibatches(engine, rows, batchSize, dropLast);
    this.#random = random;
    this.#shuffle = shuffle;
  }

  /** Batches of an epoch. */
  get count(): number {
    return this.#batches.count;
  }

  /** Rows in them. */
  get rows(): number {
    return this.#batches.rows;
  }

  /** Batch number `index` of the epoch, from 0; overwritten by the next. */
  at(index: number): Minibatch {
    return this.#batches.at(index);
  }

  /** Draws a new order. @returns the generator's state before it */
  draw(): RandomState {
    const before = this.#random.state;
    this.#batches.order.arrange(this.#shuffle ? this.#random : undefined);
    return before;
  }

  /** Draws again what was drawn in the generator's state `before`; the generator is where it was afterwards. */
  redraw(before: RandomState): void {
    const now = this.#random.state;
    this.#random.state = before;
    this.draw();
    this.#random.state = now;
  }

  dispose(): void {
    this.#batches.dispose();
  }
}
