/** A task with what the command says and shows of it. */

import type { Task } from "../../app/task.js";
import type { ReportData } from "../report/report.js";

export interface TrainingTask extends Task {
  /** Heading of the report. */
  readonly title: string;
  /** Said before training, and drawn below that. */
  readonly introduction: string;
  drawing?(colour: boolean, columns: number | undefined): string;
  /** SHA-256 of the data file, or of a set's training files; none for MNIST. */
  readonly fingerprint?: string;
  /** Pictures for the report, from the classes predicted for the test rows. */
  samples?(predicted: ArrayLike<number>): ReportData["samples"];
}
