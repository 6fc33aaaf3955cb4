/** A checkpoint in memory, and the check of one before anything is restored from it. */

import { checkList } from "../../checks/check-list.js";
import {
  ANY_DOUBLE,
  checkInteger,
  checkNumber,
  checkRecord,
  checkText,
  wrongType,
} from "../../checks/check-options.js";
import type { RandomState } from "../../engine/random.js";
import type { OptimizerState } from "../../network/optimizers/optimizer.js";
import type { StateDict } from "../../network/state-dict.js";
import type { EpochReport } from "../epoch-report.js";

/** A training's position between two batches. */
export interface TrainingPosition {
  /** The current epoch, from 1; after the last epoch, their number plus one. */
  readonly epoch: number;
  /** Its completed batches. */
  readonly batch: number;
  /** The sum of their losses, each times its share of a full batch's rows, and their time in seconds. */
  readonly losses: number;
  readonly seconds: number;
  /** Whether a callback has called `stop`. */
  readonly stopped: boolean;
}

/** States of the engine's generator. */
export interface RandomStates {
  readonly now: RandomState;
  /** Before the current epoch's order was drawn; absent between epochs. */
  readonly epoch?: RandomState;
  /** Before the held-out rows were drawn, if any. */
  readonly split?: RandomState;
}

/** The part of a checkpoint that is JSON. */
export interface CheckpointValues {
  readonly position: TrainingPosition;
  readonly random: RandomStates;
  readonly settings: Readonly<Record<string, number>>;
  /** The options of layers, loss, optimizer and schedule, to compare. Files of earlier versions do not have them. */
  readonly parts?: Readonly<Record<string, string>>;
  /** The schedule's state; null without a schedule. */
  readonly schedule: Readonly<Record<string, number>> | null;
  /** Reports of the completed epochs. */
  readonly history: readonly EpochReport[];
}

/** A checkpoint in memory: copies that further training does not change. */
export interface CheckpointContents extends CheckpointValues {
  /** Parameters and buffers. Pass them to `network.loadStateDict` to use the network without more training. */
  readonly network: StateDict;
  readonly optimizer: OptimizerState;
  /** By the parameter's index: gradients accumulated for the next step. */
  readonly gradients: ReadonlyMap<number, Float32Array>;
  /** States of the callbacks that have one, in order. */
  readonly callbacks: readonly CallbackState[];
  /** More entries from the file's writer. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Anything that returns a checkpoint: a run of `fit`, also as callbacks see it. */
export interface CheckpointSource {
  checkpoint(): CheckpointContents;
}

/** A callback's state for a checkpoint: plain JSON and arrays. */
export interface CallbackState {
  readonly values: unknown;
  readonly arrays?: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
}

/**
 * Network, optimizer, generator, schedule and callbacks check their own parts.
 *
 * @throws TypeError, RangeError for anything but the result of `loadCheckpoint` or of a run's `checkpoint`
 */
export function checkContents(contents: CheckpointContents): void {
  checkRecord("resume", contents, "what loadCheckpoint gives");
  const { position, random, settings, parts, schedule, history, network, optimizer, gradients, callbacks } = contents;
  for (const [name, part] of Object.entries({ position, random, settings, network, optimizer })) {
    checkRecord(`resume: ${name}`, part);
  }
  if (parts !== undefined) {
    checkRecord("resume: parts", parts);
    for (const [name, part] of Object.entries(parts)) checkText(`resume: parts: ${name}`, part);
  }
  if (schedule !== null) checkRecord("resume: schedule", schedule, "an object or null");
  checkInteger("resume: position: epoch", position.epoch, 1);
  checkInteger("resume: position: batch", position.batch, 0);
  checkNumber("resume: position: losses", position.losses, ANY_DOUBLE);
  checkNumber("resume: position: seconds", position.seconds, ANY_DOUBLE);
  checkList("resume: history", history, "a list of reports");
  checkList("resume: callbacks", callbacks, "a list of states");
  for (let i = 0; i < callbacks.length; ++i) checkRecord(`resume: callbacks[${i}]`, callbacks[i]);
  if (Object.prototype.toString.call(gradients) !== "[object Map]")
    throw wrongType("resume: gradients", "a Map", gradients);
}
