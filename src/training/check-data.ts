/** Checks, before training, that a network accepts the data. */

import { prefixed } from "../checks/check-options.js";
import { checkCounts, checkIsRows, type Rows } from "../dataset/rows.js";
import type { Network } from "../network/network.js";

/** @throws TypeError for anything but a data set, RangeError for one without rows, or whose rows all have weight 0 */
export function checkHasRows(what: string, data: Rows): void {
  checkIsRows(what, data);
  if (!(data.rows > 0)) throw new RangeError(`${what}: expected at least one row, got none`);
  checkCounts(what, data);
}

/**
 * Evaluates the first row to check that layers and loss accept inputs and targets of this kind. Then the loss checks the targets of
 * all rows. Changes nothing but the size of buffers.
 *
 * @throws ShapeError, RangeError, TypeError as `network.evaluate`
 */
export function checkTaken(what: string, network: Network, data: Rows): void {
  const { random } = network.engine;
  const before = random.state;
  const { inputs, targets, columns } = data;
  const first = Int32Array.of(data.indices?.[0] ?? 0);
  try {
    // Without the row's weight, which may be 0.
    network.evaluate({ inputs, targets, weights: undefined, columns, rows: 1, indices: first });
    // A subset may leave out wrong rows, so only the chosen rows are checked.
    if (!data.indices) network.loss.checkMeaning(outputsOf(network), targets);
  } catch (error) {
    throw prefixed(what, error);
  } finally {
    random.state = before;
  }
}

/** Output columns of the last forward pass. */
function outputsOf({ activations }: Network): number {
  return activations.at(-1)?.columns ?? 0;
}
