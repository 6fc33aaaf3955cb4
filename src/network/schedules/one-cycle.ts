/** A rate that rises once and falls once. */

import { checkNumber } from "../../checks/check-options.js";
import { type OptionTable, readOptions } from "../../checks/option-table.js";
import { cosPi } from "../../engine/reproducible-math.js";
import { BY_BATCH, Schedule, type ScheduleConfig, type ScheduleOptions } from "./schedule.js";

/** Options of OneCycleLR; `interval` is "batch" by default. */
export interface OneCycleLROptions extends ScheduleOptions {
  readonly totalSteps: number;
  /** The peak (PyTorch's max_lr); default the base. */
  readonly maxLearningRate?: number;
  /** Share of the steps in which it rises (PyTorch's pct_start); default 0.3. */
  readonly percentStart?: number;
  /** Along half a cosine (the default) or a line. */
  readonly annealStrategy?: "cos" | "linear";
  /** It begins at peak / divFactor; default 25. */
  readonly divFactor?: number;
  /** It ends at its beginning / finalDivFactor; default 10 000. */
  readonly finalDivFactor?: number;
  /** Falls back to the beginning as fast as it rose, and only then to the end; default false. */
  readonly threePhase?: boolean;
}

export const ONE_CYCLE_OPTIONS = {
  totalSteps: { kind: "integer", required: true, least: 2 },
  maxLearningRate: { kind: "number" },
  percentStart: { kind: "number", default: 0.3, most: 1 },
  annealStrategy: { kind: "choice", default: "cos", choices: ["cos", "linear"] },
  divFactor: { kind: "number", positive: true, default: 25 },
  finalDivFactor: { kind: "number", positive: true, default: 1e4 },
  threePhase: { kind: "boolean", default: false },
  interval: BY_BATCH,
} as const satisfies OptionTable;

/**
 * The 1cycle policy (Smith and Topin 2019) as in PyTorch's OneCycleLR, without cycling the momentum: from peak / divFactor
 * up to the peak, then down to peak / (divFactor·finalDivFactor), where it stays (PyTorch's throws).
 */
export class OneCycleLR extends Schedule {
  readonly #options: Required<Omit<OneCycleLROptions, "maxLearningRate" | "interval">>;
  readonly #max: number | undefined;

  /** @throws TypeError, RangeError for options of a wrong type or value */
  constructor(options: OneCycleLROptions) {
    const { interval, maxLearningRate, ...rest } = readOptions("OneCycleLR", options, ONE_CYCLE_OPTIONS);
    const { totalSteps, percentStart, annealStrategy, divFactor, finalDivFactor, threePhase } = rest;
    super(interval);
    // A symmetric rise and fall take at most all steps.
    if (threePhase) checkNumber("percentStart", percentStart, { most: 0.5 });
    this.#options = { totalSteps, percentStart, annealStrategy, divFactor, finalDivFactor, threePhase };
    this.#max = maxLearningRate;
  }

  protected override rate(step: number, base: number): number {
    const { totalSteps, percentStart, divFactor, finalDivFactor, threePhase } = this.#options;
    const max = this.#max ?? base;
    const first = max / divFactor;
    const last = first / finalDivFactor;
    const end = totalSteps - 1;
    const peak = percentStart * totalSteps - 1;
    if (step <= peak) return this.#anneal(first, max, peak > 0 ? step / peak : 1);
    if (step >= end) return last;
    if (!threePhase) return this.#anneal(max, last, (step - peak) / (end - peak));
    const back = 2 * percentStart * totalSteps - 2;
    if (step <= back) return this.#anneal(max, first, (step - peak) / (back - peak));
    return this.#anneal(first, last, (step - back) / (end - back));
  }

  #anneal(from: number, to: number, share: number): number {
    if (this.#options.annealStrategy === "linear") return from + (to - from) * share;
    return to + ((from - to) * (1 + cosPi(share))) / 2;
  }

  override config(): ScheduleConfig {
    const max = this.#max !== undefined && { maxLearningRate: this.#max };
    return { type: "oneCycle", interval: this.interval, ...this.#options, ...max };
  }
}
