/** trainTestSplit: which rows to train on and which to test with. */

import { checkList } from "../checks/check-list.js";
import { checkInteger, checkOptions, type OptionNames } from "../checks/check-options.js";
import { Random } from "../engine/random.js";
import type { Class } from "./classes.js";
import { MOST_ROWS, splitRows } from "./split-rows.js";

/** Options of `trainTestSplit`. */
export interface TrainTestSplitOptions {
  /** The fraction of rows to test with, between 0 and 1, rounded to whole rows (scikit-learn rounds up); default 0.25. */
  readonly testSize?: number;
  /** Default 0. */
  readonly seed?: number;
  /** A class for each row: every class keeps its share in both parts, as `splitRows` has it. */
  readonly stratify?: ArrayLike<Class>;
}

const OPTIONS: OptionNames<TrainTestSplitOptions> = { testSize: true, seed: true, stratify: true };

/**
 * Row indices of two parts, each in random order.
 *
 * @throws RangeError for a fraction outside (0, 1), a stratify of another length, a part without rows, or one that would take
 * the last row of a class; TypeError for options of a wrong type
 */
export function trainTestSplit(
  rows: number,
  options: TrainTestSplitOptions = {},
): { train: Int32Array; test: Int32Array } {
  checkOptions("trainTestSplit", options, OPTIONS);
  checkInteger("trainTestSplit: rows", rows, 0, MOST_ROWS);
  const { testSize = 0.25, seed = 0, stratify } = options;
  if (stratify !== undefined) checkList("stratify", stratify, "a list of classes");
  if (stratify !== undefined && stratify.length !== rows) {
    throw new RangeError(`stratify: expected a class for each of ${rows} rows, got ${stratify.length}`);
  }
  const random = new Random(seed);
  const { training, validation } = splitRows(stratify ?? rows, testSize, random, "testSize");
  random.shuffle(training);
  random.shuffle(validation);
  return { train: training, test: validation };
}
