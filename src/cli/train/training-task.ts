/** TrainingTask: a task, with what the command prints and shows about it. */

import type { Task } from "../../app/task.js";
import type { ReportData } from "../report/report.js";

export interface TrainingTask extends Task {
  /** Heading of the report. */
  readonly title: string;
  /** Printed before training; `drawing` is drawn below it. */
  readonly introduction: string;
  drawing?(colour: boolean, columns: number | undefined): string;
  /** SHA-256 of the data file, or of a set's training files; undefined for MNIST. */
  readonly fingerprint?: string;
  /** Sample images for report.html, given the predicted classes of the test rows. */
  samples?(predicted: ArrayLike<number>): ReportData["samples"];
}
