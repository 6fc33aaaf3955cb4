/** fit: trains a network on minibatches of a data set. */

import type { Rows } from "../dataset/rows.js";
import type { Network } from "../network/network.js";
import { type FitOptions, planTraining } from "./options.js";
import { TrainingRun } from "./training-run.js";

export type { EpochReport, Progress } from "./epoch-report.js";
export type { FitOptions } from "./options.js";

/**
 * Trains `network` on minibatches of `data`. The returned run is an async iterator: it trains an epoch for each report, and
 * leaving the loop stops the training. `history` has the reports so far. `await` it, or call `run()`, to train to the end.
 * Gradients left in the network are discarded.
 *
 * @throws RangeError, TypeError, ShapeError for an invalid option, a checkpoint that does not fit, or a training set smaller
 * than one batch; then nothing has changed. The iterator throws a DivergenceError if a batch's loss is NaN or infinite. The
 * parameters are useless then
 */
export function fit(network: Network, data: Rows, options: FitOptions = {}): TrainingRun {
  return new TrainingRun(planTraining(network, data, options));
}
