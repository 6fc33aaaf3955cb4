/** Loggers: the reports as text, through a function of the caller's. */

import { checkFunction, checkOptions, type OptionNames } from "../../checks/check-options.js";
import type { EpochReport } from "../epoch-report.js";
import type { Callback, RunView } from "./callbacks.js";
import { csvColumns, csvLine } from "./history.js";

/** Options of a logger. */
export interface LoggerOptions {
  /**
   * Is given whole lines; training waits for what it returns. The text of the first call of a training begins the log, that
   * of the later ones is added to it: a resumed training begins with the epochs before it, so that none is logged twice.
   * In Node: `fileLog` of simdgrad/node.
   */
  write(text: string, begins: boolean): void | Promise<void>;
}

const OPTIONS: OptionNames<LoggerOptions> = { write: true };

/** What the loggers share: when to write. Which text, the format says. */
abstract class Logger implements Callback {
  readonly #write: LoggerOptions["write"];
  #begins = true;

  /** @throws TypeError when `write` is no function, for unknown options */
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

  /** The lines of the reports; `begins` for the first of a log. */
  protected abstract format(reports: readonly EpochReport[], begins: boolean): string;

  async #log(reports: readonly EpochReport[]): Promise<void> {
    const begins = this.#begins;
    this.#begins = false;
    await this.#write(this.format(reports, begins), begins);
  }
}

/** A table: a header line, then a line for each epoch. */
export class CsvLogger extends Logger {
  #columns: ReturnType<typeof csvColumns> = [];

  protected override format(reports: readonly EpochReport[], begins: boolean): string {
    if (begins) this.#columns = csvColumns(reports);
    const lines = reports.map((report) => csvLine(this.#columns.map((name) => report[name])));
    return (begins ? csvLine(this.#columns) : "") + lines.join("");
  }
}

/** JSON lines: each report as an object on a line of its own. */
export class JsonlLogger extends Logger {
  protected override format(reports: readonly EpochReport[]): string {
    return reports.map((report) => `${JSON.stringify(report)}\n`).join("");
  }
}
