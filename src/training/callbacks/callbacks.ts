/** The contract of a callback: what training calls as it goes on, and what a callback may ask of it. */

import { checkFunction, checkRecord, type OptionNames, wrongType } from "../../checks/check-options.js";
import type { Loss } from "../../network/losses/loss.js";
import type { Network } from "../../network/network.js";
import type { CallbackState, CheckpointContents } from "../checkpoint/checkpoint-contents.js";
import type { EpochReport, Metric } from "../epoch-report.js";
import type { History } from "./history.js";

/**
 * finished: all epochs are done; stopped: a callback asked for the end; interrupted: the signal, or the caller left the
 * loop; failed: an error, which the caller gets.
 */
export type Outcome = "finished" | "stopped" | "interrupted" | "failed";

/** A training under way, as its callbacks see it. */
export interface RunView {
  readonly network: Network;
  /** The epoch under way, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches of it that are done, of `batches`. */
  readonly batch: number;
  readonly batches: number;
  /** Loss of the last batch, before its step. */
  readonly loss: number;
  readonly history: History;
  /** Whether the training began with a checkpoint. */
  readonly resumed: boolean;
  /** Whether a callback has asked for the end: by `stop`, in this training or before its checkpoint. */
  readonly stopped: boolean;
  /** Ends the training after this epoch; an epoch under way is finished first. */
  stop(): void;
  /**
   * Everything that the rest of the training depends on, for `resume`; `saveCheckpoint` makes a file of it.
   *
   * @throws Error while callbacks are being told of a batch or an epoch, which some of them would not know of or learn of
   * twice: it can be called in `onSettled`, between two epochs, whenever other tasks have their turn, and after the end
   */
  checkpoint(): CheckpointContents;
}

/** What a callback can know before the training begins. */
export interface RunPlan {
  readonly epochs: number;
  readonly loss: Loss;
  /** The numbers that reports will have. */
  readonly metrics: readonly Metric[];
}

/**
 * All methods are optional; what returns a promise is waited for. For each event the callbacks are called in the order of
 * the list, and when all have been, `onSettled` of each is: what a checkpoint written there holds is complete.
 *
 * A training that is resumed calls `onTrainBegin` again, with a history that is not empty. An epoch that the signal cut
 * short is not ended: `onEpochEnd` waits until it is resumed.
 */
export interface Callback {
  /** Says what is wrong with the options, before anything is trained. @throws RangeError */
  check?(plan: RunPlan): void;
  onTrainBegin?(run: RunView): void | Promise<void>;
  /** Before each batch, of which `batch` are done in this epoch: nothing of it has been read yet. */
  onBatchBegin?(run: RunView): void | Promise<void>;
  /** After each batch; with `accumulate`, after batches without a step, too. */
  onBatchEnd?(run: RunView): void | Promise<void>;
  onEpochEnd?(report: EpochReport, run: RunView): void | Promise<void>;
  /** In an epoch's `onSettled` the next one is under way, with no batch done. */
  onSettled?(event: "batch" | "epoch", run: RunView): void | Promise<void>;
  onTrainEnd?(outcome: Outcome, run: RunView): void | Promise<void>;
  /** What a resumed training gives back to `loadState`; a callback without state has neither. */
  state?(): CallbackState;
  /** @throws FormatError for what is no such state: it comes from a file. Nothing has changed then */
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

/** Names that are taken for slips of the above, in whatever case; but `only` and `once` are names like any other. */
const isSlip = (name: string) =>
  /^on[A-Z_]/.test(name) || /^on_?(train|batch|epoch|settled)|^(load_?state|state|check)$/i.test(name);

/** @throws TypeError for what is no list of callbacks, and for one with a method for an event that there is not: a slip */
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

/** A callback that a checkpoint keeps something of: the others may come and go from one training to the next. */
export type StatefulCallback = Callback & Required<Pick<Callback, "state">>;

/** Those of the callbacks, in their order. */
export function statefulCallbacks(callbacks: readonly Callback[]): StatefulCallback[] {
  return callbacks.filter((callback): callback is StatefulCallback => callback.state !== undefined);
}

/** Names of its own and of its classes' properties. */
function namesOf(value: object): string[] {
  const parent = Object.getPrototypeOf(value);
  return [...Object.getOwnPropertyNames(value), ...(parent === null ? [] : namesOf(parent))];
}
