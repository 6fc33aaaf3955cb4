/** MLPClassifier: a network for classes, in scikit-learn's shape. */

import { type Class, checkClasses, sortedClasses } from "../classes.js";
import type { Engine } from "../engine.js";
import { NotFittedError } from "../errors.js";
import { BinaryCrossEntropy } from "../losses/binary-cross-entropy.js";
import type { Loss, Targets } from "../losses/loss.js";
import { SoftmaxCrossEntropy } from "../losses/softmax-cross-entropy.js";
import { accuracyScore } from "../metrics/classification.js";
import { MLP } from "./mlp.js";
import { checkLabelled, type Samples } from "./samples.js";

/**
 * A network trained on classes, as scikit-learn's `MLPClassifier`: two classes share one output under a binary
 * cross-entropy, more have one each under a softmax.
 */
export class MLPClassifier extends MLP<Class> {
  #classes: Class[] = [];

  /** The classes, sorted. @throws NotFittedError */
  get classes(): readonly Class[] {
    if (!this.network) throw new NotFittedError("this estimator was used before fit");
    return this.#classes;
  }

  /**
   * Trains until the loss no longer falls, `maxIter` epochs at most.
   *
   * @param X features, a row for each of `y`; scale them first
   * @param y classes
   * @throws ShapeError, RangeError, TypeError for data that does not fit; DivergenceError
   */
  async fit(X: Samples, y: ArrayLike<Class>): Promise<this> {
    const classes = classesOf("y", y);
    const samples = checkLabelled(X, y);
    if (this.options.warmStart && this.network) checkKnown(y, this.#classes);
    await this.train(samples, y, () => {
      this.#classes = classes;
    });
    return this;
  }

  /**
   * One epoch from the present weights.
   *
   * @param classes all there will ever be; needed in the first call only
   * @throws RangeError for classes that are not those of the first call
   */
  async partialFit(X: Samples, y: ArrayLike<Class>, classes?: readonly Class[]): Promise<this> {
    const samples = checkLabelled(X, y);
    const given = classes && classesOf("classes", classes);
    const all = this.network ? this.#classes : (given ?? classesOf("y", y));
    if (given && (given.length !== all.length || given.some((name, i) => name !== all[i]))) {
      throw new RangeError(`classes: expected ${all.join(", ")} as in the first call, got ${given.join(", ")}`);
    }
    checkKnown(y, all);
    await this.trainOnce(samples, y, () => {
      this.#classes = all;
    });
    return this;
  }

  /** The likeliest class of each row. @throws NotFittedError, ShapeError, RangeError for NaN and ±∞ */
  predict(X: Samples): Class[] {
    const predicted: Class[] = [];
    this.predictBatches(X, (network, input) => {
      for (const index of network.predict(input)) predicted.push(this.#classes[index] as Class);
    });
    return predicted;
  }

  /** The classes' probabilities for each row, in the order of `classes`. @throws as `predict` */
  predictProba(X: Samples): number[][] {
    const rows: number[][] = [];
    this.predictBatches(X, (network, input) => {
      const probabilities = network.predictProbabilities(input);
      const columns = network.outputs as number;
      for (let row = 0; row < input.rows; ++row) {
        const values = Array.from(probabilities.subarray(row * columns, (row + 1) * columns));
        rows.push(columns === 1 ? [1 - (values[0] as number), values[0] as number] : values);
      }
    });
    return rows;
  }

  /** Share of rows whose class is predicted. */
  override score(X: Samples, y: ArrayLike<Class>): number {
    return accuracyScore(y, this.predict(X));
  }

  protected override makeLoss(): Loss {
    return this.#classes.length === 2 ? new BinaryCrossEntropy() : new SoftmaxCrossEntropy();
  }

  protected override outputs(): number {
    return this.#classes.length === 2 ? 1 : this.#classes.length;
  }

  protected override place(engine: Engine, y: ArrayLike<Class>, rows: readonly number[]): Targets {
    const all = this.strata(y);
    const labels = rows.map((row) => all[row] as number);
    const count = this.#classes.length;
    return count === 2 ? engine.matrix(rows.length, 1, labels) : engine.labels(labels, count);
  }

  protected override strata(y: ArrayLike<Class>): number[] {
    const index = new Map(this.#classes.map((name, position) => [name, position]));
    return Array.from(y, (name) => index.get(name) as number);
  }
}

/** @throws RangeError for a class that is none of these */
function checkKnown(y: ArrayLike<Class>, classes: readonly Class[]): void {
  const known = new Set(classes);
  const stranger = Array.from(y).findIndex((name) => !known.has(name));
  if (stranger < 0) return;
  throw new RangeError(`y: expected the classes ${classes.join(", ")}, got ${String(y[stranger])}`);
}

/** The classes that occur, sorted. @throws TypeError, RangeError unless they are of one kind, two at least */
function classesOf(name: string, y: ArrayLike<Class>): Class[] {
  checkClasses(name, y);
  const classes = sortedClasses(y);
  if (classes.length >= 2) return classes;
  throw new RangeError(`${name}: expected at least two classes, got ${classes.length}`);
}
