import * as library from "../../src/index.js";
import { type Case, type Cases, call, options } from "./cases.js";

const actual = () => [0, 1, 1];
const predicted = () => [0, 1, 0];
const scores = () => [
  [0.1, 0.9],
  [0.5, 0.5],
  [0.9, 0.1],
];
const labels = { labels: () => [0, 1] };

export const metricOptions = [
  ...[library.precisionScore, library.recallScore, library.f1Score].map((score) =>
    options(score.name, (given: library.ScoreOptions) => score(actual(), predicted(), given), {
      labels: { value: labels.labels, beside: () => ({ average: "macro" }) },
      zeroDivision: () => 1,
      average: () => "macro",
      posLabel: () => 1,
    }),
  ),
  options(
    "precisionRecallF1",
    (given: library.ClassScoresOptions) => library.precisionRecallF1(actual(), predicted(), given),
    { ...labels, zeroDivision: () => 1 },
  ),
  options(
    "confusionMatrix",
    (given: library.ConfusionOptions) => library.confusionMatrix(actual(), predicted(), given),
    labels,
  ),
  options("logLoss", (given: library.LogLossOptions) => library.logLoss(actual(), scores(), given), labels),
  options("topKAccuracyScore", (given: library.TopKOptions) => library.topKAccuracyScore(actual(), scores(), given), {
    ...labels,
    k: () => 1,
  }),
];

type Metric = (...given: never[]) => unknown;
const OF_TWO: readonly Metric[] = [
  library.accuracyScore,
  library.r2Score,
  library.meanSquaredError,
  library.meanAbsoluteError,
];
const OF_CLASSES: readonly Metric[] = [
  library.confusionMatrix,
  library.precisionRecallF1,
  library.precisionScore,
  library.recallScore,
  library.f1Score,
];
const OF_SCORES: readonly Metric[] = [library.logLoss, library.topKAccuracyScore];

const casesOf = (metrics: readonly Metric[], second: () => unknown, rest: { optional?: () => readonly unknown[] }) =>
  Object.fromEntries(
    metrics.map((metric): [string, Case] => [metric.name, call(metric, () => [actual(), second()], rest)]),
  );

export const metricCases: Cases = {
  ...casesOf(OF_TWO, predicted, {}),
  ...casesOf(OF_CLASSES, predicted, { optional: () => [{}] }),
  ...casesOf(OF_SCORES, scores, { optional: () => [{}] }),
  classScores: call(
    (...given) => library.classScores(...(given as unknown as [never, never])),
    () => [
      [
        [1, 2],
        [0, 3],
      ],
    ],
    { optional: () => [["a", "b"]], takes: { 1: ["[1, 2]", "a Float32Array"] } },
  ),
  uniqueLabels: call(
    (...given) => library.uniqueLabels(...(given as unknown as [never])),
    () => [[1, 2]],
    {
      takes: { 0: ['["1"]'] },
    },
  ),
};
