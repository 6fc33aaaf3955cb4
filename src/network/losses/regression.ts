/** The regression losses: a row and a class each. d = outputs − targets, element by element. */

import {
  REGRESSION_OPTIONS,
  RegressionLoss,
  type RegressionLossOptions,
  type RegressionRow,
} from "./regression-loss.js";

export type { RegressionLossOptions } from "./regression-loss.js";

const MEAN_SQUARED_ERROR = {
  name: "meanSquaredError",
  title: "Mean squared error",
  options: REGRESSION_OPTIONS,
  kernel: "squaredError",
} as const;

/** ℓ = Σⱼ dⱼ². PyTorch's `MSELoss`. */
export class MeanSquaredError extends RegressionLoss {
  /** @throws TypeError for unknown options, RangeError for an unknown reduction */
  constructor(options: RegressionLossOptions = {}) {
    super(MEAN_SQUARED_ERROR, options);
  }
}

const HALF_SQUARED_ERROR = {
  name: "halfSquaredError",
  title: "Half squared error",
  options: REGRESSION_OPTIONS,
  kernel: "squaredError",
  factor: 0.5,
} as const;

/** ℓ = Σⱼ dⱼ²/2: as in scikit-learn's networks. */
export class HalfSquaredError extends RegressionLoss {
  /** @throws TypeError for unknown options, RangeError for an unknown reduction */
  constructor(options: RegressionLossOptions = {}) {
    super(HALF_SQUARED_ERROR, options);
  }
}

const MEAN_ABSOLUTE_ERROR = {
  name: "meanAbsoluteError",
  title: "Mean absolute error",
  options: REGRESSION_OPTIONS,
  kernel: "absoluteError",
} as const;

/** ℓ = Σⱼ |dⱼ|; the derivative at 0 is 0. PyTorch's `L1Loss`. */
export class MeanAbsoluteError extends RegressionLoss {
  /** @throws TypeError for unknown options, RangeError for an unknown reduction */
  constructor(options: RegressionLossOptions = {}) {
    super(MEAN_ABSOLUTE_ERROR, options);
  }
}

/** Options of Huber's loss. */
export interface HuberOptions extends RegressionLossOptions {
  /** Where the square ends and the line begins; default 1. */
  readonly delta?: number;
}

const HUBER = {
  name: "huber",
  title: "Huber",
  options: { ...REGRESSION_OPTIONS, delta: { kind: "number", default: 1, positive: true } },
  kernel: "huber",
  parameter: "delta",
} as const;

/** ℓ = Σⱼ dⱼ²/2 where |dⱼ| ≤ δ, else δ·(|dⱼ| − δ/2). PyTorch's `HuberLoss`. */
export class Huber extends RegressionLoss<(typeof HUBER)["options"]> {
  /** @throws TypeError for unknown options, TypeError, RangeError for a delta that is not a finite number above 0 */
  constructor(options: HuberOptions = {}) {
    super(HUBER, options);
  }

  get delta(): number {
    return this.options.delta;
  }
}

/** Every regression loss: its row, and its class. */
export const REGRESSION_LOSSES: readonly (readonly [RegressionRow, new (options: object) => RegressionLoss])[] = [
  [MEAN_SQUARED_ERROR, MeanSquaredError],
  [HALF_SQUARED_ERROR, HalfSquaredError],
  [MEAN_ABSOLUTE_ERROR, MeanAbsoluteError],
  [HUBER, Huber],
];
