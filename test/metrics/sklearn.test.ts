import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  accuracyScore,
  type Class,
  type ClassScores,
  type ClassScoresOptions,
  classScores,
  confusionMatrix,
  f1Score,
  logLoss,
  meanAbsoluteError,
  meanSquaredError,
  precisionRecallF1,
  precisionScore,
  r2Score,
  recallScore,
  type ScoreOptions,
  type Scores,
  topKAccuracyScore,
} from "../../src/index.js";

type Lists<T> = Readonly<Record<keyof T, number[]>>;

interface Recorded {
  readonly labels: number[];
  readonly predicted: number[];
  readonly probabilities: number[];
  readonly actualValues: number[];
  readonly predictedValues: number[];
  readonly accuracy: number;
  readonly topK: Readonly<Record<number, number>>;
  readonly confusion: number[][];
  readonly perClass: Lists<Omit<ClassScores, "label">>;
  readonly averages: Readonly<Record<string, Scores>>;
  readonly logLoss: number;
  readonly meanSquaredError: number;
  readonly meanAbsoluteError: number;
  readonly r2: number;
  readonly subsets: { options: ClassScoresOptions; scores: Lists<Omit<ClassScores, "label">> }[];
  readonly scores: { actual: Class[]; predicted: Class[]; options: ScoreOptions; scores: Scores }[];
  readonly confusionOf: { labels: number[]; counts: number[][] }[];
  readonly logLosses: {
    actual: Class[];
    probabilities: number[] | number[][];
    type: "float32" | "float64";
    options: { labels?: Class[] };
    loss: number;
  }[];
  readonly topKTies: { k: number; score: number }[];
  readonly r2Of: { actual: number[]; predicted: number[]; score: number }[];
}

/** Written by scripts/record-sklearn-metrics.py. */
const recorded: Recorded = JSON.parse(
  readFileSync(new URL("../recorded/sklearn-metrics.json", import.meta.url), "utf8"),
);
const { labels, predicted, probabilities, actualValues, predictedValues } = recorded;
const NAMES = ["precision", "recall", "f1", "support"] as const;

/** The scores of each class against recorded lists. */
function expectScores(scores: readonly ClassScores[], expected: Lists<Omit<ClassScores, "label">>): void {
  for (const name of NAMES) {
    expect(scores).toHaveLength(expected[name].length);
    for (const [i, score] of scores.entries()) expect(score[name]).toBeCloseTo(expected[name][i] as number, 12);
  }
}

describe("metrics agree with scikit-learn", () => {
  it("of classes", () => {
    expect(accuracyScore(labels, predicted)).toBe(recorded.accuracy);
    expect(confusionMatrix(labels, predicted)).toEqual(recorded.confusion);
    for (const k of [1, 2, 3]) expect(topKAccuracyScore(labels, probabilities, { k })).toBe(recorded.topK[k]);
  });

  it("class by class, from lists and from a confusion matrix", () => {
    expectScores(precisionRecallF1(labels, predicted), recorded.perClass);
    expectScores(classScores(recorded.confusion), recorded.perClass);
    expect(classScores(recorded.confusion)).toEqual(precisionRecallF1(labels, predicted));
  });

  it.each(recorded.subsets)("class by class, of some labels only: $options", ({ options, scores }) => {
    const ours = precisionRecallF1(labels, predicted, options);
    expect(ours.map(({ label }) => label)).toEqual(options.labels);
    expectScores(ours, scores);
  });

  it("rows of other classes count against the labels that are asked for", () => {
    // One of two rows of class 1 is taken for 2: found by half, though no prediction of 1 is wrong.
    expect(precisionRecallF1([1, 1, 2], [1, 2, 2], { labels: [1] })).toEqual([
      { label: 1, precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
    ]);
  });

  it.each(["macro", "micro", "weighted"] as const)("averaged: %s", (average) => {
    const expected = recorded.averages[average] as Scores;
    expect(precisionScore(labels, predicted, { average })).toBeCloseTo(expected.precision, 12);
    expect(recallScore(labels, predicted, { average })).toBeCloseTo(expected.recall, 12);
    expect(f1Score(labels, predicted, { average })).toBeCloseTo(expected.f1, 12);
  });

  it.each(recorded.scores)("as one number: $options of $actual", ({ actual, predicted: guesses, options, scores }) => {
    expect(precisionScore(actual, guesses, options)).toBeCloseTo(scores.precision, 12);
    expect(recallScore(actual, guesses, options)).toBeCloseTo(scores.recall, 12);
    expect(f1Score(actual, guesses, options)).toBeCloseTo(scores.f1, 12);
  });

  it.each(recorded.confusionOf)("confusion of the labels $labels", ({ labels: chosen, counts }) => {
    expect(confusionMatrix(labels, predicted, { labels: chosen })).toEqual(counts);
  });

  it("of probabilities", () => {
    expect(logLoss(labels, probabilities)).toBeCloseTo(recorded.logLoss, 12);
  });

  it.each(recorded.logLosses)("log loss of $type, $options", ({ actual, probabilities: p, type, options, loss }) => {
    const isColumn = typeof p[0] === "number";
    const typed = (row: number[]) => (type === "float32" ? Float32Array.from(row) : row);
    const given = isColumn ? typed(p as number[]) : (p as number[][]).map(typed);
    // scikit-learn calculates 1 − p in the type of p.
    expect(logLoss(actual, given, options)).toBeCloseTo(loss, type === "float32" ? 6 : 12);
    if (!isColumn) expect(logLoss(actual, typed(p.flat()), options)).toBe(logLoss(actual, given, options));
  });

  it.each(recorded.topKTies)("the $k largest of equal scores are those of the later columns", ({ k, score }) => {
    const scores = [
      [1, 1, 1],
      [2, 2, 0],
      [0, 1, 1],
      [3, 1, 1],
    ];
    expect(topKAccuracyScore([0, 1, 2, 1], scores, { k })).toBe(score);
  });

  it("of values", () => {
    expect(meanSquaredError(actualValues, predictedValues)).toBeCloseTo(recorded.meanSquaredError, 12);
    expect(meanAbsoluteError(actualValues, predictedValues)).toBeCloseTo(recorded.meanAbsoluteError, 12);
    expect(r2Score(actualValues, predictedValues)).toBeCloseTo(recorded.r2, 12);
  });

  it.each(recorded.r2Of)("R² of $actual, $predicted", ({ actual, predicted: guesses, score }) => {
    expect(r2Score(actual, guesses)).toBeCloseTo(score, 12);
  });
});
