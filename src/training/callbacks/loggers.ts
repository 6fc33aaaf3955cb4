/** Loggers: write reports as text, through a function that you pass. */

import { checkFunction, checkOptions, type OptionNames } from "../../checks/check-options.js";
import type { EpochReport } from "../epoch-report.js";
import type { Callback, RunView } from "./callbacks.js";
import { csvColumns, csvLine } from "./history.js";

/** Options of a logger. */
export interface LoggerOptions {
  /**
   * Gets whole lines. Training waits for its promise. The first call of a training begins the log, later calls append to it. A
   * resumed training first writes the earlier epochs, so that none is logged twice. In Node use `fileLog` of simdgrad/node.
   */
  write(text: string, begins: boolean): void | Promise<void>;
}

const OPTIONS: OptionNames<LoggerOptions> = { write: true };

/** The base of the loggers decides when to write. The format decides what. */
abstract class Logger implements Callback {
  readonly #write: LoggerOptions["write"];
  #begins = true;

  /** @throws TypeError if `write` is not a function, and for unknown options */
  constructor(options: LoggerOptions) {
    checkOptions(new.target.name, options, OPTIONS);
    const { write } = options;
    checkFunction("write", write);
    this.#write = write;
  }

  async onTrainBegin({ history }: RunView): Promise<void> {
    this.#begins = true;
    if (history.length > 0) await this.#log(history.reports);
  }

  async onEpochEnd(report: EpochReport): Promise<void> {
    await this.#log([report]);
  }

  /** The lines for reports; `begins` at the beginning of a log. */
  protected abstract format(reports: readonly EpochReport[], begins: boolean): string;

  async #log(reports: readonly EpochReport[]): Promise<void> {
    const begins = this.#begins;
    this.#begins = false;
    await this.#write(this.format(reports, begins), begins);
  }
}

/** Writes CSV: a header, then a line per epoch. */
export class CsvLogger extends Logger {
  #columns: ReturnType<typeof csvColumns> = [];

  protected override format(reports: readonly EpochReport[], begins: boolean): string {
    if (begins) this.#columns = csvColumns(reports);
    const lines = reports.map((report) => csvLine(this.#columns.map((name) => report[name])));
    return (begins ? csvLine(this.#columns) : "") + lines.join("");
  }
}

/** Writes JSON Lines: each report as an object on one line. */
export class JsonlLogger extends Logger {
  protected override format(reports: readonly EpochReport[]): string {
    return reports.map((report) => `${JSON.stringify(report)}\n`).join("");
  }
}
