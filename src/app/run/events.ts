/** What a run tells of itself as it goes on. */

import type { EpochReport } from "../../training/fit.js";

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

export type RunEvent =
  | { readonly kind: "update"; readonly update: RunUpdate }
  | {
      readonly kind: "status";
      readonly status: RunStatus;
      readonly message?: string;
      /** Of a failed run: whether its engine is not to be used any more. */
      readonly isBroken?: boolean;
    }
  /** Something looks wrong with the run under way; it goes on. */
  | { readonly kind: "warning"; readonly message: string }
  /** A checkpoint of the run as it is now, from which another process can go on. */
  | { readonly kind: "kept"; readonly checkpoint: Uint8Array<ArrayBuffer> }
  /** SHA-256 of the weights, once training pauses or ends. */
  | { readonly kind: "hash"; readonly hash: string };
