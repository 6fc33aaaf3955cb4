/** A rate that drops when a metric stops improving. */

import { ANY_DOUBLE, checkInteger, checkNumber, checkRecord, wrongType } from "../../checks/check-options.js";
import { type OptionTable, readOptions } from "../../checks/option-table.js";
import { Schedule, type ScheduleConfig, type ScheduleState } from "./schedule.js";

/** Options of ReduceLROnPlateau. */
export interface ReduceLROnPlateauOptions {
  /** Whether lower is better (the default) or higher. */
  readonly mode?: "min" | "max";
  /** Multiplies the rate, below 1; default 0.1. */
  readonly factor?: number;
  /** Epochs without an improvement before a drop; default 10. */
  readonly patience?: number;
  /** The least improvement that counts; default 1e-4. */
  readonly threshold?: number;
  /** Whether threshold is a share of the best metric (the default) or a difference. */
  readonly thresholdMode?: "relative" | "absolute";
  /** Epochs after a drop that do not count; default 0. */
  readonly cooldown?: number;
  /** Default 0 (PyTorch's min_lr). */
  readonly minLearningRate?: number;
  /** Skips drops of no more than this (PyTorch's eps); default 1e-8. */
  readonly epsilon?: number;
}

export const PLATEAU_OPTIONS = {
  mode: { kind: "choice", default: "min", choices: ["min", "max"] },
  factor: { kind: "number", default: 0.1, below: 1 },
  patience: { kind: "integer", default: 10, least: 0 },
  threshold: { kind: "number", default: 1e-4 },
  thresholdMode: { kind: "choice", default: "relative", choices: ["relative", "absolute"] },
  cooldown: { kind: "integer", default: 0, least: 0 },
  minLearningRate: { kind: "number", default: 0 },
  epsilon: { kind: "number", default: 1e-8 },
} as const satisfies OptionTable;

/**
 * After more than `patience` epochs without a better metric, η ← max(factor·η, minLearningRate). PyTorch's and Keras's
 * ReduceLROnPlateau, with PyTorch's options in camelCase. Only `update`, `reset` and `loadStateDict` change the rate; the step does not.
 */
export class ReduceLROnPlateau extends Schedule {
  readonly #options: Required<ReduceLROnPlateauOptions>;
  /** Undefined before the first metric. */
  #best: number | undefined;
  #badEpochs = 0;
  #cooldownLeft = 0;
  #drops = 0;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: ReduceLROnPlateauOptions = {}) {
    super("epoch");
    this.#options = readOptions("ReduceLROnPlateau", options, PLATEAU_OPTIONS);
  }

  /** @throws TypeError for anything but a number; NaN counts as no improvement */
  override update(metric: number): void {
    if (typeof metric !== "number") throw wrongType("update: metric", "a number", metric);
    const { patience, cooldown } = this.#options;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#badEpochs = 0;
    } else {
      ++this.#badEpochs;
    }
    if (this.#cooldownLeft > 0) {
      --this.#cooldownLeft;
      this.#badEpochs = 0;
    }
    if (this.#badEpochs > patience) {
      ++this.#drops;
      this.#cooldownLeft = cooldown;
      this.#badEpochs = 0;
    }
  }

  override reset(): void {
    this.#best = undefined;
    this.#badEpochs = 0;
    this.#cooldownLeft = 0;
    this.#drops = 0;
  }

  /** NaN is never better. */
  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const best = this.#best ?? (mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
    const sign = mode === "min" ? -1 : 1;
    const bound = thresholdMode === "relative" ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === "min" ? metric < bound : metric > bound;
  }

  protected override rate(_step: number, base: number): number {
    const { factor, minLearningRate, epsilon } = this.#options;
    let rate = base;
    for (let drop = 0; drop < this.#drops; ++drop) {
      const next = Math.max(rate * factor, minLearningRate);
      if (rate - next <= epsilon) break;
      rate = next;
    }
    return rate;
  }

  override config(): ScheduleConfig {
    return { type: "plateau", ...this.#options };
  }

  override stateDict(): ScheduleState {
    const [badEpochs, cooldownLeft, drops] = [this.#badEpochs, this.#cooldownLeft, this.#drops];
    return { ...(this.#best !== undefined && { best: this.#best }), badEpochs, cooldownLeft, drops };
  }

  override loadStateDict(state: ScheduleState): void {
    checkRecord("schedule: state", state);
    const { best, badEpochs, cooldownLeft, drops } = state;
    if (best !== undefined) checkNumber("best", best, ANY_DOUBLE);
    for (const [name, value] of Object.entries({ badEpochs, cooldownLeft, drops })) checkInteger(name, value, 0);
    this.#best = best;
    this.#badEpochs = badEpochs as number;
    this.#cooldownLeft = cooldownLeft as number;
    this.#drops = drops as number;
  }
}
