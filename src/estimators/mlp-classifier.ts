/** MLPClassifier: a network for classification with scikit-learn's API. */

import { describe } from "../checks/check-options.js";
import { NotFittedError } from "../checks/errors.js";
import { type Class, checkClasses, quoteClass, sortedClasses } from "../dataset/classes.js";
import { accuracyScore } from "../metrics/classification.js";
import { BinaryCrossEntropy } from "../network/losses/binary-cross-entropy.js";
import { SoftmaxCrossEntropy } from "../network/losses/softmax-cross-entropy.js";
import { MLP } from "./mlp.js";
import type { MLPTask } from "./mlp-task.js";
import { checkLabelled, type Samples } from "./samples.js";

/** Two classes share one output, more have one each. */
function taskOf(classes: number): MLPTask {
  const isBinary = classes === 2;
  return {
    outputs: isBinary ? 1 : classes,
    stratified: true,
    leastRows: 1,
    makeLoss: () => (isBinary ? new BinaryCrossEntropy() : new SoftmaxCrossEntropy()),
    place: (engine, targets) =>
      isBinary ? engine.matrix(targets.length, 1, targets) : engine.labels(targets, classes),
    score: accuracyScore,
  };
}

/**
 * A network for classification, like scikit-learn's `MLPClassifier`. Two classes share one output with a binary cross-entropy;
 * more classes have one output each with a softmax.
 */
export class MLPClassifier extends MLP<Class> {
  #classes: readonly Class[] = [];

  /** The classes, sorted. @throws NotFittedError */
  get classes(): readonly Class[] {
    if (!this.isFitted) throw new NotFittedError("this estimator was used before fit");
    return this.#classes;
  }

  /**
   * Trains until the loss stops falling, for at most `maxIter` epochs.
   *
   * @param X features, one row per element of `y`. Scale them first. Both are copied, so later changes have no effect
   * @param y classes of one kind. A warm start needs exactly the classes of the first call
   * @throws TypeError, ShapeError, RangeError for data that does not fit, with `earlyStopping` for too few rows; DivergenceError
   */
  async fit(X: Samples, y: ArrayLike<Class>): Promise<this> {
    const found = classesOf("y", y);
    const samples = checkLabelled(X, y);
    if (this.options.warmStart && this.isFitted)
      checkSame("y", found, this.#classes, "the first call, which a warm start goes on from");
    await this.train({ ...samples, targets: indicesIn(found, y) }, taskOf(found.length), () => {
      this.#classes = found;
    });
    return this;
  }

  /**
   * Trains one epoch from the current weights, without validation.
   *
   * @param y classes. Unlike in scikit-learn, a call need not have all of them, even with `warmStart`
   * @param classes all classes. The first call decides; without them they are those of its `y` (scikit-learn requires them)
   * @throws as `fit`; RangeError for classes that are not those of the first call
   */
  async partialFit(X: Samples, y: ArrayLike<Class>, classes?: ArrayLike<Class>): Promise<this> {
    const given = classes === undefined ? undefined : classesOf("classes", classes);
    const all = this.isFitted ? this.#classes : (given ?? classesOf("y", y));
    const samples = checkLabelled(X, y);
    if (given) checkSame("classes", given, all, "the first call");
    await this.trainOnce({ ...samples, targets: indicesIn(all, y) }, taskOf(all.length), () => {
      this.#classes = all;
    });
    return this;
  }

  /** Predicts the most likely class of each row. @throws NotFittedError; TypeError, ShapeError, RangeError for rows that do not fit */
  predict(X: Samples): Class[] {
    const predicted: Class[] = [];
    this.predictBatches(X, (network, input) => {
      for (const index of network.predict(input)) predicted.push(this.#classes[index] as Class);
    });
    return predicted;
  }

  /** Predicts the probabilities of the classes for each row, in the order of `classes`. @throws as `predict` */
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

  /** Accuracy of the predictions. @throws as `predict` and `accuracyScore` */
  override score(X: Samples, y: ArrayLike<Class>): number {
    return accuracyScore(y, this.predict(X));
  }
}

/** The classes that occur, sorted and frozen. @throws TypeError, RangeError unless there are at least two of one kind */
function classesOf(name: string, list: ArrayLike<Class>): readonly Class[] {
  checkClasses(name, list);
  const classes = sortedClasses(list);
  if (classes.length >= 2) return Object.freeze(classes);
  throw new RangeError(`${name}: expected at least two classes, got ${classes.length}`);
}

/** @throws RangeError unless both are the same classes */
function checkSame(name: string, got: readonly Class[], classes: readonly Class[], by: string): void {
  if (got.length === classes.length && got.every((name, i) => name === classes[i])) return;
  throw new RangeError(`${name}: expected ${listed(classes)} as in ${by}, got ${listed(got)}`);
}

/** The index of each row's class. @throws RangeError for an unknown class */
function indicesIn(classes: readonly Class[], y: ArrayLike<Class>): Float64Array {
  const index = new Map(classes.map((name, position) => [name, position]));
  return Float64Array.from({ length: y.length }, (_, row) => {
    const position = index.get(y[row] as Class);
    if (position !== undefined) return position;
    throw new RangeError(`y[${row}]: expected one of the classes ${listed(classes)}, got ${describe(y[row])}`);
  });
}

/** Classes for a message; of many, the first. */
function listed(classes: readonly Class[]): string {
  const shown = classes.slice(0, 10).map(quoteClass).join(", ");
  return classes.length > 10 ? `${shown} and ${classes.length - 10} more` : shown;
}
