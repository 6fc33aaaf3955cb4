/** MLPRegressor: a network for values, in scikit-learn's shape. */

import type { Engine } from "../engine.js";
import type { Loss, Targets } from "../losses/loss.js";
import { HalfSquaredError } from "../losses/regression.js";
import { r2Score } from "../metrics/regression.js";
import { MLP } from "./mlp.js";
import { type CheckedSamples, checkLabelled, type Samples } from "./samples.js";

/** A network trained on values under half the squared error, as scikit-learn's `MLPRegressor`. */
export class MLPRegressor extends MLP<number> {
  /**
   * Trains until the loss no longer falls, `maxIter` epochs at most.
   *
   * @param X features, a row for each of `y`; scale them first
   * @throws ShapeError, RangeError for data that does not fit; DivergenceError
   */
  async fit(X: Samples, y: ArrayLike<number>): Promise<this> {
    await this.train(checkValued(X, y), y, () => {});
    return this;
  }

  /** One epoch from the present weights. */
  async partialFit(X: Samples, y: ArrayLike<number>): Promise<this> {
    await this.trainOnce(checkValued(X, y), y, () => {});
    return this;
  }

  /** The value of each row. @throws NotFittedError, ShapeError, RangeError for NaN and ±∞ */
  predict(X: Samples): number[] {
    const values: number[] = [];
    this.predictBatches(X, (network, input) => {
      values.push(...network.predictValues(input));
    });
    return values;
  }

  /** R² of the predictions. */
  override score(X: Samples, y: ArrayLike<number>): number {
    return r2Score(y, this.predict(X));
  }

  protected override makeLoss(): Loss {
    return new HalfSquaredError();
  }

  protected override outputs(): number {
    return 1;
  }

  protected override place(engine: Engine, y: ArrayLike<number>, rows: readonly number[]): Targets {
    return engine.matrix(
      rows.length,
      1,
      rows.map((row) => y[row] as number),
    );
  }

  protected override strata(): undefined {
    return undefined;
  }
}

/** As `checkLabelled`. @throws RangeError for a target that is no finite number */
function checkValued(X: Samples, y: ArrayLike<number>): CheckedSamples {
  const samples = checkLabelled(X, y);
  for (let row = 0; row < y.length; ++row) {
    if (!Number.isFinite(y[row])) throw new RangeError(`y: row ${row}: expected a finite number, got ${y[row]}`);
  }
  return samples;
}
