/** Reporter: a callback of `fit` that gathers losses, reports and rates, and hands them on about eight times a second. */

import type { Callback, EpochReport, RunView } from "../../src/index.js";
import type { RunUpdate } from "../protocol.js";

const MILLISECONDS = 125;
/** Points of a run's loss curve, and at most so many of one epoch. */
const POINTS = 1500;
const POINTS_OF_EPOCH = 100;
/** Weight of the newest moment in the rate. */
const NEWEST = 0.3;

export class Reporter implements Callback {
  readonly #batchSize: number;
  readonly #send: (update: RunUpdate) => void;
  #losses: [number, number][] = [];
  #reports: EpochReport[] = [];
  #sum = 0;
  #count = 0;
  /** Training time since the last update, its batches, and when it was last looked at; pauses and evaluations are left out. */
  #active = 0;
  #batches = 0;
  #mark = performance.now();
  #sent = this.#mark;
  #secondsPerBatch = Number.NaN;
  #evaluationSeconds = 0;

  constructor(batchSize: number, send: (update: RunUpdate) => void) {
    this.#batchSize = batchSize;
    this.#send = send;
  }

  onTrainBegin(): void {
    this.mark();
  }

  onBatchEnd(run: RunView): void {
    const now = performance.now();
    this.#active += now - this.#mark;
    this.#mark = now;
    ++this.#batches;
    this.#sum += run.loss;
    ++this.#count;
    const { batches, epochs } = run;
    const width = Math.max(1, Math.ceil((batches * epochs) / POINTS), Math.ceil(batches / POINTS_OF_EPOCH));
    if (this.#count >= width || run.batch === batches) this.#endPoint(run);
    if (now - this.#sent > MILLISECONDS) this.flush(run);
  }

  onEpochEnd(report: EpochReport, run: RunView): void {
    this.#reports.push(report);
    this.#evaluationSeconds = report.evalSeconds;
    this.mark();
    if (this.#mark - this.#sent > MILLISECONDS) this.flush(run);
  }

  /** Time from here on counts as training again. */
  mark(): void {
    this.#mark = performance.now();
  }

  /** Sends what there is. */
  flush(run: RunView): void {
    this.#sent = performance.now();
    if (this.#batches > 0) {
      const seconds = this.#active / 1000 / this.#batches;
      this.#secondsPerBatch = Number.isNaN(this.#secondsPerBatch)
        ? seconds
        : NEWEST * seconds + (1 - NEWEST) * this.#secondsPerBatch;
    }
    const { epoch, epochs, batch, batches } = run;
    const left = Math.max(0, (epochs - epoch + 1) * batches - batch);
    this.#send({
      epoch: Math.min(epoch, epochs),
      epochs,
      batch: epoch > epochs ? batches : batch,
      batches,
      samplesPerSecond: this.#batchSize / this.#secondsPerBatch,
      secondsLeft: left * this.#secondsPerBatch + Math.ceil(left / batches) * this.#evaluationSeconds,
      losses: this.#losses,
      reports: this.#reports,
    });
    this.#losses = [];
    this.#reports = [];
    this.#active = 0;
    this.#batches = 0;
  }

  #endPoint({ epoch, batch, batches }: RunView): void {
    this.#losses.push([epoch - 1 + batch / batches, this.#sum / this.#count]);
    this.#sum = 0;
    this.#count = 0;
  }
}
