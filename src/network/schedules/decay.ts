/** Schedules that multiply the rate by a factor: constant, in steps, exponentially. */

import { type OptionTable, readOptions } from "../../checks/option-table.js";
import { integerPower } from "../../engine/reproducible-math.js";
import { BY_EPOCH, Schedule, type ScheduleConfig, type ScheduleOptions } from "./schedule.js";

/** Options of ConstantLR. */
export interface ConstantLROptions extends ScheduleOptions {
  /** Default 1; PyTorch's is 1/3. */
  readonly factor?: number;
  /** Steps with the factor, which you must also give; default 5. */
  readonly totalSteps?: number;
}

export const CONSTANT_OPTIONS = {
  factor: { kind: "number", default: 1 },
  totalSteps: { kind: "integer", default: 5, least: 0 },
  interval: BY_EPOCH,
} as const satisfies OptionTable;

/** η = factor·base in the first `totalSteps` steps, then base: with the default factor a constant rate. PyTorch's ConstantLR. */
export class ConstantLR extends Schedule {
  readonly #factor: number;
  readonly #totalSteps: number;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: ConstantLROptions = {}) {
    const { factor, totalSteps, interval } = readOptions("ConstantLR", options, CONSTANT_OPTIONS);
    super(interval);
    if (options.totalSteps !== undefined && options.factor === undefined) {
      throw new RangeError("totalSteps: expected a factor with it, got none");
    }
    this.#factor = factor;
    this.#totalSteps = totalSteps;
  }

  protected override rate(step: number, base: number): number {
    return step < this.#totalSteps ? base * this.#factor : base;
  }

  override config(): ScheduleConfig {
    return { type: "constant", interval: this.interval, factor: this.#factor, totalSteps: this.#totalSteps };
  }
}

/** Options of StepLR. */
export interface StepLROptions extends ScheduleOptions {
  /** Steps between two drops. */
  readonly stepSize: number;
  /** Default 0.1. */
  readonly gamma?: number;
}

export const STEP_OPTIONS = {
  stepSize: { kind: "integer", required: true, least: 1 },
  gamma: { kind: "number", default: 0.1 },
  interval: BY_EPOCH,
} as const satisfies OptionTable;

/** η = base·gamma^⌊step / stepSize⌋. PyTorch's StepLR. */
export class StepLR extends Schedule {
  readonly #stepSize: number;
  readonly #gamma: number;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: StepLROptions) {
    const { stepSize, gamma, interval } = readOptions("StepLR", options, STEP_OPTIONS);
    super(interval);
    this.#stepSize = stepSize;
    this.#gamma = gamma;
  }

  protected override rate(step: number, base: number): number {
    return base * integerPower(this.#gamma, Math.floor(step / this.#stepSize));
  }

  override config(): ScheduleConfig {
    return { type: "step", interval: this.interval, stepSize: this.#stepSize, gamma: this.#gamma };
  }
}

/** Options of ExponentialLR. */
export interface ExponentialLROptions extends ScheduleOptions {
  readonly gamma: number;
}

export const EXPONENTIAL_OPTIONS = {
  gamma: { kind: "number", required: true },
  interval: BY_EPOCH,
} as const satisfies OptionTable;

/** η = base·gamma^step. PyTorch's ExponentialLR. */
export class ExponentialLR extends Schedule {
  readonly #gamma: number;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: ExponentialLROptions) {
    const { gamma, interval } = readOptions("ExponentialLR", options, EXPONENTIAL_OPTIONS);
    super(interval);
    this.#gamma = gamma;
  }

  protected override rate(step: number, base: number): number {
    return base * integerPower(this.#gamma, step);
  }

  override config(): ScheduleConfig {
    return { type: "exponential", interval: this.interval, gamma: this.#gamma };
  }
}
