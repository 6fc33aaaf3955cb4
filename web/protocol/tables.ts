/** The calls of the worker that trains on the reader's tables. */

import type { SavedFile } from "../../src/app/model-file.js";
import type { RunSettings } from "../../src/app/settings/page-settings.js";
import type { ColumnKind, EngineInfo, LeftOutColumn, TargetTask } from "../../src/index.js";
import type { RunCalls } from "./run.js";

/** A chosen or dropped file, which the worker reads. */
export interface GivenFile {
  readonly name: string;
  readonly data: Blob;
}

/** The preview of a table. */
export interface TableView {
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly {
    readonly name: string;
    readonly kind: ColumnKind;
    /** Different values of a categorical column. */
    readonly categories?: number;
    readonly missing: number;
    /** Whether its numbers have decimal commas. */
    readonly hasCommas: boolean;
  }[];
  /** The first rows as texts; undefined for missing values. */
  readonly preview: readonly (readonly (string | undefined)[])[];
  /** The most likely target. */
  readonly target: string;
}

/** A target column and its task. */
export interface TableTask {
  readonly target: string;
  readonly task: TargetTask;
}

/** The network's sizes and classes for a target. */
export interface TaskView extends TableTask {
  /** Columns of the network's input and output. */
  readonly inputs: number;
  readonly outputs: number;
  readonly classes?: readonly string[];
  /** Columns that are left out. */
  readonly leftOut: readonly LeftOutColumn[];
}

/** A table's rows in the plane of its two features. */
export interface PlaneView {
  /** Names of the features. */
  readonly axes: readonly [string, string];
  /** Ends of the axes: least x, most x, least y, most y. */
  readonly ends: readonly [number, number, number, number];
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Class index, or value. */
  readonly targets: Float32Array;
  /** 1 for rows that are not trained on. */
  readonly held: Uint8Array;
}

/** The argument that starts a run on a table. */
export interface TableStart extends TableTask {
  readonly settings: RunSettings;
  /** The most epochs per second; 0: no limit. */
  readonly pace: number;
}

export interface StartedRun extends TaskView {
  readonly engine: EngineInfo;
  readonly rows: { readonly training: number; readonly validation: number; readonly test: number };
  readonly plane?: PlaneView;
}

/** Predictions for the points of a grid, row by row from the least x and y: a class and its probability, or a value. */
export interface PlanePrediction {
  readonly labels?: Uint8Array;
  readonly strengths?: Float32Array;
  readonly values?: Float32Array;
}

/** The network's result on the held-out rows. */
export type TableResult =
  | {
      readonly task: "classification";
      readonly classes: readonly string[];
      readonly accuracy: number;
      readonly loss: number;
      /** confusion[label][prediction]. */
      readonly confusion: readonly (readonly number[])[];
    }
  | {
      readonly task: "regression";
      readonly r2: number;
      /** In the target's unit. */
      readonly rmse: number;
      readonly mae: number;
      readonly actual: Float64Array;
      readonly predicted: Float64Array;
    };

export interface Predictions {
  readonly file: SavedFile;
  readonly rows: number;
  /** Number of values unknown in training, by categorical column. */
  readonly unknown: Readonly<Record<string, number>>;
}

/** An opened model and its features. */
export interface OpenedTableModel extends TaskView {
  readonly name: string;
  readonly features: readonly string[];
  readonly engine: EngineInfo;
}

export interface TableCalls extends RunCalls {
  openTable(argument: GivenFile): TableView;
  /** Without a task: the one that the column's values suggest. The seed decides which rows are trained on. */
  describe(argument: { readonly target: string; readonly task?: TargetTask; readonly seed: number }): TaskView;
  /** Starts a run. With `step` it pauses after one batch. If refused, the previous network stays. */
  start(argument: TableStart & { readonly step: boolean }): StartedRun;
  /** Restores another worker's run on the open table from its checkpoint, without resuming it. */
  restore(argument: TableStart & { readonly checkpoint: Uint8Array }): StartedRun & { readonly hash: string };
  /** Predictions for a grid of size × size points over the plane. */
  plane(argument: { readonly size: number }): PlanePrediction;
  result(argument: undefined): TableResult;
  /** Predicts every row of the file, or of the open table. */
  predict(argument: GivenFile | undefined): Predictions;
  openModel(argument: GivenFile): OpenedTableModel;
}
