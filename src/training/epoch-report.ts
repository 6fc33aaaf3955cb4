/** What training tells of itself: progress within an epoch, a report after it. */

import { checkBoolean, checkRecord, wrongType } from "../checks/check-options.js";
import type { Evaluation } from "../network/evaluation.js";

/** How far an epoch is. */
export interface Progress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done, of `batches`. */
  readonly batch: number;
  readonly batches: number;
  /** Mean loss of this epoch's batches so far. */
  readonly loss: number;
  readonly samplesPerSecond: number;
  /** Seconds until the end of the epoch at the present rate. */
  readonly secondsLeft: number;
}

/** What an epoch came to. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss of the rows, each before its batch's step. */
  readonly trainLoss: number;
  /** Accuracy over the training set after the epoch; undefined when it was not asked for. */
  readonly trainAccuracy?: number;
  readonly valLoss?: number;
  readonly valAccuracy?: number;
  /** R², in place of accuracy, with a regression loss. */
  readonly trainR2?: number;
  readonly valR2?: number;
  /** The optimizer's, in the epoch's last step. */
  readonly learningRate: number;
  /** Time in training steps, without callbacks and other tasks' turns; and in evaluations. */
  readonly trainSeconds: number;
  readonly evalSeconds: number;
  readonly samplesPerSecond: number;
  /** False when the signal ended it early: there are no evaluations then. */
  readonly completed: boolean;
}

/** The numbers of a report that say how good the network is: what callbacks can monitor. */
export type Metric = "trainLoss" | "trainAccuracy" | "valLoss" | "valAccuracy" | "trainR2" | "valR2";

/** All numbers of a report, in the order of a table's columns. */
export const REPORT_NUMBERS = [
  "epoch",
  "trainLoss",
  "trainAccuracy",
  "trainR2",
  "valLoss",
  "valAccuracy",
  "valR2",
  "learningRate",
  "trainSeconds",
  "evalSeconds",
  "samplesPerSecond",
] as const satisfies readonly (keyof EpochReport)[];

/** @throws TypeError for anything but a report, which has all numbers that every report has */
export function checkReport(report: EpochReport): void {
  checkRecord("report", report, "a report of an epoch");
  for (const name of REPORT_NUMBERS) {
    const value = report[name];
    if (typeof value === "number" || (value === undefined && !REQUIRED_NUMBERS.has(name))) continue;
    throw wrongType(`report: ${name}`, "a number", value);
  }
  checkBoolean("report: completed", report.completed);
}

/** Numbers that every report has. */
export const REQUIRED_NUMBERS: ReadonlySet<string> = new Set([
  "epoch",
  "trainLoss",
  "learningRate",
  "trainSeconds",
  "evalSeconds",
  "samplesPerSecond",
]);

/** What the evaluations after an epoch add to its report. */
export function evaluationNumbers(training: Evaluation | undefined, validation: Evaluation | undefined) {
  return {
    ...(training?.accuracy !== undefined && { trainAccuracy: training.accuracy }),
    ...(training?.r2 !== undefined && { trainR2: training.r2 }),
    ...(validation && { valLoss: validation.loss }),
    ...(validation?.accuracy !== undefined && { valAccuracy: validation.accuracy }),
    ...(validation?.r2 !== undefined && { valR2: validation.r2 }),
  };
}

/** The metrics that the reports of a run will have. */
export function reportedMetrics(ofValues: boolean, evaluatesTraining: boolean, validates: boolean): Metric[] {
  const metrics: Metric[] = ["trainLoss"];
  if (evaluatesTraining) metrics.push(ofValues ? "trainR2" : "trainAccuracy");
  if (validates) metrics.push("valLoss", ofValues ? "valR2" : "valAccuracy");
  return metrics;
}
