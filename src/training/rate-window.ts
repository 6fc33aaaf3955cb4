/** How fast a training is, from its last moments, and what is left of it. */

/** The window: long enough for batches that differ, short enough to follow a machine that gets busy. */
const SECONDS = 1;
const SLOTS = 16;
const SLOT_SECONDS = SECONDS / SLOTS;
/**
 * Time of an epoch's evaluation as a share of its training, until one has been measured. On MNIST with dense layers, training
 * and validation rows evaluated, it is 0.3 to 0.6.
 */
const EVALUATION_SHARE = 0.4;

/**
 * Rows a second over the last second of batches. Only the time that is added counts, so pauses and evaluations are left out
 * by not adding them. The first batch is left out, too: it compiles, allocates and fills caches, and may take a thousand times as
 * long as the next.
 */
export class RateWindow {
  /** A ring of slots. A batch longer than a slot's time has one to itself; the one at `#newest` is being filled. */
  readonly #rows = new Float64Array(SLOTS + 1);
  readonly #seconds = new Float64Array(SLOTS + 1);
  #newest = 0;
  /** Slots before it that are in the window. */
  #filled = 0;
  #warm = false;

  /** A batch of `rows` took `seconds`. Allocates nothing. */
  add(rows: number, seconds: number): void {
    if (!this.#warm) {
      this.#warm = true;
      return;
    }
    const at = this.#newest;
    this.#rows[at] = (this.#rows[at] as number) + rows;
    this.#seconds[at] = (this.#seconds[at] as number) + seconds;
    if ((this.#seconds[at] as number) >= SLOT_SECONDS) this.#beginSlot();
  }

  /** NaN before the second batch. */
  get rowsPerSecond(): number {
    const rows = sumOf(this.#rows);
    return rows === 0 ? Number.NaN : rows / sumOf(this.#seconds);
  }

  /** Lets go of old slots without which the window is still full, and of one that the new slot needs. */
  #beginSlot(): void {
    this.#newest = (this.#newest + 1) % (SLOTS + 1);
    ++this.#filled;
    for (;;) {
      const oldest = (this.#newest + SLOTS + 1 - this.#filled) % (SLOTS + 1);
      const isFull = sumOf(this.#seconds) - (this.#seconds[oldest] as number) >= SECONDS;
      if (this.#filled <= SLOTS && !(this.#filled > 1 && isFull)) return;
      this.#rows[oldest] = 0;
      this.#seconds[oldest] = 0;
      --this.#filled;
    }
  }
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; ++i) sum += values[i] as number;
  return sum;
}

/** Where a run is: the epoch under way, from 1, and its batches that are done. */
interface Place {
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
}

/**
 * Seconds until the end of the whole run, evaluations included; NaN while the batches' time is.
 *
 * @param secondsPerBatch at the present rate
 * @param evaluationSeconds of an epoch; NaN while none has been measured: a share of the epoch's training then
 */
export function secondsLeftOfRun(
  { epoch, epochs, batch, batches }: Place,
  secondsPerBatch: number,
  evaluationSeconds: number,
): number {
  const evaluation = Number.isNaN(evaluationSeconds) ? EVALUATION_SHARE * batches * secondsPerBatch : evaluationSeconds;
  const whole = Math.max(0, epochs - epoch);
  const left = epoch > epochs ? 0 : batches - batch;
  // A run that has had its last batch is still to be evaluated.
  return (left + whole * batches) * secondsPerBatch + (epoch > epochs ? 0 : whole + 1) * evaluation;
}
