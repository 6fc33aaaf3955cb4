/** What the page and its worker say to each other: calls with an answer, and events that the worker sends by itself. */

import type { ModelFormat, SavedFile } from "../src/app/model-file.js";
import type { RunSettings } from "../src/app/page-settings.js";
import type { EngineInfo, EpochReport } from "../src/index.js";

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

/** The calls: argument and answer. Each rejects with the library's error. */
export interface Calls {
  /** Loads MNIST from below `base`; `data` events tell how far it is. The answer: the first four training images. */
  load(argument: { readonly base: string }): readonly LabelledDigit[];
  /** Trains from the start; with `step` one batch, and then it is paused. Refused, the network before stays. */
  start(argument: { readonly settings: RunSettings; readonly step: boolean }): EngineInfo;
  pause(argument: undefined): void;
  /** Goes on after a pause. */
  continue(argument: undefined): void;
  /** One batch more, in a pause. */
  step(argument: undefined): void;
  /** Ends the run after the batch under way. */
  stop(argument: undefined): void;
  /** Goes on with a run that was stopped or has finished, with its own settings but for the epochs. Refused, it stays as it was. */
  resume(argument: { readonly epochs: number }): void;
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
  saveModel(argument: { readonly format: ModelFormat }): SavedFile;
  /**
   * Opens a model, or a checkpoint: with the settings in it, or, where it has none, with these. Ends a run under way. Refused, the
   * network before stays.
   */
  open(argument: { readonly settings: RunSettings; readonly file: SavedFile }): Opened;
  /** SHA-256 of the present weights. */
  hash(argument: undefined): string;
}

export type CallName = keyof Calls;
export type Argument<N extends CallName> = Parameters<Calls[N]>[0];
export type Answer<N extends CallName> = ReturnType<Calls[N]>;

/** Where a run is. A `stopped` one can be resumed; `failed` comes with a message. */
export type RunStatus = "running" | "paused" | "stopped" | "finished" | "failed";

/** What is new since the last one, at most about eight times a second. */
export interface RunUpdate {
  /** The epoch under way, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  /** Of the last second, without pauses; NaN while unknown. */
  readonly samplesPerSecond: number;
  /** Until the end of the whole run at the present rate, evaluations included; NaN while unknown. */
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
      /** Of a failed run: whether the worker is not to be used any more. */
      readonly isBroken?: boolean;
    }
  /** Something looks wrong with the run under way; it goes on. */
  | { readonly kind: "warning"; readonly message: string }
  /** A checkpoint of the run as it is now, for the next worker should this one end. */
  | { readonly kind: "kept"; readonly checkpoint: Uint8Array<ArrayBuffer> }
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
  | { readonly event: WorkerEvent }
  /** The lock that is free once the worker has died. */
  | { readonly lock: string };

/** Worker to page: has an engine's thread started, which is spoken to through the port. */
export interface ThreadRequest {
  readonly thread: MessagePort;
}

/** Worker to thread, by way of the page. */
export type ToThread = { readonly message: unknown } | { readonly end: true };

/** Thread to worker, by way of the page. */
export type FromThread = { readonly message: unknown } | { readonly error: string };
