/** History: the reports of a training's epochs, as a list, as JSON and as a table. */

import { checkIterable } from "../../checks/check-list.js";
import { checkChoice } from "../../checks/check-options.js";
import { checkReport, type EpochReport, type Metric, REPORT_NUMBERS } from "../epoch-report.js";

/** The reports so far, in order. A resumed training's history also begins with epoch 1. */
export class History implements Iterable<EpochReport> {
  readonly #reports: EpochReport[];

  /** @throws TypeError for anything but reports of epochs */
  constructor(reports: Iterable<EpochReport> = []) {
    checkIterable("history", reports, "a list of reports");
    this.#reports = [...reports];
    for (const report of this.#reports) checkReport(report);
  }

  get reports(): readonly EpochReport[] {
    return this.#reports;
  }

  get length(): number {
    return this.#reports.length;
  }

  /** The newest report; undefined before the first. */
  get last(): EpochReport | undefined {
    return this.#reports.at(-1);
  }

  /** One metric of every epoch, undefined if a report lacks it: a curve to draw. @throws TypeError, RangeError for an unknown metric */
  values(metric: Metric | (typeof REPORT_NUMBERS)[number]): (number | undefined)[] {
    checkChoice("history: metric", metric, REPORT_NUMBERS);
    return this.#reports.map((report) => report[metric]);
  }

  /** Adds an epoch's report. @throws TypeError for anything else */
  push(report: EpochReport): void {
    checkReport(report);
    this.#reports.push(report);
  }

  /** The list of reports, for `JSON.stringify`. */
  toJSON(): readonly EpochReport[] {
    return this.#reports;
  }

  /** CSV (RFC 4180, lines end in \n) with a header and a line per epoch, for the numbers that at least one report has. */
  toCSV(): string {
    const columns = csvColumns(this.#reports);
    return csvLine(columns) + this.#reports.map((report) => csvLine(columns.map((name) => report[name]))).join("");
  }

  [Symbol.iterator](): Iterator<EpochReport> {
    return this.#reports[Symbol.iterator]();
  }
}

/** The numbers that at least one of the reports has. */
export function csvColumns(reports: readonly EpochReport[]): (typeof REPORT_NUMBERS)[number][] {
  return REPORT_NUMBERS.filter((name) => reports.some((report) => report[name] !== undefined));
}

/** Joins fields with commas. Numbers and names need no quotes. */
export function csvLine(fields: readonly (string | number | undefined)[]): string {
  return `${fields.map((field) => field ?? "").join(",")}\n`;
}
