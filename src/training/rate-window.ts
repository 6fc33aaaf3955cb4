/** The speed of a training over its last second, and the time left. */

/** The window: long enough to average batches, short enough to follow a machine that gets busy. */
const SECONDS = 1;
const SLOTS = 16;
const SLOT_SECONDS = SECONDS / SLOTS;
/**
 * Assumed time of an epoch's evaluation relative to its training, until one has been measured. On MNIST with dense layers it is
 * 0.3 to 0.6 if training and validation rows are evaluated.
 */
const EVALUATION_SHARE = 0.4;

/**
 * Rows per second over the last second of batches. Only time that you add counts: leave out pauses and evaluations. The first
 * batch is also left out: it compiles, allocates and fills caches, and may take a thousand times as long as the next.
 */
export class RateWindow {
  /** A ring of slots. A batch longer than a slot has its own. The slot at `#newest` is being filled. */
  readonly #rows = new Float64Array(SLOTS + 1);
  readonly #seconds = new Float64Array(SLOTS + 1);
  #newest = 0;
  /** Number of earlier slots in the window. */
  #filled = 0;
  #warm = false;

  /** Adds a batch of `rows` that took `seconds`. Allocates nothing. */
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

  /** Drops old slots that the window does not need, and one for the new slot. */
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

/** A run's position: the current epoch, from 1, and its completed batches. */
interface Place {
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
}

/**
 * Seconds until the end of the whole run, including evaluations; NaN if `secondsPerBatch` is.
 *
 * @param secondsPerBatch at the current rate
 * @param evaluationSeconds per epoch; NaN if none has been measured, then it is estimated
 */
export function secondsLeftOfRun(
  { epoch, epochs, batch, batches }: Place,
  secondsPerBatch: number,
  evaluationSeconds: number,
): number {
  const evaluation = Number.isNaN(evaluationSeconds) ? EVALUATION_SHARE * batches * secondsPerBatch : evaluationSeconds;
  const whole = Math.max(0, epochs - epoch);
  const left = epoch > epochs ? 0 : batches - batch;
  // After its last batch, a run still has to be evaluated.
  return (left + whole * batches) * secondsPerBatch + (epoch > epochs ? 0 : whole + 1) * evaluation;
}
