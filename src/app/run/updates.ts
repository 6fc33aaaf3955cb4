/** UpdateSender: a callback of `fit` that gathers losses, epoch reports and rates, and sends them about eight times a second. */

import type { Callback, EpochReport, RunView } from "../../index.js";
import { RateWindow, secondsLeftOfRun } from "../../training/rate-window.js";
import type { RunUpdate } from "./events.js";

const MILLISECONDS = 125;
/** Most points of the loss curve of a run, and of one epoch. */
const POINTS = 1500;
const POINTS_OF_EPOCH = 100;

export class UpdateSender implements Callback {
  readonly #batchSize: number;
  readonly #send: (update: RunUpdate) => void;
  readonly #window = new RateWindow();
  #losses: [number, number][] = [];
  #reports: EpochReport[] = [];
  #sum = 0;
  #count = 0;
  /** Start of the current batch. Its time excludes pauses and evaluations, but includes waits for the pace. */
  #mark = performance.now();
  #sent = this.#mark;
  #evaluationSeconds = Number.NaN;

  constructor(batchSize: number, send: (update: RunUpdate) => void) {
    this.#batchSize = batchSize;
    this.#send = send;
  }

  onTrainBegin(): void {
    this.mark();
  }

  onBatchEnd(run: RunView): void {
    const now = performance.now();
    this.#window.add(this.#batchSize, (now - this.#mark) / 1000);
    this.#mark = now;
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

  /** Call it after a pause: from here on time counts as training. */
  mark(): void {
    this.#mark = performance.now();
  }

  /** Sends the gathered data now. */
  flush(run: RunView): void {
    this.#sent = performance.now();
    const { epoch, epochs, batch, batches } = run;
    const samplesPerSecond = this.#window.rowsPerSecond;
    this.#send({
      epoch: Math.min(epoch, epochs),
      epochs,
      batch: epoch > epochs ? batches : batch,
      batches,
      samplesPerSecond,
      secondsLeft: secondsLeftOfRun(run, this.#batchSize / samplesPerSecond, this.#evaluationSeconds),
      losses: this.#losses,
      reports: this.#reports,
    });
    this.#losses = [];
    this.#reports = [];
  }

  #endPoint({ epoch, batch, batches }: RunView): void {
    this.#losses.push([epoch - 1 + batch / batches, this.#sum / this.#count]);
    this.#sum = 0;
    this.#count = 0;
  }
}
