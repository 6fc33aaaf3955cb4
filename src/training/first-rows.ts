/** A network's outputs for the first rows of a training set. */

import { type Minibatch, Minibatches } from "../dataset/minibatches.js";
import type { Rows } from "../dataset/rows.js";
import type { Matrix } from "../engine/matrix.js";
import type { Network } from "../network/network.js";

const MOST_ROWS = 1024;
const PART_ROWS = 128;

/** Some of the rows, and each layer's output for them in evaluation mode; valid until the next part. */
export interface Look {
  readonly batch: Minibatch;
  readonly activations: readonly Matrix[];
}

/** Parts of at most 1024 rows. */
export function* firstRows(network: Network, { inputs, targets, indices }: Rows): Generator<Look, void, undefined> {
  const all = () => Int32Array.from({ length: Math.min(inputs.rows, MOST_ROWS) }, (_, row) => row);
  const rows = { inputs, targets, weights: undefined, indices: indices?.subarray(0, MOST_ROWS) ?? all() };
  for (const batch of new Minibatches(network.engine, rows, PART_ROWS, false).once()) {
    yield { batch, activations: network.evaluationActivations(batch.inputs) };
  }
}
