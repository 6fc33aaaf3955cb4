/** What the page asks the worker that trains on MNIST. */

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

/** A test image that the network takes for another class. */
export interface MisclassifiedDigit extends LabelledDigit {
  /** Row in the test set. */
  readonly row: number;
  /** Of each class. */
  readonly probabilities: Float32Array;
}

/** All of a cell of the confusion matrix, but no more of its digits than were asked for. */
export interface Misclassified {
  readonly count: number;
  /** Those that the network is surest of first. */
  readonly digits: readonly MisclassifiedDigit[];
}

/** A drawing in light ink on black: grey bytes, row by row. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What the network makes of a drawing. */
export interface DrawingRead {
  /** 28 × 28 bytes, centred as MNIST is: what the network is given. */
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

/** What was in an opened file. */
export interface Opened {
  /** For people: "784 → 100 → 200 → 10, 100,710 weights". */
  readonly title: string;
  readonly engine: EngineInfo;
  /** As the call `hash`. */
  readonly hash: string;
  /** Of a checkpoint: its run, which `resume` goes on with, and how far it is. */
  readonly run?: {
    readonly settings: RunSettings;
    readonly update: RunUpdate;
    /** Settings that the file does not have: they are those that `open` was given. */
    readonly taken: readonly (keyof RunSettings)[];
  };
}

/** The calls of MNIST's worker: argument and answer. Each rejects with the library's error. */
export interface DigitCalls extends RunCalls {
  /** Loads MNIST from below `base`; `data` events tell how far it is. The answer: the first four training images. */
  load(argument: { readonly base: string }): readonly LabelledDigit[];
  /** Trains from the start; with `step` one batch, and then it is paused. Refused, the network before stays. */
  start(argument: { readonly settings: RunSettings; readonly step: boolean }): EngineInfo;
  /** The run's state in a file that `open` takes. */
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
   * Opens a model, or a checkpoint: with the settings in it, or, where it has none, with these. Ends a run under way. Refused, the
   * network before stays.
   */
  open(argument: { readonly settings: RunSettings; readonly file: SavedFile }): Opened;
}

export type Argument<N extends keyof DigitCalls> = Parameters<DigitCalls[N]>[0];
