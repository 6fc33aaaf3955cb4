/** What the parts of the campaign are given and say. */

import type { Random } from "../../src/index.js";

export interface Task {
  /** A folder of its own, empty. */
  readonly folder: string;
  readonly random: Random;
  /** How often; what is repeated differs. */
  readonly count: number;
  readonly short: boolean;
}

export interface Outcome {
  readonly tried: number;
  /** How often it was disturbed indeed, before it had ended. */
  readonly disturbed: number;
  /** What was not as promised, one line each. */
  readonly faults: readonly string[];
  readonly note?: string;
}

export type Part = (task: Task) => Promise<Outcome>;
