/** Schedules that multiply the rate by a factor: constant, in steps, exponentially. */

import { checkInteger, checkNumber, checkOptions, type OptionNames } from "../../checks/check-options.js";
import { integerPower } from "../../engine/reproducible-math.js";
import { Schedule, type ScheduleConfig, type ScheduleOptions } from "./schedule.js";

/** Options of ConstantLR. */
export interface ConstantLROptions extends ScheduleOptions {
  /** Default 1; PyTorch's is 1/3. */
  readonly factor?: number;
  /** Steps with the factor, which it needs beside it; default 5. */
  readonly totalSteps?: number;
}

const CONSTANT_OPTIONS: OptionNames<ConstantLROptions> = { factor: true, totalSteps: true, interval: true };

/** η = factor·base in the first `totalSteps` steps, then base: with the default factor a constant rate. PyTorch's ConstantLR. */
export class ConstantLR extends Schedule {
  readonly #factor: number;
  readonly #totalSteps: number;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: ConstantLROptions = {}) {
    checkOptions("ConstantLR", options, CONSTANT_OPTIONS);
    const { factor = 1, totalSteps = 5, interval = "epoch" } = options;
    super(interval);
    checkNumber("factor", factor);
    checkInteger("totalSteps", totalSteps, 0);
    if (options.totalSteps !== undefined && options.factor === undefined) {
      throw new RangeError("totalSteps: expected a factor beside it, got none");
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

const STEP_OPTIONS: OptionNames<StepLROptions> = { stepSize: true, gamma: true, interval: true };

/** η = base·gamma^⌊step / stepSize⌋. PyTorch's StepLR. */
export class StepLR extends Schedule {
  readonly #stepSize: number;
  readonly #gamma: number;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: StepLROptions) {
    checkOptions("StepLR", options, STEP_OPTIONS);
    const { stepSize, gamma = 0.1, interval = "epoch" } = options;
    super(interval);
    checkInteger("stepSize", stepSize, 1);
    checkNumber("gamma", gamma);
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

const EXPONENTIAL_OPTIONS: OptionNames<ExponentialLROptions> = { gamma: true, interval: true };

/** η = base·gamma^step. PyTorch's ExponentialLR. */
export class ExponentialLR extends Schedule {
  readonly #gamma: number;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: ExponentialLROptions) {
    checkOptions("ExponentialLR", options, EXPONENTIAL_OPTIONS);
    const { gamma, interval = "epoch" } = options;
    super(interval);
    checkNumber("gamma", gamma);
    this.#gamma = gamma;
  }

  protected override rate(step: number, base: number): number {
    return base * integerPower(this.#gamma, step);
  }

  override config(): ScheduleConfig {
    return { type: "exponential", interval: this.interval, gamma: this.#gamma };
  }
}
