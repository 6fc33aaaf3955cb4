/** The options of both estimators: names and defaults are scikit-learn's. */

import { checkBoolean, checkInteger, describe } from "../check-options.js";

/** Options of both estimators. */
export interface MLPOptions {
  /** Units of each hidden layer; default [100]. */
  readonly hiddenLayerSizes?: readonly number[];
  /** Between the layers; default `relu`. */
  readonly activation?: "identity" | "logistic" | "tanh" | "relu";
  /** Default `adam`. */
  readonly solver?: "adam" | "sgd";
  /** Strength of the L2 penalty on the weights, divided by the batch's rows; default 0.0001. */
  readonly alpha?: number;
  /** Rows of a step; `auto` (the default) is the smaller of 200 and the number of rows. */
  readonly batchSize?: number | "auto";
  /** Default 0.001. */
  readonly learningRateInit?: number;
  /** Of `sgd`: how the step length changes; default `constant`. `adaptive` divides it by five where training would stop. */
  readonly learningRate?: "constant" | "invscaling" | "adaptive";
  /** Of `invscaling`: the step length is learningRateInit / t^powerT, t the rows seen; default 0.5. */
  readonly powerT?: number;
  /** Most epochs; default 200. */
  readonly maxIter?: number;
  /** Visit the rows in a new order each epoch; default true. */
  readonly shuffle?: boolean;
  /** Seed of the weights, shuffles and the validation part, an integer from 0; default 0. */
  readonly randomState?: number;
  /** An epoch must better the loss (or score) by this, or it counts as none; default 0.0001. */
  readonly tol?: number;
  /** Of `sgd`; default 0.9. */
  readonly momentum?: number;
  /** Of `sgd` with momentum; default true. */
  readonly nesterovsMomentum?: boolean;
  /** Stop by the score on a part set aside, and go back to the best weights; default false. */
  readonly earlyStopping?: boolean;
  /** The part set aside; default 0.1. */
  readonly validationFraction?: number;
  /** Of `adam`; default 0.9, 0.999 and 1e-8. */
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Epochs without betterment after which training stops; default 10. */
  readonly nIterNoChange?: number;
  /** Go on from the weights of the last `fit`; default false. */
  readonly warmStart?: boolean;
  /** Threads of the engine; default 1, as small networks want it. */
  readonly threads?: number | "auto";
}

const DEFAULTS: Required<MLPOptions> = {
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

/** Least value of each number, and whether it is an integer. */
const RANGES: Readonly<Record<string, readonly [least: number, integer: boolean]>> = {
  alpha: [0, false],
  learningRateInit: [Number.MIN_VALUE, false],
  powerT: [0, false],
  maxIter: [1, true],
  randomState: [0, true],
  tol: [0, false],
  momentum: [0, false],
  epsilon: [Number.MIN_VALUE, false],
  nIterNoChange: [1, true],
};

/** The options, defaults filled in. @throws TypeError for unknown options and wrong types, RangeError for values out of range */
export function resolveOptions(options: MLPOptions): Required<MLPOptions> {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`options: expected an object, got ${describe(options)}`);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved = { ...DEFAULTS, ...given };
  checkOptions(resolved);
  return resolved;
}

function checkOptions(options: Required<MLPOptions>): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(DEFAULTS, name));
  if (unknown !== undefined) {
    throw new TypeError(`option ${unknown}: expected one of ${Object.keys(DEFAULTS).join(", ")}`);
  }
  const values = options as unknown as Record<string, unknown>;
  for (const [name, choices] of Object.entries(CHOICES)) {
    if (choices.includes(values[name] as string)) continue;
    throw new RangeError(`${name}: expected one of ${choices.join(", ")}, got ${String(values[name])}`);
  }
  for (const [name, [least, integer]] of Object.entries(RANGES)) {
    const value = values[name] as number;
    if (Number.isFinite(value) && value >= least && (!integer || Number.isInteger(value))) continue;
    const kind = integer
      ? `an integer of at least ${least}`
      : least > 0
        ? "a number above 0"
        : "a number of at least 0";
    throw new RangeError(`${name}: expected ${kind}, got ${String(value)}`);
  }
  for (const name of ["beta1", "beta2"]) {
    const value = values[name] as number;
    if (!(value >= 0 && value < 1)) throw new RangeError(`${name}: expected a number from 0 to below 1, got ${value}`);
  }
  for (const name of FLAGS) checkBoolean(name, values[name]);
  const { hiddenLayerSizes, batchSize, validationFraction, threads } = options;
  if (threads !== "auto") checkInteger("threads", threads, 1);
  const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;
  if (!Array.isArray(hiddenLayerSizes) || !hiddenLayerSizes.every(isCount)) {
    throw new RangeError(
      `hiddenLayerSizes: expected a list of integers of at least 1, got ${String(hiddenLayerSizes)}`,
    );
  }
  if (batchSize !== "auto" && !isCount(batchSize)) {
    throw new RangeError(`batchSize: expected "auto" or an integer of at least 1, got ${String(batchSize)}`);
  }
  if (!(validationFraction > 0 && validationFraction < 1)) {
    throw new RangeError(`validationFraction: expected a number between 0 and 1, got ${validationFraction}`);
  }
}
