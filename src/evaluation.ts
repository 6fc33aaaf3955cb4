/** What an evaluation finds, added up batch by batch. */

import type { Targets } from "./losses/loss.js";
import { Labels, type Matrix } from "./matrix.js";

const { abs } = Math;

/** What `evaluate` finds. */
export interface Evaluation {
  /** The loss over all rows, reduced as the loss says. */
  readonly loss: number;
  /** Of classes: share of rows (for several 0/1 labels a row, of labels) that were predicted, 0 to 1. */
  readonly accuracy?: number;
  /** Of classes: confusion[label][prediction], how many rows of class `label` were taken for `prediction`. */
  readonly confusion?: readonly (readonly number[])[];
  /** Of values: mean squared error, mean absolute error, and R² = 1 − Σ(t − y)² / Σ(t − t̄)², its mean over the outputs. */
  readonly meanSquaredError?: number;
  readonly meanAbsoluteError?: number;
  readonly r2?: number;
}

/** An evaluation under a loss of classes. */
export type ClassEvaluation = Evaluation & Required<Pick<Evaluation, "accuracy" | "confusion">>;

/** Adds up predictions against targets. */
export interface Tally {
  add(outputs: Matrix, targets: Targets, predictions: () => Int32Array): void;
  result(): Omit<Evaluation, "loss">;
}

/** Counts for a loss's kind of predictions. */
export function tallyFor(activation: "softmax" | "sigmoid" | "identity"): Tally {
  if (activation === "softmax") return new ClassTally();
  return activation === "sigmoid" ? new BinaryTally() : new ValueTally();
}

class ClassTally implements Tally {
  #confusion: number[][] = [];

  add(outputs: Matrix, targets: Targets, predictions: () => Int32Array): void {
    if (this.#confusion.length === 0) this.#confusion = squareOfZeros(outputs.columns);
    // First: they may make the memory grow, which detaches views.
    const predicted = predictions();
    const labels = targets instanceof Labels ? targets.data : largestColumns(targets);
    for (let row = 0; row < predicted.length; ++row) {
      const counts = this.#confusion[labels[row] as number] as number[];
      counts[predicted[row] as number] = (counts[predicted[row] as number] as number) + 1;
    }
  }

  result(): Omit<Evaluation, "loss"> {
    const rows = this.#confusion.flat().reduce((sum, count) => sum + count, 0);
    const hits = this.#confusion.reduce((sum, counts, label) => sum + (counts[label] as number), 0);
    return { accuracy: hits / rows, confusion: this.#confusion };
  }
}

class BinaryTally implements Tally {
  readonly #confusion = squareOfZeros(2) as [number[], number[]];

  add(outputs: Matrix, targets: Targets, predictions: () => Int32Array): void {
    const predicted = predictions();
    const labels = targets.data;
    for (let i = 0; i < outputs.rows * outputs.columns; ++i) {
      const counts = this.#confusion[(labels[i] as number) >= 0.5 ? 1 : 0];
      counts[predicted[i] as number] = (counts[predicted[i] as number] as number) + 1;
    }
  }

  result(): Omit<Evaluation, "loss"> {
    const [[trueNegatives = 0, falsePositives = 0], [falseNegatives = 0, truePositives = 0]] = this.#confusion;
    const hits = trueNegatives + truePositives;
    return { accuracy: hits / (hits + falsePositives + falseNegatives), confusion: this.#confusion };
  }
}

interface ColumnSums {
  readonly origin: number;
  sum: number;
  squares: number;
  residual: number;
}

/** Sums of float64; the spread of the targets is found around the first row, so that large means cost no digits. */
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

  result(): Omit<Evaluation, "loss"> {
    const count = this.#rows * this.#columns.length;
    const residual = this.#columns.reduce((sum, column) => sum + column.residual, 0);
    const scores = this.#columns.map(({ sum, squares, residual: unexplained }) => {
      const spread = squares - (sum * sum) / this.#rows;
      // As scikit-learn has it: constant targets score 1 when met, else 0.
      return spread > 0 ? 1 - unexplained / spread : Number(unexplained === 0);
    });
    return {
      meanSquaredError: residual / count,
      meanAbsoluteError: this.#absolute / count,
      r2: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    };
  }
}

function largestColumns({ rows, columns, data }: Matrix): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    const values = data.subarray(row * columns, (row + 1) * columns);
    return values.indexOf(Math.max(...values));
  });
}

function squareOfZeros(size: number): number[][] {
  return Array.from({ length: size }, () => new Array<number>(size).fill(0));
}
