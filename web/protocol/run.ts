/** Messages between the page and its workers about a run: calls with answers, and events from the worker. */

import type { ModelFormat, SavedFile } from "../../src/app/model-file.js";
import type { RunEvent } from "../../src/app/run/events.js";

/** The calls that every task's worker answers. Each rejects with the library's error. */
export interface RunCalls {
  pause(argument: undefined): void;
  /** Continues after a pause. */
  continue(argument: undefined): void;
  /** Trains one more batch during a pause. */
  step(argument: undefined): void;
  /** Ends the run after the batch under way. */
  stop(argument: undefined): void;
  /** Resumes a run that was stopped or has finished, with its own settings except the epochs. If refused, it stays as it was. */
  resume(argument: { readonly epochs: number }): void;
  /** Limits the run to that many epochs a second; 0: no limit. */
  pace(argument: number): void;
  /** SHA-256 of the present weights. */
  hash(argument: undefined): string;
  saveModel(argument: { readonly format: ModelFormat }): SavedFile;
}

/** Progress of MNIST's download. */
export interface DataEvent {
  readonly kind: "data";
  readonly stage: "fetching" | "verifying" | "ready";
  /** Bytes of all files so far, of `total`. */
  readonly received: number;
  readonly total: number;
  /** Why the files will be downloaded again next time, if so. */
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
  /** The lock that the worker holds while it lives. */
  | { readonly lock: string };
