/** The events that a run sends. */

import type { EpochReport } from "../../training/fit.js";

/** The state of a run. You can resume a `stopped` run; `failed` comes with a message. */
export type RunStatus = "running" | "paused" | "stopped" | "finished" | "failed";

/** What is new since the last update, at most about eight times a second. */
export interface RunUpdate {
  /** The current epoch, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  /** In the last second, without pauses; NaN while unknown. */
  readonly samplesPerSecond: number;
  /** To the end of the whole run at the current rate, including evaluations; NaN while unknown. */
  readonly secondsLeft: number;
  /** Points of the loss curve: time in epochs, and the mean loss of the batches since the last point. */
  readonly losses: readonly (readonly [number, number])[];
  /** The epochs that have ended. */
  readonly reports: readonly EpochReport[];
}

export type RunEvent =
  | { readonly kind: "update"; readonly update: RunUpdate }
  | {
      readonly kind: "status";
      readonly status: RunStatus;
      readonly message?: string;
      /** For a failed run: whether its engine must not be used again. */
      readonly isBroken?: boolean;
    }
  /** The run looks wrong, but continues. */
  | { readonly kind: "warning"; readonly message: string }
  /** A checkpoint of the run, from which another process can resume. */
  | { readonly kind: "kept"; readonly checkpoint: Uint8Array<ArrayBuffer> }
  /** SHA-256 of the weights, when training pauses or ends. */
  | { readonly kind: "hash"; readonly hash: string };
