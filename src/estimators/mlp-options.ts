/** The options of both estimators: names and defaults are scikit-learn's. */

import {
  type Bounds,
  checkBoolean,
  checkChoice,
  checkInteger,
  checkNumber,
  checkOptions,
  type OptionNames,
  wrongType,
} from "../checks/check-options.js";

/** Options of both estimators. As in scikit-learn, those of one solver, or of one kind of learning rate, do nothing under another. */
export interface MLPOptions {
  /** Units of each hidden layer; default [100]. */
  readonly hiddenLayerSizes?: readonly number[];
  /** Between the layers; default `relu`. */
  readonly activation?: "identity" | "logistic" | "tanh" | "relu";
  /** Default `adam`. */
  readonly solver?: "adam" | "sgd";
  /** α of the L2 penalty α/2·Σw²/n on the weights, n the rows of the batch at hand; default 0.0001. */
  readonly alpha?: number;
  /** Rows of a step, or all of them if there are fewer; `auto` (the default) is 200. */
  readonly batchSize?: number | "auto";
  /** Default 0.001. */
  readonly learningRateInit?: number;
  /** Of `sgd`: how the step length changes; default `constant`. `adaptive` divides it by five where training would stop. */
  readonly learningRate?: "constant" | "invscaling" | "adaptive";
  /** Of `invscaling`: after each epoch the step length is learningRateInit / (t + 1)^powerT, t the rows seen; default 0.5. */
  readonly powerT?: number;
  /** Most epochs of a `fit`; default 200. */
  readonly maxIter?: number;
  /** Visit the rows in a new order each epoch; default true. */
  readonly shuffle?: boolean;
  /** Seed of the weights, shuffles and the validation part, an integer from 0; default 0. */
  readonly randomState?: number;
  /** An epoch must better the loss (or score) by this, or it counts as none; default 0.0001. */
  readonly tol?: number;
  /** Of `sgd`, 0 to 1; default 0.9. */
  readonly momentum?: number;
  /** Of `sgd` with momentum; default true. */
  readonly nesterovsMomentum?: boolean;
  /** Stop by the score on a part set aside, and go back to the best weights; default false. */
  readonly earlyStopping?: boolean;
  /** The part set aside, rounded to whole rows (scikit-learn rounds up), each class in its share; default 0.1. */
  readonly validationFraction?: number;
  /** Of `adam`; default 0.9, 0.999 and 1e-8. */
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Training stops after more epochs than this without betterment; Infinity: never. Default 10. */
  readonly nIterNoChange?: number;
  /** `fit` goes on from the weights and counts there are, with a new optimizer; default false. */
  readonly warmStart?: boolean;
  /** Threads of the engine; default 1, as small networks want it. */
  readonly threads?: number | "auto";
}

/** The options of an estimator, defaults filled in; frozen. */
export type ResolvedOptions = Readonly<Required<MLPOptions>>;

const DEFAULTS: ResolvedOptions = {
  hiddenLayerSizes: [100],
  activation: "relu",
  solver: "adam",
  alpha: 0.0001,
  batchSize: "auto",
  learningRateInit: 0.001,
  learningRate: "constant",
  powerT: 0.5,
  maxIter: 200,
  shuffle: true,
  randomState: 0,
  tol: 0.0001,
  momentum: 0.9,
  nesterovsMomentum: true,
  earlyStopping: false,
  validationFraction: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  nIterNoChange: 10,
  warmStart: false,
  threads: 1,
};

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  activation: ["identity", "logistic", "tanh", "relu"],
  solver: ["adam", "sgd"],
  learningRate: ["constant", "invscaling", "adaptive"],
};

const FLAGS = ["shuffle", "nesterovsMomentum", "earlyStopping", "warmStart"];

/** Bounds of the numbers. */
const NUMBERS: Readonly<Record<string, Bounds>> = {
  alpha: {},
  learningRateInit: { positive: true },
  powerT: {},
  tol: {},
  momentum: { most: 1 },
  beta1: { below: 1 },
  beta2: { below: 1 },
  epsilon: { positive: true },
};

const NAMES = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, true])) as OptionNames<MLPOptions>;

/** The options, defaults filled in. @throws TypeError for unknown options and wrong types, RangeError for values out of range */
export function resolveOptions(options: MLPOptions): ResolvedOptions {
  checkOptions("estimator", options, NAMES);
  const given = options as Readonly<Record<string, unknown>>;
  const resolved = Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, value]) => [name, given[name] === undefined ? value : given[name]]),
  );
  checkValues(resolved as unknown as ResolvedOptions);
  // Copies: what the caller does to the options later changes nothing.
  const hiddenLayerSizes = Object.freeze([...(resolved.hiddenLayerSizes as number[])]);
  return Object.freeze({ ...resolved, hiddenLayerSizes }) as ResolvedOptions;
}

function checkValues(options: ResolvedOptions): void {
  const values = options as unknown as Record<string, unknown>;
  for (const [name, choices] of Object.entries(CHOICES)) {
    checkChoice(name, values[name], choices);
  }
  for (const [name, bounds] of Object.entries(NUMBERS)) checkNumber(name, values[name], bounds);
  for (const name of FLAGS) checkBoolean(name, values[name]);
  const { batchSize, maxIter, nIterNoChange, randomState, threads, validationFraction } = options;
  checkInteger("maxIter", maxIter, 1);
  checkInteger("randomState", randomState, 0);
  if (nIterNoChange !== Number.POSITIVE_INFINITY) checkInteger("nIterNoChange", nIterNoChange, 1);
  if (threads !== "auto") checkInteger("threads", threads, 1);
  if (batchSize !== "auto") checkInteger('batchSize (unless it is "auto")', batchSize, 1);
  checkNumber("validationFraction", validationFraction, { positive: true, below: 1 });
  checkSizes(options.hiddenLayerSizes);
}

function checkSizes(sizes: readonly number[]): void {
  if (!Array.isArray(sizes)) {
    throw wrongType("hiddenLayerSizes", "a list of integers", sizes);
  }
  for (let index = 0; index < sizes.length; ++index) checkInteger(`hiddenLayerSizes[${index}]`, sizes[index], 1);
}
