/** Following a schedule of learning rates. */

import { checkChoice, checkFunction, checkNumber, wrongType } from "../checks/check-options.js";
import type { Optimizer } from "../network/optimizers/optimizer.js";
import type { EpochReport, Metric } from "./epoch-report.js";

const { isFinite: isFiniteNumber } = Number;

/** What `fit` asks of a schedule. Anything that has the first two will do. */
export interface LearningRateSchedule {
  /** What `step` counts: steps of the optimizer (with `accumulate`, several batches each), or epochs. */
  readonly interval: "batch" | "epoch";
  /** The rate of step or epoch number `step`, from 0; `base` is the optimizer's initial rate. */
  learningRate(step: number, base: number): number;
  /** Is given the watched metric after each epoch. */
  update?(metric: number): void;
  /** Whether `update` does something; default: if there is one. */
  readonly watchesMetric?: boolean;
  /** Forgets what it has seen: a training begins that is not resumed. */
  reset?(): void;
  /** What it has seen, for a checkpoint: plain numbers. */
  stateDict?(): Readonly<Record<string, number>>;
  /** @throws TypeError, RangeError when the state does not fit; nothing has changed then */
  loadStateDict?(state: Readonly<Record<string, number>>): void;
}

/** Sets an optimizer's learning rate as a schedule says. */
export class ScheduleFollower {
  readonly #schedule: LearningRateSchedule | undefined;
  readonly #metric: Metric;
  readonly #optimizer: Optimizer;

  constructor(schedule: LearningRateSchedule | undefined, metric: Metric, optimizer: Optimizer) {
    this.#schedule = schedule;
    this.#metric = metric;
    this.#optimizer = optimizer;
  }

  /** Before the first epoch of a training that is not resumed. */
  reset(): void {
    this.#schedule?.reset?.();
  }

  /** Before the batches of an epoch; epochs count from 1. */
  beginEpoch(epoch: number): void {
    if (this.#schedule?.interval === "epoch") this.#setRate(epoch - 1);
  }

  /** Before the batches of an optimizer's step; steps count from 0. */
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

/** @throws TypeError, RangeError for what is no schedule */
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
