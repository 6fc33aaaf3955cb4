/** The calls of the worker that trains on MNIST. */

import type { SavedFile } from "../../src/app/model-file.js";
import type { RunUpdate } from "../../src/app/run/events.js";
import type { RunSettings } from "../../src/app/settings/page-settings.js";
import type { EngineInfo } from "../../src/index.js";
import type { RunCalls } from "./run.js";

/** A digit of 28 × 28 bytes, black 0, and what it is. */
export interface LabelledDigit {
  readonly pixels: Uint8Array;
  readonly label: number;
}

/** A test image that the network misreads. */
export interface MisclassifiedDigit extends LabelledDigit {
  /** Row in the test set. */
  readonly row: number;
  /** One per class. */
  readonly probabilities: Float32Array;
}

/** A cell of the confusion matrix with some of its digits. */
export interface Misclassified {
  readonly count: number;
  /** In descending order of the network's certainty. */
  readonly digits: readonly MisclassifiedDigit[];
}

/** A drawing in light ink on black: grey bytes, row by row. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The network's reading of a drawing. */
export interface DrawingRead {
  /** The network's input: 28 × 28 bytes, centred like MNIST. */
  readonly pixels: Uint8Array;
  readonly probabilities: Float32Array;
}

export interface TestResult {
  readonly accuracy: number;
  readonly loss: number;
  /** confusion[label][prediction]. */
  readonly confusion: readonly (readonly number[])[];
}

/** A first layer's weights [inputs, units], row by row: the first `units` of `of`. */
export interface FirstLayer {
  readonly weights: Float32Array;
  readonly units: number;
  readonly of: number;
}

/** The contents of an opened file. */
export interface Opened {
  /** For people: "784 → 100 → 200 → 10, 100,710 weights". */
  readonly title: string;
  readonly engine: EngineInfo;
  /** As the call `hash`. */
  readonly hash: string;
  /** For a checkpoint: its run, which `resume` continues, and its progress. */
  readonly run?: {
    readonly settings: RunSettings;
    readonly update: RunUpdate;
    /** Settings that the file does not have, taken from the argument of `open`. */
    readonly taken: readonly (keyof RunSettings)[];
  };
}

/** The calls of MNIST's worker. Each rejects with the library's error. */
export interface DigitCalls extends RunCalls {
  /** Loads MNIST from `base`. `data` events report the progress. Answers with the first four training images. */
  load(argument: { readonly base: string }): readonly LabelledDigit[];
  /** Starts a run. With `step` it pauses after one batch. If refused, the previous network stays. */
  start(argument: { readonly settings: RunSettings; readonly step: boolean }): EngineInfo;
  /** The run's checkpoint as a file for `open`. */
  checkpoint(argument: undefined): SavedFile;
  /** Rejects an empty drawing. */
  read(argument: { readonly drawing: Drawing }): DrawingRead;
  firstLayer(argument: { readonly most: number }): FirstLayer;
  test(argument: undefined): TestResult;
  misclassified(argument: {
    readonly label: number;
    readonly prediction: number;
    readonly most: number;
  }): Misclassified;
  /**
   * Opens a model or a checkpoint, with its own settings or, if it has none, with these. Ends a run under way. If refused, the
   * previous network stays.
   */
  open(argument: { readonly settings: RunSettings; readonly file: SavedFile }): Opened;
}

export type Argument<N extends keyof DigitCalls> = Parameters<DigitCalls[N]>[0];
