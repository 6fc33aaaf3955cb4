/** What a training needs to know of its data: images of MNIST or a set like it, or a table. */

import type { Engine } from "../create-engine.js";
import type { DataSource, SparseSource } from "../dataset/data-source.js";
import type { Dataset } from "../dataset/dataset.js";
import type { ValueTarget } from "./evaluation.js";
import type { NetworkShape } from "./network-from-settings.js";

/** Parts of the data in an engine's memory. */
export interface PlacedData {
  readonly training: Dataset;
  readonly validation?: Dataset;
  readonly test?: Dataset;
}

export interface Task extends NetworkShape {
  readonly task: "mnist" | "classification" | "regression";
  /** What the model file needs beside the network. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Of values: the target, and its values of the test rows. */
  readonly target?: ValueTarget & { readonly test: ArrayLike<number> };
  /** Puts the data into the engine's memory; of a table they are let go of then, so that it can be done once. */
  place(engine: Engine): PlacedData;
}

/** Rows of the three parts, before they are in an engine's memory. */
export interface Parts<S = DataSource | SparseSource> {
  readonly training: S;
  readonly validation: S | undefined;
  readonly test: S | undefined;
}
