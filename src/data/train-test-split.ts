/** trainTestSplit: which rows to train on and which to test with. */

import { checkInteger, checkOptions, type OptionNames } from "../check-options.js";
import { Random } from "../random.js";
import { splitRows } from "./split.js";

/** Options of `trainTestSplit`. */
export interface TrainTestSplitOptions {
  /** The fraction of rows to test with, between 0 and 1; default 0.25, as in scikit-learn. */
  readonly testSize?: number;
  /** Default 0. */
  readonly seed?: number;
  /** A class for each row: every class keeps its share in both parts, as `splitRows` has it. */
  readonly stratify?: ArrayLike<number | string>;
}

const OPTIONS: OptionNames<TrainTestSplitOptions> = { testSize: true, seed: true, stratify: true };

/**
 * Row indices of two parts, each in random order.
 *
 * @throws RangeError for a fraction outside (0, 1), a stratify of another length, or a part without rows
 */
export function trainTestSplit(
  rows: number,
  options: TrainTestSplitOptions = {},
): { train: Int32Array; test: Int32Array } {
  checkOptions("trainTestSplit", options, OPTIONS);
  checkInteger("trainTestSplit: rows", rows, 0);
  const { testSize = 0.25, seed = 0, stratify } = options;
  if (stratify && stratify.length !== rows) {
    throw new RangeError(`stratify: expected a class for each of ${rows} rows, got ${stratify.length}`);
  }
  const random = new Random(seed);
  const { training, validation } = splitRows(stratify ?? rows, testSize, random, "testSize");
  random.shuffle(training);
  random.shuffle(validation);
  return { train: training, test: validation };
}
