/** What a training needs to know of its data: images of MNIST or a set like it, or a table. */

import type { Engine } from "../create-engine.js";
import type { Dataset } from "../dataset/dataset.js";
import type { Network } from "../network/network.js";
import type { ReportData } from "./report.js";

/** Parts of the data in an engine's memory. */
export interface PlacedData {
  readonly training: Dataset;
  readonly validation?: Dataset;
  readonly test?: Dataset;
}

export interface TrainingTask {
  readonly task: "mnist" | "classification" | "regression";
  /** Heading of the report. */
  readonly title: string;
  /** Said before training, and drawn below that. */
  readonly introduction: string;
  drawing?(colour: boolean, columns: number | undefined): string;
  readonly inputs: number;
  readonly outputs: number;
  /** Names of the classes; none for values. */
  readonly classes?: readonly string[];
  /** Of values: the target's name, and its values of the test rows. */
  readonly target?: {
    readonly name: string;
    readonly test: readonly number[];
    restore(values: ArrayLike<number>): number[];
  };
  /** What the model file needs beside the network. */
  readonly metadata: Readonly<Record<string, string>>;
  /** SHA-256 of the data file, or of a set's training files; none for MNIST. */
  readonly fingerprint?: string;
  place(engine: Engine): PlacedData;
  /** Pictures for the report. */
  samples?(network: Network, test: Dataset): ReportData["samples"];
}
