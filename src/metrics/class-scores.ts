/** Precision, recall and F1, class by class and averaged: scikit-learn's definitions. */

import { confusionMatrix, uniqueLabels } from "./classification.js";
import type { Values } from "./lists.js";

/** Precision, recall and their harmonic mean of one class, and how many rows have it. */
export interface ClassScores {
  readonly label: number | string;
  /** Right among those predicted as this class; 0 if there are none. */
  readonly precision: number;
  /** Found among those of this class; 0 if there are none. */
  readonly recall: number;
  /** 2·precision·recall / (precision + recall); 0 if both are. */
  readonly f1: number;
  readonly support: number;
}

/**
 * How the classes' scores become one number: `macro`, their mean; `weighted`, their mean weighted by support; `micro`, from
 * the counts of all classes together.
 */
export type Average = "macro" | "micro" | "weighted";

/** Precision, recall and F1 of every class, in the order of `labels` (default: all that occur, sorted). */
export function precisionRecallF1(
  actual: Values,
  predicted: Values,
  labels: readonly (number | string)[] = uniqueLabels(actual, predicted),
): ClassScores[] {
  return classScores(confusionMatrix(actual, predicted, labels), labels);
}

/** As `precisionRecallF1`, from a confusion matrix [label][prediction]. */
export function classScores(
  confusion: readonly (readonly number[])[],
  labels: readonly (number | string)[] = confusion.map((_, label) => label),
): ClassScores[] {
  return labels.map((label, i) => {
    const support = sum(confusion[i] as readonly number[]);
    const predictedRows = sum(confusion.map((counts) => counts[i] as number));
    const hits = (confusion[i] as readonly number[])[i] as number;
    return { label, ...scoresOf(hits, predictedRows, support), support };
  });
}

/** Precision = right / predicted, over all classes as `average` says. */
export function precisionScore(actual: Values, predicted: Values, average: Average = "macro"): number {
  return averageScores(actual, predicted, average).precision;
}

/** Recall = found / there, over all classes as `average` says. */
export function recallScore(actual: Values, predicted: Values, average: Average = "macro"): number {
  return averageScores(actual, predicted, average).recall;
}

/** F1, the harmonic mean of precision and recall, over all classes as `average` says. */
export function f1Score(actual: Values, predicted: Values, average: Average = "macro"): number {
  return averageScores(actual, predicted, average).f1;
}

function averageScores(actual: Values, predicted: Values, average: Average): Omit<ClassScores, "label" | "support"> {
  const labels = uniqueLabels(actual, predicted);
  const confusion = confusionMatrix(actual, predicted, labels);
  const scores = classScores(confusion, labels);
  if (average === "micro") {
    const hits = sum(confusion.map((counts, i) => counts[i] as number));
    return scoresOf(hits, actual.length, actual.length);
  }
  if (average !== "macro" && average !== "weighted") {
    throw new RangeError(`average: expected macro, micro or weighted, got ${String(average)}`);
  }
  const weights = scores.map(({ support }) => (average === "macro" ? 1 : support));
  const mean = (values: number[]) => sum(values.map((value, i) => value * (weights[i] as number))) / sum(weights);
  return {
    precision: mean(scores.map(({ precision }) => precision)),
    recall: mean(scores.map(({ recall }) => recall)),
    f1: mean(scores.map(({ f1 }) => f1)),
  };
}

function scoresOf(hits: number, predicted: number, support: number) {
  const precision = predicted > 0 ? hits / predicted : 0;
  const recall = support > 0 ? hits / support : 0;
  return { precision, recall, f1: hits > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
