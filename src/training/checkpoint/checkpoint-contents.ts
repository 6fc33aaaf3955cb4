/** A checkpoint in memory: its parts, and whether something is one, before anything of it is taken. */

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

/** How far a training is, between two batches. */
export interface TrainingPosition {
  /** The epoch under way, from 1; one more than there are when all are done. */
  readonly epoch: number;
  /** Its batches that are done. */
  readonly batch: number;
  /** The sum of their losses, each times its share of a whole batch's rows, and the time they took in seconds. */
  readonly losses: number;
  readonly seconds: number;
  /** Whether a callback has asked for the end. */
  readonly stopped: boolean;
}

/** States of the engine's generator. */
export interface RandomStates {
  readonly now: RandomState;
  /** Before the order of the epoch under way was drawn; absent between epochs. */
  readonly epoch?: RandomState;
  /** Before the rows to hold back were drawn, if any are. */
  readonly split?: RandomState;
}

/** The part of a checkpoint that is JSON. */
export interface CheckpointValues {
  readonly position: TrainingPosition;
  readonly random: RandomStates;
  readonly settings: Readonly<Record<string, number>>;
  /** What layers, loss, optimizer and schedule were made with, to be compared; files of earlier versions do not say. */
  readonly parts?: Readonly<Record<string, string>>;
  /** What the schedule has seen; null without a schedule. */
  readonly schedule: Readonly<Record<string, number>> | null;
  /** Reports of the epochs that were completed. */
  readonly history: readonly EpochReport[];
}

/** A checkpoint in memory: copies, which the rest of the training leaves as they are. */
export interface CheckpointContents extends CheckpointValues {
  /** Parameters and buffers: `network.loadStateDict` takes them, to use the network without training on. */
  readonly network: StateDict;
  readonly optimizer: OptimizerState;
  /** By the parameter's index: gradients that wait for the batches they are to be averaged with. */
  readonly gradients: ReadonlyMap<number, Float32Array>;
  /** Of the callbacks that have state, in their order. */
  readonly callbacks: readonly CallbackState[];
  /** Further entries that the file's writer gave it. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What can be asked for a checkpoint: a run that `fit` returned, also as callbacks see it. */
export interface CheckpointSource {
  checkpoint(): CheckpointContents;
}

/** What a callback wants a checkpoint to keep: plain JSON, and arrays. */
export interface CallbackState {
  readonly values: unknown;
  readonly arrays?: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
}

/**
 * The parts' own parts are looked at by who takes them: network, optimizer, generator, schedule and callbacks.
 *
 * @throws TypeError, RangeError for anything but what `loadCheckpoint` and a run's `checkpoint` give
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
