/** What the page and its worker say to each other: calls with an answer, and events that the worker sends by itself. */

import type { EngineInfo, EpochReport } from "../src/index.js";
import type { RunSettings } from "./run/settings.js";

/** A digit of 28 × 28 bytes, black 0, and what it is. */
export interface LabelledDigit {
  readonly pixels: Uint8Array;
  readonly label: number;
}

/** A test image that the network takes for another class. */
export interface MisclassifiedDigit extends LabelledDigit {
  /** Row in the test set. */
  readonly row: number;
  /** Probability of the class that the network chose. */
  readonly probability: number;
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

/** A file to download. */
export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What an opened model file is. */
export interface OpenedModel {
  /** The network's layers, for people: "784 → 100 → 200 → 10". */
  readonly summary: string;
  readonly test: TestResult;
}

/** The calls: argument and answer. Each rejects with the library's error. */
export interface Calls {
  /** Loads MNIST from below `base`; `data` events tell how far it is. The answer: the first four training images. */
  load(argument: { readonly base: string }): readonly LabelledDigit[];
  /** Trains from the start; with `step` one batch, and then it is paused. */
  start(argument: { readonly settings: RunSettings; readonly step: boolean }): EngineInfo;
  pause(argument: undefined): void;
  /** Goes on after a pause. */
  continue(argument: undefined): void;
  /** One batch more, in a pause. */
  step(argument: undefined): void;
  /** Ends the run after the batch under way. */
  stop(argument: undefined): void;
  /** Goes on with a run that was stopped or has finished, with its own settings but for the epochs. */
  resume(argument: { readonly epochs: number }): void;
  /** The run's state in a file that `restore` takes. */
  checkpoint(argument: undefined): SavedFile;
  /** Probabilities of the ten digits for 784 pixels from 0 to 1. */
  predict(argument: { readonly pixels: Float32Array }): Float32Array;
  firstLayer(argument: { readonly most: number }): FirstLayer;
  test(argument: undefined): TestResult;
  misclassified(argument: {
    readonly label: number;
    readonly prediction: number;
    readonly most: number;
  }): readonly MisclassifiedDigit[];
  saveModel(argument: undefined): SavedFile;
  openModel(argument: { readonly settings: RunSettings; readonly file: SavedFile }): OpenedModel;
  /** SHA-256 of the present weights. */
  hash(argument: undefined): string;
}

export type CallName = keyof Calls;
export type Argument<N extends CallName> = Parameters<Calls[N]>[0];
export type Answer<N extends CallName> = ReturnType<Calls[N]>;

/** Where a run is. A `stopped` one can be resumed; `failed` comes with a message. */
export type RunStatus = "running" | "paused" | "stopped" | "finished" | "failed";

/** What is new since the last one, at most about twelve times a second. */
export interface RunUpdate {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  /** Of the last moments, without pauses. */
  readonly samplesPerSecond: number;
  /** Until the end of the run at the present rate, evaluations included; NaN while unknown. */
  readonly secondsLeft: number;
  /** Points of the loss curve: the time in epochs, and the mean loss of the batches since the point before. */
  readonly losses: readonly (readonly [number, number])[];
  readonly reports: readonly EpochReport[];
}

export type WorkerEvent =
  | {
      readonly kind: "data";
      readonly stage: "fetching" | "verifying" | "ready";
      /** Bytes of all files so far, of `total`. */
      readonly received: number;
      readonly total: number;
      /** Why the files will be fetched anew next time, if so. */
      readonly notKept?: string;
    }
  | { readonly kind: "update"; readonly update: RunUpdate }
  | {
      readonly kind: "status";
      readonly status: RunStatus;
      readonly message?: string;
    }
  /** SHA-256 of the weights, once training pauses or ends. */
  | { readonly kind: "hash"; readonly hash: string };

/** Page to worker. */
export interface CallMessage<N extends CallName = CallName> {
  readonly id: number;
  readonly name: N;
  readonly argument: Argument<N>;
}

/** Worker to page. */
export type WorkerMessage =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly event: WorkerEvent };
