/** MLPRegressor: a network for regression with scikit-learn's API. */

import { shownNumber, wrongType } from "../checks/check-options.js";
import { r2Score } from "../metrics/regression.js";
import { HalfSquaredError } from "../network/losses/regression.js";
import { MLP } from "./mlp.js";
import type { MLPTask } from "./mlp-task.js";
import { checkLabelled, type LabelledSamples, type Samples } from "./samples.js";

const VALUES: MLPTask = {
  outputs: 1,
  stratified: false,
  leastRows: 2,
  makeLoss: () => new HalfSquaredError(),
  place: (engine, targets) => engine.matrix(targets.length, 1, targets),
  score: r2Score,
};

/** A network for regression with half the squared error, like scikit-learn's `MLPRegressor`. One value per row. */
export class MLPRegressor extends MLP<number> {
  /**
   * Trains until the loss stops falling, for at most `maxIter` epochs.
   *
   * @param X features, one row per element of `y`. Scale them first. Both are copied, so later changes have no effect
   * @throws TypeError, ShapeError, RangeError for data that does not fit, with `earlyStopping` for too few rows; DivergenceError
   */
  async fit(X: Samples, y: ArrayLike<number>): Promise<this> {
    await this.train(checkValued(X, y), VALUES, () => {});
    return this;
  }

  /** Trains one epoch from the current weights, without validation. @throws as `fit` */
  async partialFit(X: Samples, y: ArrayLike<number>): Promise<this> {
    await this.trainOnce(checkValued(X, y), VALUES, () => {});
    return this;
  }

  /** Predicts the value of each row. @throws NotFittedError; TypeError, ShapeError, RangeError for rows that do not fit */
  predict(X: Samples): number[] {
    const predicted: number[] = [];
    this.predictBatches(X, (network, input) => {
      for (const value of network.predictValues(input)) predicted.push(value);
    });
    return predicted;
  }

  /** R² of the predictions. @throws as `predict` and `r2Score` */
  override score(X: Samples, y: ArrayLike<number>): number {
    return r2Score(y, this.predict(X));
  }
}

/** Checks values like `checkLabelled`. @throws TypeError, RangeError for a target that is not a number or not finite as a float32 */
function checkValued(X: Samples, y: ArrayLike<number>): LabelledSamples {
  const samples = checkLabelled(X, y);
  const targets = Float64Array.from({ length: y.length }, (_, row) => {
    const value = y[row] as unknown;
    if (typeof value !== "number") throw wrongType(`y: row ${row}`, "a number", value);
    if (Number.isFinite(Math.fround(value))) return value;
    throw new RangeError(`y: row ${row}: expected a finite number, got ${shownNumber(value)}`);
  });
  return { ...samples, targets };
}
