/** What the page and any of its workers say to each other of a run: calls with an answer, and events that the worker sends by itself. */

import type { ModelFormat, SavedFile } from "../../src/app/model-file.js";
import type { RunEvent } from "../../src/app/run/events.js";

/** The calls that every task's worker answers. Each rejects with the library's error. */
export interface RunCalls {
  pause(argument: undefined): void;
  /** Goes on after a pause. */
  continue(argument: undefined): void;
  /** One batch more, in a pause. */
  step(argument: undefined): void;
  /** Ends the run after the batch under way. */
  stop(argument: undefined): void;
  /** Goes on with a run that was stopped or has finished, with its own settings but for the epochs. Refused, it stays as it was. */
  resume(argument: { readonly epochs: number }): void;
  /** Limits the run to that many epochs a second; 0: no limit. */
  pace(argument: number): void;
  /** SHA-256 of the present weights. */
  hash(argument: undefined): string;
  saveModel(argument: { readonly format: ModelFormat }): SavedFile;
}

/** How far MNIST's files are. */
export interface DataEvent {
  readonly kind: "data";
  readonly stage: "fetching" | "verifying" | "ready";
  /** Bytes of all files so far, of `total`. */
  readonly received: number;
  readonly total: number;
  /** Why the files will be fetched anew next time, if so. */
  readonly notKept?: string;
}

export type WorkerEvent = RunEvent | DataEvent;

/** Page to worker: a call of `C`. */
export interface CallMessage<C> {
  readonly id: number;
  readonly name: keyof C;
  readonly argument: unknown;
}

/** Worker to page. */
export type WorkerMessage =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly event: WorkerEvent }
  /** The lock that is free once the worker has died. */
  | { readonly lock: string };
