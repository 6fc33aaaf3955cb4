/** Predicts every row of a data set, and writes predictions as a table. */

import Papa from "papaparse";
import type { Rows } from "../dataset/rows.js";
import type { Network } from "../network/network.js";
import type { Preprocessor } from "../tables/preprocessor.js";

/** Row by row: class indices and all probabilities, or the values of a regression. */
export interface Prediction {
  readonly labels: Int32Array;
  readonly probabilities: Float32Array;
  readonly values: Float32Array;
}

/** Predicts every row in one forward pass. Arrays that the loss does not give are empty. */
export function predictAll(network: Network, data: Rows): Prediction {
  const { classes = new Int32Array(0), probabilities, values } = network.predictAll(data);
  const none = new Float32Array(0);
  return { labels: classes, probabilities: probabilities ?? none, values: values ?? none };
}

/** Predictions as columns: the class and every class's probability, or the value in the target's unit. */
export function predictionTable({ labels, probabilities, values }: Prediction, preprocessor: Preprocessor) {
  const { classes } = preprocessor.config;
  const head = ["prediction", ...(classes ?? []).map((name) => `probability_${name}`)];
  const rows: (string | number)[][] = classes
    ? Array.from(labels, (label, row) => [
        classes[label] as string,
        ...probabilities.subarray(row * classes.length, (row + 1) * classes.length),
      ])
    : preprocessor.restore(values).map((value) => [value]);
  return { head, rows };
}

/** Text that a spreadsheet would run as a formula: it begins with =, +, -, @, a tab or a line end, and is not a number. */
const FORMULA = /^(?:[=@\t\r]|[+-](?!(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$))/i;

/** Predictions as CSV. @param escapes whether to put an apostrophe before names that a spreadsheet would run */
export function predictionCsv({ head, rows }: ReturnType<typeof predictionTable>, escapes: boolean): string {
  return `${Papa.unparse([head, ...rows], { newline: "\n", escapeFormulae: escapes && FORMULA })}\n`;
}
