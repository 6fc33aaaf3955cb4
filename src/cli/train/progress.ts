/** What training looks like: a bar, a chart that is drawn over and over, or plain lines where nobody watches. */

import { SingleBar } from "cli-progress";
import type { EpochReport, Progress } from "../../training/fit.js";
import { secondsLeftOfRun } from "../../training/rate-window.js";
import { draw } from "../output.js";
import { curveChart, printableLines } from "../terminal.js";

/** Epochs may be shorter than an eye can follow. */
const REDRAW_MILLISECONDS = 100;
/** The chart, the bar and some lines above them fit into a terminal of at least this many lines. */
const SPARE_LINES = 4;

export class TrainingDisplay {
  readonly #screen: NodeJS.WriteStream;
  readonly #interactive: boolean;
  readonly #reports: EpochReport[] = [];
  /** Lines of epochs that are not shown yet. */
  #lines: string[] = [];
  #bar: SingleBar | undefined;
  #chartLines = 0;
  #drawn = 0;
  #secondsPerBatch = 0;
  /** Of the largest epoch's number. */
  readonly #digits: number;

  /** @param epochs that there will be at most */
  constructor(screen: NodeJS.WriteStream, interactive: boolean, epochs: number) {
    this.#digits = Math.max(2, String(epochs).length);
    this.#screen = screen;
    this.#interactive = interactive;
  }

  showProgress(progress: Progress): void {
    const { epoch, epochs, batch, batches, loss, samplesPerSecond } = progress;
    // An epoch that is over at its first sign of life needs no bar.
    if (!this.#interactive || (batch === batches && !this.#bar)) return;
    const payload = {
      loss: loss.toFixed(4),
      rate: Math.round(samplesPerSecond).toLocaleString("en"),
      left: duration(this.#secondsLeft(progress)),
    };
    if (!this.#bar) {
      this.#flush();
      const title = `epoch ${epoch}/${epochs}`;
      const format = `${title} [{bar}] {percentage}% | {rate} samples/s | loss {loss} | {left} to the run's end`;
      this.#bar = new SingleBar({ stream: this.#screen, format, barsize: 16, hideCursor: true, clearOnComplete: true });
      this.#bar.start(batches, batch, payload);
    }
    this.#bar.update(batch, payload);
  }

  /** An epoch of before, for the curves. */
  recall(report: EpochReport): void {
    this.#reports.push(report);
  }

  showEpoch(report: EpochReport): void {
    this.#stopBar();
    this.#reports.push(report);
    this.#lines.push(epochLine(report, this.#digits, this.#interactive ? this.#screen.columns : undefined));
    if (!this.#interactive || performance.now() - this.#drawn >= REDRAW_MILLISECONDS) this.#flush();
  }

  /** A line that stays, above the chart. */
  showNote(text: string): void {
    this.#stopBar();
    this.#lines.push(printableLines(text));
    this.#flush();
  }

  /** Leaves the terminal as it was found, the chart as the last thing on it. */
  finish(): void {
    this.#stopBar();
    this.#flush();
    if (!this.#interactive && this.#reports.length > 1) this.#drawChart();
  }

  /** Writes the lines that wait, above the chart. */
  #flush(): void {
    if (this.#lines.length === 0) return;
    this.#eraseChart();
    draw(`${this.#lines.join("\n")}\n`, this.#screen);
    this.#lines = [];
    if (this.#interactive) this.#drawChart();
    this.#drawn = performance.now();
  }

  /** Until the end of the run, unless something ends it early. */
  #secondsLeft(progress: Progress): number {
    const { batch, batches, secondsLeft } = progress;
    if (batch < batches) this.#secondsPerBatch = secondsLeft / (batches - batch);
    return secondsLeftOfRun(progress, this.#secondsPerBatch, this.#reports.at(-1)?.evalSeconds ?? Number.NaN);
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

  /** Accuracies of classes, losses of regressions: R² may begin far below any scale. */
  #curves() {
    const reports = this.#reports;
    if (reports.some(({ trainAccuracy }) => trainAccuracy !== undefined)) {
      const [train, validation] = [reports.map((r) => r.trainAccuracy), reports.map((r) => r.valAccuracy)];
      return { title: "accuracy", train, validation, most: 1 };
    }
    return { title: "loss", train: reports.map((r) => r.trainLoss), validation: reports.map((r) => r.valLoss) };
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

/** A line of at most `columns` characters, if it can be: the rate is left out first. */
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
