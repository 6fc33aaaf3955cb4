/** What training looks like: a bar, a chart that is drawn over and over, or plain lines where nobody watches. */

import { SingleBar } from "cli-progress";
import type { EpochReport, Progress } from "../trainer.js";
import { accuracyChart } from "./terminal.js";

export class TrainingDisplay {
  readonly #screen: NodeJS.WriteStream;
  readonly #interactive: boolean;
  readonly #train: number[] = [];
  readonly #validation: number[] = [];
  #bar: SingleBar | undefined;
  #chartLines = 0;

  constructor(screen: NodeJS.WriteStream, interactive: boolean) {
    this.#screen = screen;
    this.#interactive = interactive;
  }

  showProgress({ epoch, epochs, batch, batches, loss, samplesPerSecond, secondsLeft }: Progress): void {
    if (!this.#interactive) return;
    const payload = {
      loss: loss.toFixed(4),
      rate: Math.round(samplesPerSecond).toLocaleString("en"),
      left: secondsLeft.toFixed(1),
    };
    if (!this.#bar) {
      const title = `epoch ${epoch}/${epochs}`;
      const format = `${title} [{bar}] {percentage}% | {rate} samples/s | loss {loss} | {left} s left`;
      this.#bar = new SingleBar({ stream: this.#screen, format, barsize: 16, hideCursor: true, clearOnComplete: true });
      this.#bar.start(batches, batch, payload);
    }
    this.#bar.update(batch, payload);
  }

  showEpoch(report: EpochReport): void {
    this.#stopBar();
    this.#train.push(report.trainAccuracy ?? Number.NaN);
    this.#validation.push(report.valAccuracy ?? Number.NaN);
    this.#eraseChart();
    this.#screen.write(`${epochLine(report)}\n`);
    if (this.#interactive) this.#drawChart();
  }

  /** Leaves the terminal as it was found, the chart as the last thing on it. */
  finish(): void {
    this.#stopBar();
    if (!this.#interactive && this.#train.length > 1) this.#drawChart();
  }

  #stopBar(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #drawChart(): void {
    const chart = accuracyChart(this.#train, this.#validation, this.#interactive, this.#screen.columns).replace(
      /\n+$/,
      "",
    );
    this.#chartLines = chart.split("\n").length;
    this.#screen.write(`${chart}\n`);
  }

  #eraseChart(): void {
    if (this.#chartLines > 0) this.#screen.write(`\x1b[${this.#chartLines}A\x1b[J`);
    this.#chartLines = 0;
  }
}

function epochLine({ epoch, trainLoss, trainAccuracy, valAccuracy, samplesPerSecond, completed }: EpochReport): string {
  const accuracy = `train accuracy ${trainAccuracy?.toFixed(4)}  validation accuracy ${valAccuracy?.toFixed(4)}`;
  const rate = `${Math.round(samplesPerSecond).toLocaleString("en")} samples/s`;
  return `epoch ${String(epoch).padStart(2)}  loss ${trainLoss.toFixed(4)}  ${accuracy}  ${rate}${completed ? "" : "  (interrupted)"}`;
}
