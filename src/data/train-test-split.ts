/** trainTestSplit: which rows to train on and which to test with. */

import { Random } from "../random.js";

/** Options of `trainTestSplit`. */
export interface TrainTestSplitOptions {
  /** The fraction of rows to test with, between 0 and 1; default 0.25, as in scikit-learn. */
  readonly testSize?: number;
  /** Default 0. */
  readonly seed?: number;
  /** A class for each row: every class keeps its share in both parts, to the nearest row. */
  readonly stratify?: ArrayLike<number | string>;
}

/**
 * Row indices of two parts, each in random order.
 *
 * @throws RangeError for a fraction outside (0, 1), a stratify of another length, or a part without rows
 */
export function trainTestSplit(
  rows: number,
  { testSize = 0.25, seed = 0, stratify }: TrainTestSplitOptions = {},
): { train: Int32Array; test: Int32Array } {
  if (!(testSize > 0 && testSize < 1))
    throw new RangeError(`testSize: expected a number between 0 and 1, got ${testSize}`);
  if (stratify && stratify.length !== rows) {
    throw new RangeError(`stratify: expected a class for each of ${rows} rows, got ${stratify.length}`);
  }
  const random = new Random(seed);
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  random.shuffle(order);
  const groups = new Map<number | string, number[]>();
  for (const row of order) {
    const group = stratify?.[row] ?? 0;
    const members = groups.get(group);
    if (members) members.push(row);
    else groups.set(group, [row]);
  }
  const [train, test]: [number[], number[]] = [[], []];
  for (const members of groups.values()) {
    const count = Math.round(members.length * testSize);
    test.push(...members.slice(0, count));
    train.push(...members.slice(count));
  }
  if (train.length === 0 || test.length === 0) {
    throw new RangeError(`testSize: ${testSize} of ${rows} rows leaves a part without rows`);
  }
  const [shuffledTrain, shuffledTest] = [Int32Array.from(train), Int32Array.from(test)];
  random.shuffle(shuffledTrain);
  random.shuffle(shuffledTest);
  return { train: shuffledTrain, test: shuffledTest };
}
