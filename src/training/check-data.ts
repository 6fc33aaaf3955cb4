/** Whether a network takes the data that it is to be trained on, before it is. */

import { prefixed } from "../checks/check-options.js";
import { checkCounts, checkIsRows, type Rows } from "../dataset/rows.js";
import type { Network } from "../network/network.js";

/** @throws TypeError for what is no data set, RangeError for one without rows, or of which none counts */
export function checkHasRows(what: string, data: Rows): void {
  checkIsRows(what, data);
  if (!(data.rows > 0)) throw new RangeError(`${what}: expected at least one row, got none`);
  checkCounts(what, data);
}

/**
 * Evaluates the first row, as which the others are, to see whether layers and loss take inputs and targets; then asks the loss
 * whether the targets of all rows mean what it takes. Only buffers have grown then.
 *
 * @throws ShapeError, RangeError, TypeError as `network.evaluate`
 */
export function checkTaken(what: string, network: Network, data: Rows): void {
  const { random } = network.engine;
  const before = random.state;
  const { inputs, targets, columns } = data;
  const first = Int32Array.of(data.indices?.[0] ?? 0);
  try {
    // Without its weight, which may be 0.
    network.evaluate({ inputs, targets, weights: undefined, columns, rows: 1, indices: first });
    // A subset may leave out rows that are wrong: those that are chosen are looked at as they come.
    if (!data.indices) network.loss.checkMeaning(outputsOf(network), targets);
  } catch (error) {
    throw prefixed(what, error);
  } finally {
    random.state = before;
  }
}

/** Columns of the last forward pass. */
function outputsOf({ activations }: Network): number {
  return activations.at(-1)?.columns ?? 0;
}
