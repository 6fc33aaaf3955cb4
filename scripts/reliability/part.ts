/** Arguments and results of a part of the campaign. */

import type { Random } from "../../src/index.js";

export interface Task {
  /** An empty folder for this part alone. */
  readonly folder: string;
  readonly random: Random;
  /** How many repetitions; each part repeats something else. */
  readonly count: number;
  readonly short: boolean;
}

export interface Outcome {
  readonly tried: number;
  /** How often the disturbance came before the end. */
  readonly disturbed: number;
  /** Broken promises, one line each. */
  readonly faults: readonly string[];
  readonly note?: string;
}

export type Part = (task: Task) => Promise<Outcome>;
