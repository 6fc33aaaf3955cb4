/** Task: what training needs to know about its data, images or a table. */

import type { Engine } from "../create-engine.js";
import type { DataSource, SparseSource } from "../dataset/data-source.js";
import type { Dataset } from "../dataset/dataset.js";
import type { ValueTarget } from "./evaluation.js";
import type { NetworkShape } from "./network-from-settings.js";

/** The parts of the data in the memory of an engine. */
export interface PlacedData {
  readonly training: Dataset;
  readonly validation?: Dataset;
  readonly test?: Dataset;
}

export interface Task extends NetworkShape {
  readonly task: "mnist" | "classification" | "regression";
  /** Entries for the model file, such as the preprocessing. */
  readonly metadata: Readonly<Record<string, string>>;
  /** For a regression: the target, and its values in the test rows. */
  readonly target?: ValueTarget & { readonly test: ArrayLike<number> };
  /** Copies the data to the memory of the engine. Call it once: a table then frees its rows. */
  place(engine: Engine): PlacedData;
}

/** The three parts before they are in the memory of an engine. */
export interface Parts<S = DataSource | SparseSource> {
  readonly training: S;
  readonly validation: S | undefined;
  readonly test: S | undefined;
}
