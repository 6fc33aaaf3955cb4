import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  accuracyScore,
  confusionMatrix,
  f1Score,
  logLoss,
  meanAbsoluteError,
  meanSquaredError,
  precisionRecallF1,
  precisionScore,
  r2Score,
  recallScore,
  ShapeError,
  topKAccuracyScore,
} from "../src/index.js";

const recorded = JSON.parse(readFileSync(new URL("recorded/sklearn-metrics.json", import.meta.url), "utf8"));
const { labels, predicted, probabilities, actualValues, predictedValues } = recorded;

describe("metrics agree with scikit-learn", () => {
  it("of classes", () => {
    expect(accuracyScore(labels, predicted)).toBe(recorded.accuracy);
    expect(confusionMatrix(labels, predicted)).toEqual(recorded.confusion);
    expect(logLoss(labels, probabilities)).toBeCloseTo(recorded.logLoss, 12);
    for (const k of [1, 2, 3]) expect(topKAccuracyScore(labels, probabilities, k)).toBe(recorded.topK[k]);
  });

  it("class by class", () => {
    const scores = precisionRecallF1(labels, predicted);
    for (const name of ["precision", "recall", "f1", "support"] as const) {
      scores.forEach((score, i) => {
        expect(score[name]).toBeCloseTo(recorded.perClass[name][i], 12);
      });
    }
  });

  it.each(["macro", "micro", "weighted"] as const)("averaged: %s", (average) => {
    const expected = recorded.averages[average];
    expect(precisionScore(labels, predicted, average)).toBeCloseTo(expected.precision, 12);
    expect(recallScore(labels, predicted, average)).toBeCloseTo(expected.recall, 12);
    expect(f1Score(labels, predicted, average)).toBeCloseTo(expected.f1, 12);
  });

  it("of values", () => {
    expect(meanSquaredError(actualValues, predictedValues)).toBeCloseTo(recorded.meanSquaredError, 12);
    expect(meanAbsoluteError(actualValues, predictedValues)).toBeCloseTo(recorded.meanAbsoluteError, 12);
    expect(r2Score(actualValues, predictedValues)).toBeCloseTo(recorded.r2, 12);
    expect([r2Score([2, 2], [2, 2]), r2Score([2, 2], [2, 3])]).toEqual([1, 0]);
  });
});

describe("metrics", () => {
  it("take names as well as numbers", () => {
    expect(accuracyScore(["a", "b"], ["a", "c"])).toBe(0.5);
    expect(confusionMatrix(["b", "a"], ["b", "c"])).toEqual([
      [0, 0, 1],
      [0, 1, 0],
      [0, 0, 0],
    ]);
  });

  it("refuse what does not fit", () => {
    expect(() => accuracyScore([1], [1, 2])).toThrow(ShapeError);
    expect(() => accuracyScore([], [])).toThrow("expected at least one row, got none");
    expect(() => logLoss([3], [0.5, 0.5])).toThrow("label of row 0: expected an integer from 0 to 1, got 3");
    expect(() => topKAccuracyScore([0], [0.5, 0.5], 0)).toThrow("k: expected an integer of at least 1, got 0");
    expect(() => f1Score([0], [0], "binary" as never)).toThrow("average: expected macro, micro or weighted");
  });
});
