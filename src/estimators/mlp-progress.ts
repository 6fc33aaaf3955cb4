/** What the training of one network has come to, and whether it still gets better: scikit-learn's rule. */

/** Counts go on through `partialFit` and warm starts, as in scikit-learn; a new network begins anew. */
export class MLPProgress {
  readonly lossCurve: number[] = [];
  readonly validationScores: number[] = [];
  /** Epochs trained. */
  nIter = 0;
  /** Rows trained on, over all epochs. */
  rowsSeen = 0;
  bestLoss = Number.POSITIVE_INFINITY;
  #bestScore = Number.NEGATIVE_INFINITY;
  /** Epochs since the last that was better by `tol`. */
  #stale = 0;

  /** An epoch of so many rows has ended with this mean loss. */
  addEpoch(rows: number, loss: number): void {
    ++this.nIter;
    this.rowsSeen += rows;
    this.lossCurve.push(loss);
  }

  /** Judges the last epoch by its loss. */
  judgeLoss(tol: number): void {
    const loss = this.lossCurve.at(-1) as number;
    this.#stale = loss > this.bestLoss - tol ? this.#stale + 1 : 0;
    this.bestLoss = Math.min(this.bestLoss, loss);
  }

  /** Judges the last epoch by a score. @returns whether it is the best so far */
  judgeScore(score: number, tol: number): boolean {
    this.validationScores.push(score);
    this.bestLoss = Math.min(this.bestLoss, this.lossCurve.at(-1) as number);
    this.#stale = score < this.#bestScore + tol ? this.#stale + 1 : 0;
    if (!(score > this.#bestScore)) return false;
    this.#bestScore = score;
    return true;
  }

  /** Whether more epochs than that have passed without betterment. */
  isStale(nIterNoChange: number): boolean {
    return this.#stale > nIterNoChange;
  }

  /** Counts them from here on. */
  countAnew(): void {
    this.#stale = 0;
  }
}
