/** Chooses the rows to train on and to evaluate, with their weights. */

import { checkCounts, checkRowWeights, type Rows } from "../dataset/rows.js";
import { type Split, splitRows } from "../dataset/split-rows.js";
import { Matrix } from "../engine/matrix.js";
import type { Random } from "../engine/random.js";
import type { Network } from "../network/network.js";
import type { Plan } from "./options.js";
import { classLabels, rowWeights } from "./row-weights.js";

/** The rows of a training. */
export interface ChosenRows {
  /** The rows to train on, weighted by class and row. */
  readonly training: Rows;
  /** The same rows for evaluation, weighted by row only. */
  readonly evaluation: Rows;
  readonly validation: Rows | undefined;
  /** Frees the weights. */
  dispose(): void;
}

/** Draws the split, if any, and places the weights in memory. */
export function chooseRows(plan: Plan, random: Random): ChosenRows {
  return plan.network.engine.memory.allOrNothing(() => choose(plan, random));
}

function choose({ network, data, options }: Plan, random: Random): ChosenRows {
  const { engine } = network;
  const { validationSplit, classWeights, sampleWeights } = options;
  const split = validationSplit === undefined ? undefined : splitData(network, data, validationSplit, random);
  const training = split ? split.training : data.indices;
  const own: Matrix[] = [];
  const place = (values: ArrayLike<number>) => {
    const matrix = new Matrix(engine.memory, data.inputs.rows, 1, values);
    own.push(matrix);
    return matrix;
  };
  const sampled = sampleWeights ? place(sampleWeights) : data.weights;
  const weighted = classWeights
    ? place(rowWeights(network.loss, data, classWeights, sampled?.data, training))
    : sampled;
  const view = (indices: Int32Array | undefined, weights: Matrix | undefined): Rows => ({
    inputs: data.inputs,
    targets: data.targets,
    weights,
    rows: indices?.length ?? data.rows,
    columns: data.columns,
    ...(indices && { indices }),
  });
  const chosen = {
    training: view(training, weighted),
    evaluation: view(training, sampled),
    validation: split ? view(split.validation, sampled) : options.validation,
  };
  // Products of weights, and parts of a split, are checked here because they did not exist before.
  if (weighted) checkRowWeights("weights of class and row", data.inputs, weighted);
  checkCounts("training set", chosen.training);
  if (split) checkCounts("validationSplit", chosen.validation as Rows);
  return {
    ...chosen,
    dispose: () => {
      for (const matrix of own) matrix.dispose();
    },
  };
}

/** Splits the rows of `data`, stratified if there are classes. The indices are those of the whole data set. */
function splitData({ loss }: Network, { targets, rows, indices }: Rows, fraction: number, random: Random): Split {
  const labels = classLabels(loss, targets);
  const own = indices && labels ? indices.map((row) => labels[row] as number) : labels;
  const split = splitRows(own ?? rows, fraction, random);
  if (!indices) return split;
  const original = (positions: Int32Array) => positions.map((position) => indices[position] as number);
  return { training: original(split.training), validation: original(split.validation) };
}
