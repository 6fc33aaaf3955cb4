/** TrainingDisplay: a progress bar and a live chart on a terminal, plain lines elsewhere. */

import { SingleBar } from "cli-progress";
import type { EpochReport, Progress } from "../../training/fit.js";
import { secondsLeftOfRun } from "../../training/rate-window.js";
import { draw } from "../output.js";
import { curveChart, printableLines } from "../terminal.js";

/** Shortest time between two drawings of the chart. */
const REDRAW_MILLISECONDS = 100;
/** Lines of the terminal that the chart leaves to the bar and to the lines above. */
const SPARE_LINES = 4;

export class TrainingDisplay {
  readonly #screen: NodeJS.WriteStream;
  readonly #interactive: boolean;
  readonly #epochs: EpochReport[] = [];
  /** Lines that are not printed yet. */
  #lines: string[] = [];
  #bar: SingleBar | undefined;
  #chartLines = 0;
  #drawn = 0;
  #secondsPerBatch = 0;
  /** Digits of the largest epoch number. */
  readonly #digits: number;

  /** @param epochs largest number of epochs */
  constructor(screen: NodeJS.WriteStream, interactive: boolean, epochs: number) {
    this.#digits = Math.max(2, String(epochs).length);
    this.#screen = screen;
    this.#interactive = interactive;
  }

  showProgress(progress: Progress): void {
    const { epoch, epochs, batch, batches, loss, samplesPerSecond } = progress;
    // An epoch that ends with its first progress needs no bar.
    if (!this.#interactive || (batch === batches && !this.#bar)) return;
    const payload = {
      loss: loss.toFixed(4),
      rate: Math.round(samplesPerSecond).toLocaleString("en"),
      left: duration(this.#secondsLeft(progress)),
    };
    if (!this.#bar) {
      this.#flush();
      const title = `epoch ${epoch}/${epochs}`;
      const format = `${title} [{bar}] {percentage}% | {rate} samples/s | loss {loss} | {left} left`;
      this.#bar = new SingleBar({ stream: this.#screen, format, barsize: 16, hideCursor: true, clearOnComplete: true });
      this.#bar.start(batches, batch, payload);
    }
    this.#bar.update(batch, payload);
  }

  /** Adds an epoch of the resumed run to the curves. */
  recall(report: EpochReport): void {
    this.#epochs.push(report);
  }

  showEpoch(report: EpochReport): void {
    this.#stopBar();
    this.#epochs.push(report);
    this.#lines.push(epochLine(report, this.#digits, this.#interactive ? this.#screen.columns : undefined));
    if (!this.#interactive || performance.now() - this.#drawn >= REDRAW_MILLISECONDS) this.#flush();
  }

  /** Prints a line that stays above the chart. */
  showNote(text: string): void {
    this.#stopBar();
    this.#lines.push(printableLines(text));
    this.#flush();
  }

  /** Restores the terminal and leaves the chart at the end. */
  finish(): void {
    this.#stopBar();
    this.#flush();
    if (!this.#interactive && this.#epochs.length > 1) this.#drawChart();
  }

  /** Prints the waiting lines above the chart. */
  #flush(): void {
    if (this.#lines.length === 0) return;
    this.#eraseChart();
    draw(`${this.#lines.join("\n")}\n`, this.#screen);
    this.#lines = [];
    if (this.#interactive) this.#drawChart();
    this.#drawn = performance.now();
  }

  /** Seconds to the end of the run, unless it ends early. */
  #secondsLeft(progress: Progress): number {
    const { batch, batches, secondsLeft } = progress;
    if (batch < batches) this.#secondsPerBatch = secondsLeft / (batches - batch);
    return secondsLeftOfRun(progress, this.#secondsPerBatch, this.#epochs.at(-1)?.evalSeconds ?? Number.NaN);
  }

  #stopBar(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #drawChart(): void {
    const { columns, rows } = this.#screen;
    const lines = (rows ?? 24) - SPARE_LINES;
    const chart = curveChart(this.#curves(), this.#interactive, columns, lines).replace(/\n+$/, "");
    if (chart === "") return;
    this.#chartLines = chart.split("\n").length;
    draw(`${chart}\n`, this.#screen);
  }

  /** Accuracies for a classification; losses for a regression, whose R² may begin far below 0. */
  #curves() {
    const epochs = this.#epochs;
    if (epochs.some(({ trainAccuracy }) => trainAccuracy !== undefined)) {
      const [train, validation] = [epochs.map((r) => r.trainAccuracy), epochs.map((r) => r.valAccuracy)];
      return { title: "accuracy", train, validation, most: 1 };
    }
    return { title: "loss", train: epochs.map((r) => r.trainLoss), validation: epochs.map((r) => r.valLoss) };
  }

  #eraseChart(): void {
    if (this.#chartLines > 0) draw(`\x1b[${this.#chartLines}A\x1b[J`, this.#screen);
    this.#chartLines = 0;
  }
}

/** "4.2 s", "3 min 20 s", "1 h 5 min". */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds.toFixed(1)} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** One line; without the rate if it would be longer than `columns`. */
function epochLine(report: EpochReport, digits: number, columns = Number.POSITIVE_INFINITY): string {
  const { epoch, trainLoss, trainAccuracy, trainR2, valAccuracy, valR2, samplesPerSecond, completed } = report;
  const name = trainR2 === undefined ? "accuracy" : "R²";
  const scores = [
    ["train", trainAccuracy ?? trainR2],
    ["validation", valAccuracy ?? valR2],
  ].flatMap(([of, score]) => (typeof score === "number" ? [`${of} ${name} ${score.toFixed(4)}`] : []));
  const line = `epoch ${String(epoch).padStart(digits)}  loss ${trainLoss.toFixed(4)}  ${scores.join("  ")}`;
  const rate = `  ${Math.round(samplesPerSecond).toLocaleString("en")} samples/s`;
  const end = completed ? "" : "  (interrupted)";
  return line.length + rate.length + end.length <= columns ? line + rate + end : line + end;
}
