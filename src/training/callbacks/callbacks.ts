/** The contract of a callback: what training calls, and what a callback may read and do. */

import { checkFunction, checkRecord, type OptionNames, wrongType } from "../../checks/check-options.js";
import type { Loss } from "../../network/losses/loss.js";
import type { Network } from "../../network/network.js";
import type { CallbackState, CheckpointContents } from "../checkpoint/checkpoint-contents.js";
import type { EpochReport, Metric } from "../epoch-report.js";
import type { History } from "./history.js";

/**
 * finished: all epochs are done; stopped: a callback called `stop`; interrupted: the signal, or the caller left the loop;
 * failed: an error, which the caller gets.
 */
export type Outcome = "finished" | "stopped" | "interrupted" | "failed";

/** A running training, as callbacks see it. */
export interface RunView {
  readonly network: Network;
  /** The current epoch, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Its completed batches, of `batches`. */
  readonly batch: number;
  readonly batches: number;
  /** Loss of the last batch, before its step. */
  readonly loss: number;
  readonly history: History;
  /** Whether the training resumed from a checkpoint. */
  readonly resumed: boolean;
  /** Whether a callback has called `stop`, in this training or before its checkpoint. */
  readonly stopped: boolean;
  /** Ends the training after the current epoch. */
  stop(): void;
  /**
   * Everything that the rest of the training depends on, for `resume`. `saveCheckpoint` turns it into a file.
   *
   * @throws Error while callbacks are being called for a batch or an epoch: some would miss it, or see it twice. You can call it in
   * `onSettled`, between two epochs, from other tasks, and after the end
   */
  checkpoint(): CheckpointContents;
}

/** What a callback knows before the training begins. */
export interface RunPlan {
  readonly epochs: number;
  readonly loss: Loss;
  /** The metrics that reports will have. */
  readonly metrics: readonly Metric[];
}

/**
 * All methods are optional. If one returns a promise, training waits for it. For each event, the callbacks are called in the order
 * of the list, and then `onSettled` of each: a checkpoint written there is complete.
 *
 * A resumed training calls `onTrainBegin` again, with a history that is not empty. An epoch that the signal interrupted has not
 * ended: `onEpochEnd` is called after it is resumed.
 */
export interface Callback {
  /** Checks the options before training. @throws RangeError */
  check?(plan: RunPlan): void;
  onTrainBegin?(run: RunView): void | Promise<void>;
  /** Called before each batch is read. `batch` batches of the epoch are done. */
  onBatchBegin?(run: RunView): void | Promise<void>;
  /** Called after each batch; with `accumulate`, also after batches without a step. */
  onBatchEnd?(run: RunView): void | Promise<void>;
  onEpochEnd?(report: EpochReport, run: RunView): void | Promise<void>;
  /** For an epoch, the next epoch is current and has no completed batch. */
  onSettled?(event: "batch" | "epoch", run: RunView): void | Promise<void>;
  onTrainEnd?(outcome: Outcome, run: RunView): void | Promise<void>;
  /** State for `loadState` in a resumed training. A callback without state has neither method. */
  state?(): CallbackState;
  /** @throws FormatError for an invalid state, which may come from a file; then nothing has changed */
  loadState?(state: CallbackState): void;
}

const METHODS: OptionNames<Callback> = {
  onTrainBegin: true,
  onBatchBegin: true,
  onBatchEnd: true,
  onEpochEnd: true,
  onSettled: true,
  onTrainEnd: true,
  check: true,
  state: true,
  loadState: true,
};

/** Names that count as typos of the above, in any case; `only` and `once` do not. */
const isSlip = (name: string) =>
  /^on[A-Z_]/.test(name) || /^on_?(train|batch|epoch|settled)|^(load_?state|state|check)$/i.test(name);

/** @throws TypeError for anything but a list of callbacks, and for a callback with a method for an unknown event: a typo */
export function checkCallbacks(callbacks: readonly Callback[]): void {
  if (!Array.isArray(callbacks)) throw wrongType("callbacks", "a list", callbacks);
  for (const [index, callback] of callbacks.entries()) checkCallback(`callbacks[${index}]`, callback);
}

function checkCallback(what: string, callback: Callback): void {
  checkRecord(what, callback);
  const unknown = namesOf(callback).find((name) => isSlip(name) && !Object.hasOwn(METHODS, name));
  if (unknown !== undefined) {
    throw new TypeError(`${what}: expected the methods ${Object.keys(METHODS).join(", ")}, got ${unknown}`);
  }
  const methods = (Object.keys(METHODS) as (keyof Callback)[]).filter((name) => callback[name] !== undefined);
  for (const name of methods) checkFunction(`${what}: ${name}`, callback[name]);
  if (methods.length > 0 || Object.keys(callback).length === 0) return;
  throw wrongType(what, `an object with some of ${Object.keys(METHODS).join(", ")}`, callback);
}

/** A callback with state in checkpoints. Others may differ between trainings. */
export type StatefulCallback = Callback & Required<Pick<Callback, "state">>;

/** The callbacks with state, in order. */
export function statefulCallbacks(callbacks: readonly Callback[]): StatefulCallback[] {
  return callbacks.filter((callback): callback is StatefulCallback => callback.state !== undefined);
}

/** Names of all its properties, including its classes'. */
function namesOf(value: object): string[] {
  const parent = Object.getPrototypeOf(value);
  return [...Object.getOwnPropertyNames(value), ...(parent === null ? [] : namesOf(parent))];
}
