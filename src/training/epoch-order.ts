/** The order in which an epoch visits the rows: drawn at its start, drawn again when the epoch is resumed. */

import type { Rows } from "../dataset/rows.js";
import type { Random, RandomState } from "../engine/random.js";

/** Row indices in an array that is filled again for every epoch. */
export class EpochOrder {
  readonly indices: Int32Array;
  readonly #rows: Rows;
  readonly #random: Random;
  readonly #shuffle: boolean;

  /** @param shuffle by the generator; otherwise the rows come in their own order, and nothing is drawn */
  constructor(rows: Rows, random: Random, shuffle: boolean) {
    this.#rows = rows;
    this.#random = random;
    this.#shuffle = shuffle;
    this.indices = new Int32Array(rows.rows);
  }

  /** Draws a new order. @returns the generator's state before it */
  draw(): RandomState {
    const before = this.#random.state;
    const { indices } = this.#rows;
    for (let i = 0; i < this.indices.length; ++i) this.indices[i] = indices?.[i] ?? i;
    if (this.#shuffle) this.#random.shuffle(this.indices);
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
