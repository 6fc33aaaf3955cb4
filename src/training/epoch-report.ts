/** Progress within an epoch, and the report after it. */

import { checkBoolean, checkRecord, wrongType } from "../checks/check-options.js";
import type { Evaluation } from "../network/evaluation.js";

/** Progress within an epoch. */
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
  /** Seconds until the end of the epoch at the current rate. */
  readonly secondsLeft: number;
}

/** The report of an epoch. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean training loss of the rows, each computed before its batch's step. */
  readonly trainLoss: number;
  /** Accuracy on the training set after the epoch; undefined unless requested. */
  readonly trainAccuracy?: number;
  readonly valLoss?: number;
  readonly valAccuracy?: number;
  /** R², instead of accuracy, with a regression loss. */
  readonly trainR2?: number;
  readonly valR2?: number;
  /** The optimizer's learning rate in the epoch's last step. */
  readonly learningRate: number;
  /** Seconds in training steps, without callbacks and other tasks; and in evaluations. */
  readonly trainSeconds: number;
  readonly evalSeconds: number;
  readonly samplesPerSecond: number;
  /** False if the signal ended the epoch early. Then it has no evaluations. */
  readonly completed: boolean;
}

/** The metrics in a report, which callbacks can monitor. */
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

/** @throws TypeError for anything but a report */
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

/** What the evaluations after an epoch add to the report. */
export function evaluationNumbers(training: Evaluation | undefined, validation: Evaluation | undefined) {
  return {
    ...(training?.accuracy !== undefined && { trainAccuracy: training.accuracy }),
    ...(training?.r2 !== undefined && { trainR2: training.r2 }),
    ...(validation && { valLoss: validation.loss }),
    ...(validation?.accuracy !== undefined && { valAccuracy: validation.accuracy }),
    ...(validation?.r2 !== undefined && { valR2: validation.r2 }),
  };
}

/** The metrics in the reports of a run. */
export function reportedMetrics(ofValues: boolean, evaluatesTraining: boolean, validates: boolean): Metric[] {
  const metrics: Metric[] = ["trainLoss"];
  if (evaluatesTraining) metrics.push(ofValues ? "trainR2" : "trainAccuracy");
  if (validates) metrics.push("valLoss", ofValues ? "valR2" : "valAccuracy");
  return metrics;
}
