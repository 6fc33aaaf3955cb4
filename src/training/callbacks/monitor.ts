/** Watches one metric of the reports: is this epoch the best so far? */

import { checkChoice, checkNumber, checkText, describe, type OptionNames } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import type { EpochReport, Metric } from "../epoch-report.js";
import type { RunPlan } from "./callbacks.js";

/** Options of callbacks that monitor a metric. */
export interface MonitorOptions {
  /** The metric to watch; default `valLoss`. */
  readonly monitor?: Metric;
  /** Whether smaller or larger is better. `auto` (the default): smaller for losses, larger for accuracy and R². */
  readonly mode?: "min" | "max" | "auto";
  /** The least improvement that counts; default 0: any improvement. */
  readonly minDelta?: number;
}

/** The options' names. */
export const MONITOR_OPTIONS: OptionNames<MonitorOptions> = { monitor: true, mode: true, minDelta: true };

/** The best value seen, as JSON; null before the first. */
export interface MonitorState {
  readonly best: number | null;
  readonly epoch: number;
}

/** Keeps the best value of a metric. NaN and infinities are never better. */
export class Monitor {
  readonly metric: Metric;
  readonly minDelta: number;
  /** 1 if larger is better, −1 if smaller is. */
  readonly #direction: 1 | -1;
  #best: number | undefined;
  #epoch = 0;

  /** @throws RangeError for an unknown mode or a minDelta below 0; TypeError for values of a wrong type */
  constructor({ monitor = "valLoss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    checkChoice("mode", mode, ["min", "max", "auto"]);
    checkNumber("minDelta", minDelta);
    checkText("monitor", monitor, "a metric's name");
    this.metric = monitor;
    this.minDelta = minDelta;
    const most = mode === "auto" ? !monitor.endsWith("Loss") : mode === "max";
    this.#direction = most ? 1 : -1;
  }

  /** The best value so far, and its epoch; undefined and 0 before the first. */
  get best(): number | undefined {
    return this.#best;
  }

  get bestEpoch(): number {
    return this.#epoch;
  }

  /** @throws RangeError if no report will have the metric */
  check({ metrics }: RunPlan): void {
    if (metrics.includes(this.metric)) return;
    throw new RangeError(
      `monitor: expected one of ${metrics.join(", ")} in these reports, got ${describe(this.metric)}`,
    );
  }

  /** Whether the report is better than all earlier ones. If so, it becomes the best. */
  improves(report: EpochReport): boolean {
    const value = report[this.metric] ?? Number.NaN;
    const better = this.#best === undefined || this.#direction * (value - this.#best) > this.minDelta;
    if (!better || !Number.isFinite(value)) return false;
    this.#best = value;
    this.#epoch = report.epoch;
    return true;
  }

  /** Forgets the best value, for a new training. */
  reset(): void {
    this.#best = undefined;
    this.#epoch = 0;
  }

  state(): MonitorState {
    return { best: this.#best ?? null, epoch: this.#epoch };
  }

  /** @throws FormatError for anything that `state` did not return */
  loadState(state: unknown): void {
    const { best, epoch } = (state ?? {}) as Partial<MonitorState>;
    if (!((best === null || Number.isFinite(best)) && Number.isSafeInteger(epoch) && (epoch as number) >= 0)) {
      const got = `${describe(best)} and ${describe(epoch)}`;
      throw new FormatError(`monitor: expected a finite best value or null, and an epoch from 0, got ${got}`);
    }
    this.#best = best ?? undefined;
    this.#epoch = epoch as number;
  }
}
