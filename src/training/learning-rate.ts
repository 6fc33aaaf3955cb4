/** Follows a learning rate schedule. */

import { checkChoice, checkFunction, checkNumber, wrongType } from "../checks/check-options.js";
import type { Optimizer } from "../network/optimizers/optimizer.js";
import type { EpochReport, Metric } from "./epoch-report.js";

const { isFinite: isFiniteNumber } = Number;

/** The interface of a schedule. Only the first two members are required. */
export interface LearningRateSchedule {
  /** What `step` counts: the optimizer's steps (with `accumulate`, several batches each), or epochs. */
  readonly interval: "batch" | "epoch";
  /** The learning rate of step or epoch `step`, from 0. `base` is the optimizer's initial rate. */
  learningRate(step: number, base: number): number;
  /** Gets the watched metric after each epoch. */
  update?(metric: number): void;
  /** Whether `update` has an effect; default: if it exists. */
  readonly watchesMetric?: boolean;
  /** Forgets all metrics: a new training begins. */
  reset?(): void;
  /** The state for a checkpoint: plain numbers. */
  stateDict?(): Readonly<Record<string, number>>;
  /** @throws TypeError, RangeError if the state does not fit; then nothing has changed */
  loadStateDict?(state: Readonly<Record<string, number>>): void;
}

/** Sets an optimizer's learning rate by a schedule. */
export class ScheduleFollower {
  readonly #schedule: LearningRateSchedule | undefined;
  readonly #metric: Metric;
  readonly #optimizer: Optimizer;

  constructor(schedule: LearningRateSchedule | undefined, metric: Metric, optimizer: Optimizer) {
    this.#schedule = schedule;
    this.#metric = metric;
    this.#optimizer = optimizer;
  }

  /** Called before the first epoch of a new training. */
  reset(): void {
    this.#schedule?.reset?.();
  }

  /** Called before the batches of an epoch. Epochs count from 1. */
  beginEpoch(epoch: number): void {
    if (this.#schedule?.interval === "epoch") this.#setRate(epoch - 1);
  }

  /** Called before the batches of an optimizer's step. Steps count from 0. */
  beginStep(step: number): void {
    if (this.#schedule?.interval === "batch") this.#setRate(step);
  }

  endEpoch(report: EpochReport): void {
    this.#schedule?.update?.(report[this.#metric] as number);
  }

  #setRate(step: number): void {
    const optimizer = this.#optimizer;
    const rate = this.#schedule?.learningRate(step, optimizer.initialLearningRate) as number;
    if (!(isFiniteNumber(rate) && rate >= 0)) checkNumber(`schedule: rate of step ${step}`, rate);
    optimizer.learningRate = rate;
  }
}

/** @throws TypeError, RangeError for anything but a schedule */
export function checkSchedule(schedule: LearningRateSchedule | undefined): void {
  if (schedule === undefined) return;
  if (typeof schedule?.learningRate !== "function") {
    throw wrongType("schedule", "an object with interval and learningRate(step, base)", schedule);
  }
  checkChoice("schedule: interval", schedule.interval, ["batch", "epoch"]);
  for (const name of ["update", "reset", "stateDict", "loadStateDict"] as const) {
    if (schedule[name] !== undefined) checkFunction(`schedule: ${name}`, schedule[name]);
  }
}
