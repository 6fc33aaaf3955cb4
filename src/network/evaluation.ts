/** Metrics of an evaluation, added up batch by batch. */

import { checkBoolean, checkOptions, type OptionNames } from "../checks/check-options.js";
import { Labels } from "../engine/labels.js";
import type { Matrix } from "../engine/matrix.js";
import type { Loss } from "./losses/loss.js";
import type { Targets } from "./losses/targets.js";

const { abs } = Math;

/** The result of `evaluate`. */
export interface Evaluation {
  /** The loss over all rows, reduced as the loss says. */
  readonly loss: number;
  /** Classification: share of rows predicted correctly (share of labels if a row has several 0/1 labels), 0 to 1. */
  readonly accuracy?: number;
  /**
   * Classification, if requested: confusion[label][prediction] is the number of rows of class `label` predicted as
   * `prediction`.
   */
  readonly confusion?: readonly (readonly number[])[];
  /** Regression: mean squared error, mean absolute error, and R² = 1 − Σ(t − y)² / Σ(t − t̄)², its mean over the outputs. */
  readonly meanSquaredError?: number;
  readonly meanAbsoluteError?: number;
  readonly r2?: number;
  /** If requested: the result of `predictAll` for the rows, from the same forward pass. */
  readonly predictions?: Predictions;
}

/** Predictions: `classes` and `probabilities`, or `values` with a regression loss. */
export interface Predictions {
  /** The result of `predict`. */
  readonly classes?: Int32Array;
  /** The result of `predictProbabilities`. */
  readonly probabilities?: Float32Array;
  /** The result of `predictValues`. */
  readonly values?: Float32Array;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Classification: also count the confusion matrix, classes × classes numbers; default false. */
  readonly confusion?: boolean;
  /** Also return the rows' predictions; default false. */
  readonly predictions?: boolean;
}

export const EVALUATE_OPTIONS: OptionNames<EvaluateOptions> = { confusion: true, predictions: true };

/** Most classes of a confusion matrix: a million numbers. */
export const MOST_CONFUSION_CLASSES = 1000;

/** @throws TypeError for unknown options, and for a confusion matrix under a regression loss */
export function checkEvaluateOptions(options: EvaluateOptions, activation: Activation): void {
  checkOptions("evaluate", options, EVALUATE_OPTIONS);
  const { confusion = false, predictions = false } = options;
  for (const [name, value] of Object.entries({ confusion, predictions })) checkBoolean(`evaluate: ${name}`, value);
  if (confusion && activation === "identity") {
    throw new TypeError("evaluate: confusion: expected a loss of classes, got a regression loss");
  }
}

/** The metrics of an evaluation. */
type Metrics = Omit<Evaluation, "loss" | "predictions">;

/** Adds up predictions against targets. */
export interface Tally {
  /** @param predicted the rows' classes; undefined under a regression loss */
  add(outputs: Matrix, targets: Targets, predicted: Int32Array | undefined): void;
  result(): Metrics;
}

type Activation = Loss["activation"];

/** The tally for a loss's kind of predictions. */
export function tallyFor(activation: Activation, { confusion = false }: EvaluateOptions): Tally {
  if (activation === "softmax") return new ClassTally(confusion);
  return activation === "sigmoid" ? new BinaryTally(confusion) : new ValueTally();
}

/** Counts hits and, if requested, the confusion matrix. */
class Hits {
  readonly #wantsConfusion: boolean;
  #classes = 0;
  #counts: Float64Array | undefined;
  #rows = 0;
  #hits = 0;

  constructor(wantsConfusion: boolean) {
    this.#wantsConfusion = wantsConfusion;
  }

  /** Before the first row. @throws RangeError for a confusion matrix that is too large */
  begin(classes: number): void {
    this.#classes = classes;
    if (!this.#wantsConfusion || this.#counts) return;
    if (classes > MOST_CONFUSION_CLASSES) {
      const instead = "compare the classes that predict gives with the labels instead";
      throw new RangeError(
        `evaluate: confusion: expected at most ${MOST_CONFUSION_CLASSES} classes, got ${classes}: ${instead}`,
      );
    }
    this.#counts = new Float64Array(classes * classes);
  }

  add(label: number, prediction: number): void {
    ++this.#rows;
    if (label === prediction) ++this.#hits;
    if (this.#counts) (this.#counts[label * this.#classes + prediction] as number) += 1;
  }

  result(): Metrics {
    const [counts, classes] = [this.#counts, this.#classes];
    const line = (_: unknown, label: number) =>
      Array.from(counts?.subarray(label * classes, (label + 1) * classes) ?? []);
    return {
      accuracy: this.#hits / this.#rows,
      ...(counts && { confusion: Array.from({ length: classes }, line) }),
    };
  }
}

class ClassTally implements Tally {
  readonly #hits: Hits;

  constructor(confusion: boolean) {
    this.#hits = new Hits(confusion);
  }

  add({ columns }: Matrix, targets: Targets, predicted: Int32Array): void {
    this.#hits.begin(columns);
    const labels = targets instanceof Labels ? targets.data : largestColumns(targets);
    for (let row = 0; row < predicted.length; ++row) this.#hits.add(labels[row] as number, predicted[row] as number);
  }

  result(): Metrics {
    return this.#hits.result();
  }
}

class BinaryTally implements Tally {
  readonly #hits: Hits;

  constructor(confusion: boolean) {
    this.#hits = new Hits(confusion);
    this.#hits.begin(2);
  }

  add(_outputs: Matrix, targets: Targets, predicted: Int32Array): void {
    const labels = targets.data;
    for (let i = 0; i < predicted.length; ++i) {
      this.#hits.add((labels[i] as number) >= 0.5 ? 1 : 0, predicted[i] as number);
    }
  }

  result(): Metrics {
    return this.#hits.result();
  }
}

interface ColumnSums {
  readonly origin: number;
  sum: number;
  squares: number;
  residual: number;
}

/** Sums in float64. The variance is computed around the first row's targets, so that a large mean costs no digits. */
class ValueTally implements Tally {
  #rows = 0;
  #absolute = 0;
  #columns: ColumnSums[] = [];

  add(outputs: Matrix, targets: Targets): void {
    const { rows, columns, data } = outputs;
    const wanted = targets.data;
    if (this.#columns.length === 0) {
      this.#columns = Array.from({ length: columns }, (_, j) => ({
        origin: wanted[j] as number,
        sum: 0,
        squares: 0,
        residual: 0,
      }));
    }
    for (let i = 0; i < rows * columns; ++i) {
      const column = this.#columns[i % columns] as ColumnSums;
      const error = (wanted[i] as number) - (data[i] as number);
      const offset = (wanted[i] as number) - column.origin;
      this.#absolute += abs(error);
      column.residual += error * error;
      column.sum += offset;
      column.squares += offset * offset;
    }
    this.#rows += rows;
  }

  result(): Metrics {
    const count = this.#rows * this.#columns.length;
    const residual = this.#columns.reduce((sum, column) => sum + column.residual, 0);
    const scores = this.#columns.map(({ sum, squares, residual: unexplained }) => {
      const spread = squares - (sum * sum) / this.#rows;
      // As in scikit-learn: R² of one row is undefined; constant targets score 1 if all are predicted exactly, else 0.
      if (this.#rows < 2 || Number.isNaN(unexplained)) return Number.NaN;
      return spread > 0 ? 1 - unexplained / spread : Number(unexplained === 0);
    });
    return {
      meanSquaredError: residual / count,
      meanAbsoluteError: this.#absolute / count,
      r2: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    };
  }
}

/** The first of each row's largest elements. */
function largestColumns({ rows, columns, data }: Matrix): Int32Array {
  const largest = new Int32Array(rows);
  for (let row = 0; row < rows; ++row) {
    let best = 0;
    for (let j = 1; j < columns; ++j) {
      if ((data[row * columns + j] as number) > (data[row * columns + best] as number)) best = j;
    }
    largest[row] = best;
  }
  return largest;
}
