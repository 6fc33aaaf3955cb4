/** What the page asks the worker that learns the reader's tables. */

import type { SavedFile } from "../../src/app/model-file.js";
import type { RunSettings } from "../../src/app/settings/page-settings.js";
import type { ColumnKind, EngineInfo, LeftOutColumn, TargetTask } from "../../src/index.js";
import type { RunCalls } from "./run.js";

/** A chosen or dropped file, read by the worker. */
export interface GivenFile {
  readonly name: string;
  readonly data: Blob;
}

/** A table as a reader sees it first. */
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
  /** The first rows as texts; undefined where a value is missing. */
  readonly preview: readonly (readonly (string | undefined)[])[];
  /** The column that is most likely to be learned. */
  readonly target: string;
}

/** What is to be learned. */
export interface TableTask {
  readonly target: string;
  readonly task: TargetTask;
}

/** What learning a column means. */
export interface TaskView extends TableTask {
  /** Columns of the network's input, and of its output. */
  readonly inputs: number;
  readonly outputs: number;
  readonly classes?: readonly string[];
  /** Columns that are not learned from. */
  readonly leftOut: readonly LeftOutColumn[];
}

/** A table's rows in the plane of its only two features. */
export interface PlaneView {
  /** Names of the features. */
  readonly axes: readonly [string, string];
  /** Ends of the axes: least x, most x, least y, most y. */
  readonly ends: readonly [number, number, number, number];
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Class index, or value. */
  readonly targets: Float32Array;
  /** Rows that are not trained on are 1. */
  readonly held: Uint8Array;
}

/** What a run on a table is started with. */
export interface TableStart extends TableTask {
  readonly settings: RunSettings;
  /** Epochs a second at most; 0: no limit. */
  readonly pace: number;
}

export interface StartedRun extends TaskView {
  readonly engine: EngineInfo;
  readonly rows: { readonly training: number; readonly validation: number; readonly test: number };
  readonly plane?: PlaneView;
}

/** What the network says of each point of a grid, row by row from the least x and y: a class and its probability, or a value. */
export interface PlanePrediction {
  readonly labels?: Uint8Array;
  readonly strengths?: Float32Array;
  readonly values?: Float32Array;
}

/** How well the network does on the held-out rows. */
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
  /** Values of categorical columns that training did not know, by column. */
  readonly unknown: Readonly<Record<string, number>>;
}

/** A model that was opened, and what it wants to know. */
export interface OpenedTableModel extends TaskView {
  readonly name: string;
  readonly features: readonly string[];
  readonly engine: EngineInfo;
}

export interface TableCalls extends RunCalls {
  openTable(argument: GivenFile): TableView;
  /** Without a task: the one that the column's values suggest. The seed decides which rows are trained on. */
  describe(argument: { readonly target: string; readonly task?: TargetTask; readonly seed: number }): TaskView;
  /** Trains from the start; with `step` one batch, and then it is paused. Refused, the network before stays. */
  start(argument: TableStart & { readonly step: boolean }): StartedRun;
  /** Takes up a run of the open table that another worker had, where its checkpoint is, without going on with it yet. */
  restore(argument: TableStart & { readonly checkpoint: Uint8Array }): StartedRun & { readonly hash: string };
  /** The prediction for a grid of size × size points over the plane. */
  plane(argument: { readonly size: number }): PlanePrediction;
  result(argument: undefined): TableResult;
  /** Predicts every row of the file, or of the table that is open. */
  predict(argument: GivenFile | undefined): Predictions;
  openModel(argument: GivenFile): OpenedTableModel;
}
