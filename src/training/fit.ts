/** fit: trains a network on minibatches of a data set. */

import type { Rows } from "../dataset/rows.js";
import type { Network } from "../network/network.js";
import { type FitOptions, planTraining } from "./options.js";
import { TrainingRun } from "./training-run.js";

export type { EpochReport, Progress } from "./epoch-report.js";
export type { FitOptions } from "./options.js";

/**
 * Trains `network` on minibatches of `data`. What it returns is an async iterator, which trains an epoch whenever it is asked
 * for the next report (leaving the loop stops the training), has the `history` of the reports so far, and with `run()` goes to
 * the end by itself. Gradients that the network still had are forgotten.
 *
 * @throws RangeError, TypeError, ShapeError for an invalid option, a checkpoint that does not fit, or a training set smaller
 * than one batch; nothing has moved then. The iterator throws a DivergenceError when a batch's loss is NaN or
 * infinite: the parameters are of no use any more
 */
export function fit(network: Network, data: Rows, options: FitOptions = {}): TrainingRun {
  return new TrainingRun(planTraining(network, data, options));
}
