/** The options of both estimators, with scikit-learn's names and defaults. */

import { checkInteger, wrongType } from "../checks/check-options.js";
import { type OptionTable, readOptions } from "../checks/option-table.js";

/** Options of both estimators. As in scikit-learn, options of one solver or learning rate have no effect with another. */
export interface MLPOptions {
  /** Units of each hidden layer; default [100]. */
  readonly hiddenLayerSizes?: readonly number[];
  /** Activation between the layers; default `relu`. */
  readonly activation?: "identity" | "logistic" | "tanh" | "relu";
  /** Default `adam`. */
  readonly solver?: "adam" | "sgd";
  /** α of the L2 penalty α/2·Σw²/n on the weights, n being the rows of the batch; default 0.0001. */
  readonly alpha?: number;
  /** Rows per step, or all rows if there are fewer; `auto` (the default) is 200. */
  readonly batchSize?: number | "auto";
  /** Default 0.001. */
  readonly learningRateInit?: number;
  /** For `sgd`: how the learning rate changes; default `constant`. `adaptive` divides it by five when training would stop. */
  readonly learningRate?: "constant" | "invscaling" | "adaptive";
  /** For `invscaling`: after each epoch the rate is learningRateInit / (t + 1)^powerT, t being the rows seen; default 0.5. */
  readonly powerT?: number;
  /** The most epochs of a `fit`; default 200. */
  readonly maxIter?: number;
  /** Visit the rows in a new order each epoch; default true. */
  readonly shuffle?: boolean;
  /** Seed of the weights, the shuffling and the validation split, an integer from 0; default 0. */
  readonly randomState?: number;
  /** The least improvement of the loss (or score) that counts; default 0.0001. */
  readonly tol?: number;
  /** For `sgd`, from 0 to 1; default 0.9. */
  readonly momentum?: number;
  /** For `sgd` with momentum; default true. */
  readonly nesterovsMomentum?: boolean;
  /** Stop by the score on held-out rows, and restore the best weights; default false. */
  readonly earlyStopping?: boolean;
  /** The share of held-out rows, rounded to whole rows (scikit-learn rounds up) and stratified; default 0.1. */
  readonly validationFraction?: number;
  /** For `adam`; defaults 0.9, 0.999 and 1e-8. */
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Training stops after more than this many epochs without improvement; Infinity: never. Default 10. */
  readonly nIterNoChange?: number;
  /** `fit` continues from the current weights and counts, with a new optimizer; default false. */
  readonly warmStart?: boolean;
  /** Threads of the engine; default 1, the fastest for small networks. */
  readonly threads?: number | "auto";
}

/** An estimator's options with defaults; frozen. */
export type ResolvedOptions = Readonly<Required<MLPOptions>>;

const OPTIONS = {
  hiddenLayerSizes: { kind: "other", default: [100] },
  activation: { kind: "choice", default: "relu", choices: ["identity", "logistic", "tanh", "relu"] },
  solver: { kind: "choice", default: "adam", choices: ["adam", "sgd"] },
  alpha: { kind: "number", default: 0.0001 },
  batchSize: { kind: "other", default: "auto" },
  learningRateInit: { kind: "number", positive: true, default: 0.001 },
  learningRate: { kind: "choice", default: "constant", choices: ["constant", "invscaling", "adaptive"] },
  powerT: { kind: "number", default: 0.5 },
  maxIter: { kind: "integer", default: 200, least: 1 },
  shuffle: { kind: "boolean", default: true },
  randomState: { kind: "integer", default: 0, least: 0 },
  tol: { kind: "number", default: 0.0001 },
  momentum: { kind: "number", default: 0.9, most: 1 },
  nesterovsMomentum: { kind: "boolean", default: true },
  earlyStopping: { kind: "boolean", default: false },
  validationFraction: { kind: "number", default: 0.1, positive: true, below: 1 },
  beta1: { kind: "number", default: 0.9, below: 1 },
  beta2: { kind: "number", default: 0.999, below: 1 },
  epsilon: { kind: "number", positive: true, default: 1e-8 },
  nIterNoChange: { kind: "other", default: 10 },
  warmStart: { kind: "boolean", default: false },
  threads: { kind: "other", default: 1 },
} as const satisfies OptionTable & Readonly<Record<keyof MLPOptions, unknown>>;

/** Reads the options and fills in defaults. @throws TypeError for unknown options and wrong types, RangeError for values out of range */
export function resolveOptions(options: MLPOptions): ResolvedOptions {
  const resolved = readOptions("estimator", options, OPTIONS) as ResolvedOptions;
  const { hiddenLayerSizes, batchSize, nIterNoChange, threads } = resolved;
  if (nIterNoChange !== Number.POSITIVE_INFINITY) checkInteger("nIterNoChange", nIterNoChange, 1);
  if (threads !== "auto") checkInteger("threads", threads, 1);
  if (batchSize !== "auto") checkInteger('batchSize (unless it is "auto")', batchSize, 1);
  checkSizes(hiddenLayerSizes);
  // Copies, so that later changes by the caller have no effect.
  return Object.freeze({ ...resolved, hiddenLayerSizes: Object.freeze([...hiddenLayerSizes]) });
}

function checkSizes(sizes: readonly number[]): void {
  if (!Array.isArray(sizes)) {
    throw wrongType("hiddenLayerSizes", "a list of integers", sizes);
  }
  for (let index = 0; index < sizes.length; ++index) checkInteger(`hiddenLayerSizes[${index}]`, sizes[index], 1);
}
