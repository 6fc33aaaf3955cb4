/** A rate that falls along half a cosine, after a linear warm-up. */

import { type OptionTable, readOptions } from "../../checks/option-table.js";
import { cosPi } from "../../engine/reproducible-math.js";
import { BY_EPOCH, Schedule, type ScheduleConfig, type ScheduleOptions } from "./schedule.js";

/** Options of CosineAnnealingLR. */
export interface CosineAnnealingLROptions extends ScheduleOptions {
  /** Steps to the end of the cosine, warm-up included. */
  readonly totalSteps: number;
  /** The final rate (PyTorch's eta_min); default 0. */
  readonly minLearningRate?: number;
  /** Steps of the warm-up; default 0. */
  readonly warmupSteps?: number;
  /** The rate at the start of the warm-up, as a share of the base (PyTorch's start_factor); default 1/3. */
  readonly warmupStart?: number;
}

export const COSINE_OPTIONS = {
  totalSteps: { kind: "integer", required: true, least: 1 },
  minLearningRate: { kind: "number", default: 0 },
  warmupSteps: { kind: "integer", default: 0, least: 0 },
  warmupStart: { kind: "number", default: 1 / 3, most: 1 },
  interval: BY_EPOCH,
} as const satisfies OptionTable;

/**
 * With W steps of warm-up: η = base·(s + (1 − s)·step/W) before step W, s being `warmupStart`; then
 * η = min + (base − min)·(1 + cos(π·(step − W)/(total − W)))/2, and min from `totalSteps` on. PyTorch's CosineAnnealingLR
 * (which rises again after its end), for the warm-up its LinearLR before it.
 */
export class CosineAnnealingLR extends Schedule {
  readonly #totalSteps: number;
  readonly #min: number;
  readonly #warmupSteps: number;
  readonly #warmupStart: number;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: CosineAnnealingLROptions) {
    const read = readOptions("CosineAnnealingLR", options, COSINE_OPTIONS);
    const { totalSteps, minLearningRate, warmupSteps, warmupStart, interval } = read;
    super(interval);
    if (options.warmupStart !== undefined && warmupSteps === 0) {
      throw new RangeError("warmupStart: expected warmupSteps with it, got none");
    }
    if (warmupSteps >= totalSteps) {
      throw new RangeError(`warmupSteps: expected fewer than the ${totalSteps} of totalSteps, got ${warmupSteps}`);
    }
    this.#totalSteps = totalSteps;
    this.#min = minLearningRate;
    this.#warmupSteps = warmupSteps;
    this.#warmupStart = warmupStart;
  }

  protected override rate(step: number, base: number): number {
    const [min, warmup, start] = [this.#min, this.#warmupSteps, this.#warmupStart];
    if (step < warmup) return base * (start + ((1 - start) * step) / warmup);
    if (step >= this.#totalSteps) return min;
    return min + ((base - min) * (1 + cosPi((step - warmup) / (this.#totalSteps - warmup)))) / 2;
  }

  override config(): ScheduleConfig {
    return {
      type: "cosine",
      interval: this.interval,
      totalSteps: this.#totalSteps,
      minLearningRate: this.#min,
      warmupSteps: this.#warmupSteps,
      ...(this.#warmupSteps > 0 && { warmupStart: this.#warmupStart }),
    };
  }
}
