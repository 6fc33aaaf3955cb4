/** The contract of a schedule of learning rates. */

import { checkChoice, checkInteger, checkNumber, checkRecord, describe } from "../../checks/check-options.js";

const { isFinite: isFiniteNumber, isSafeInteger } = Number;

/** Whether a schedule counts batches or epochs. */
export type ScheduleInterval = "batch" | "epoch";

const INTERVALS = ["batch", "epoch"] as const satisfies readonly ScheduleInterval[];

/** The option, for schedules that count epochs by default and for those that count batches. */
export const BY_EPOCH = { kind: "choice", default: "epoch", choices: INTERVALS } as const;
export const BY_BATCH = { kind: "choice", default: "batch", choices: INTERVALS } as const;

/** Options of every schedule. */
export interface ScheduleOptions {
  /** Whether the rate changes with every batch or with every epoch. */
  readonly interval?: ScheduleInterval;
}

/** A built-in schedule in a file: type and options, plain JSON. */
export interface ScheduleConfig {
  readonly type: string;
  readonly [option: string]: string | number | boolean;
}

/** A schedule's state besides the number of steps, plain JSON. */
export type ScheduleState = Readonly<Record<string, number>>;

/**
 * The learning rate of each step: a pure function of the number of steps, unless it watches a metric. Training sets
 * `optimizer.learningRate = schedule.learningRate(step, optimizer.initialLearningRate)` before each batch or epoch.
 */
export abstract class Schedule {
  /** Whether `step` counts batches or epochs. */
  readonly interval: ScheduleInterval;

  /** @throws TypeError, RangeError for an unknown interval */
  constructor(interval: ScheduleInterval) {
    checkChoice("interval", interval, INTERVALS);
    this.interval = interval;
  }

  /**
   * The rate of batch or epoch number `step`, counted from 0.
   *
   * @param base the optimizer's initial rate
   * @throws TypeError, RangeError for a step that is not an integer from 0 up, and a base that is not a number from 0 up
   */
  learningRate(step: number, base: number): number {
    if (!(isSafeInteger(step) && step >= 0)) checkInteger("schedule: step", step, 0);
    if (!(isFiniteNumber(base) && base >= 0)) checkNumber("schedule: base", base);
    return this.rate(step, base);
  }

  protected abstract rate(step: number, base: number): number;

  /** Called after each epoch with the monitored metric; other schedules ignore it. */
  update(_metric: number): void {}

  /** Whether `update` uses the metric. */
  get watchesMetric(): boolean {
    return this.update !== Schedule.prototype.update;
  }

  /** Resets the state; `fit` calls it unless it resumes a training. */
  reset(): void {}

  /** Type and options of a built-in schedule; undefined for one that files cannot keep. */
  config(): ScheduleConfig | undefined {
    return undefined;
  }

  stateDict(): ScheduleState {
    return {};
  }

  /** @throws TypeError, RangeError if the state does not fit; then nothing has changed */
  loadStateDict(state: ScheduleState): void {
    checkRecord("schedule: state", state);
    if (Object.keys(state).length === 0) return;
    throw new RangeError(`schedule: state: expected an empty one, got ${describe(state)}`);
  }
}
