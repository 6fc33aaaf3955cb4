/** The contract of a schedule of learning rates. */

import { checkChoice, checkInteger, checkNumber, checkRecord, describe } from "../../checks/check-options.js";

const { isFinite: isFiniteNumber, isSafeInteger } = Number;

/** What a schedule counts. */
export type ScheduleInterval = "batch" | "epoch";

const INTERVALS = ["batch", "epoch"] as const satisfies readonly ScheduleInterval[];

/** The option, for those that count epochs unless told otherwise, and for those that count batches. */
export const BY_EPOCH = { kind: "choice", default: "epoch", choices: INTERVALS } as const;
export const BY_BATCH = { kind: "choice", default: "batch", choices: INTERVALS } as const;

/** Options of every schedule. */
export interface ScheduleOptions {
  /** Whether the rate changes with every batch or with every epoch. */
  readonly interval?: ScheduleInterval;
}

/** A built-in schedule as a file has it: its type and its options, plain JSON. */
export interface ScheduleConfig {
  readonly type: string;
  readonly [option: string]: string | number | boolean;
}

/** What a schedule has seen, beside the number of steps: plain JSON. */
export type ScheduleState = Readonly<Record<string, number>>;

/**
 * The learning rate of each step: a pure function of the number of steps, but for those that watch a metric. Who trains sets
 * `optimizer.learningRate = schedule.learningRate(step, optimizer.initialLearningRate)` before each batch or epoch.
 */
export abstract class Schedule {
  /** What `step` counts. */
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

  /** Called after each epoch with the metric that is watched; only schedules that watch one take notice. */
  update(_metric: number): void {}

  /** Whether `update` does something with the metric. */
  get watchesMetric(): boolean {
    return this.update !== Schedule.prototype.update;
  }

  /** Forgets what it has seen; `fit` calls it when a training begins that is not resumed. */
  reset(): void {}

  /** Type and options of a built-in schedule; undefined: cannot be saved. */
  config(): ScheduleConfig | undefined {
    return undefined;
  }

  stateDict(): ScheduleState {
    return {};
  }

  /** @throws TypeError, RangeError when the state does not fit; nothing has changed then */
  loadStateDict(state: ScheduleState): void {
    checkRecord("schedule: state", state);
    if (Object.keys(state).length === 0) return;
    throw new RangeError(`schedule: state: expected an empty one, got ${describe(state)}`);
  }
}
