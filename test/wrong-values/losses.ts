import * as library from "../../src/index.js";
import { type Case, type Cases, call, make, method, options } from "./cases.js";
import { attachedLoss, engine, labels, matrix, units, weights } from "./fixture.js";

const reduction = { reduction: () => "sum" };

export const lossOptions = [
  options(
    "SoftmaxCrossEntropy",
    (given: library.SoftmaxCrossEntropyOptions) => new library.SoftmaxCrossEntropy(given),
    {
      ...reduction,
      classWeights: () => [1, 1],
      labelSmoothing: () => 0.5,
    },
  ),
  options("BinaryCrossEntropy", (given: library.BinaryCrossEntropyOptions) => new library.BinaryCrossEntropy(given), {
    ...reduction,
    positiveWeights: () => [1, 1],
  }),
  options("MeanSquaredError", (given: library.RegressionLossOptions) => new library.MeanSquaredError(given), reduction),
  options("HalfSquaredError", (given: library.RegressionLossOptions) => new library.HalfSquaredError(given), reduction),
  options(
    "MeanAbsoluteError",
    (given: library.RegressionLossOptions) => new library.MeanAbsoluteError(given),
    reduction,
  ),
  options("Huber", (given: library.HuberOptions) => new library.Huber(given), { ...reduction, delta: () => 1 }),
];

const LOSSES = [
  library.SoftmaxCrossEntropy,
  library.BinaryCrossEntropy,
  library.MeanSquaredError,
  library.HalfSquaredError,
  library.MeanAbsoluteError,
  library.Huber,
];

/** Of values any are right, and of 0/1 labels it does not matter how many columns there are. */
function meaningTakes(Class: new () => library.Loss): Case["takes"] {
  if (Class === library.SoftmaxCrossEntropy) return {};
  return Class === library.BinaryCrossEntropy ? { 0: "all" } : { 0: "all", 1: "all" };
}

function casesOf(Class: new () => library.Loss): readonly (readonly [string, Case])[] {
  const own = () => attachedLoss(new Class());
  return [
    [Class.name, make(Class, () => [], { optional: () => [{}] })],
    [
      `${Class.name}.attach`,
      method(
        () => new Class(),
        "attach",
        () => [engine],
      ),
    ],
    [`${Class.name}.compute`, method(own, "compute", () => [matrix(), units()], { optional: () => [weights()] })],
    [`${Class.name}.rowLosses`, method(own, "rowLosses", () => [matrix()])],
    [`${Class.name}.gradient`, method(own, "gradient", () => [matrix()])],
    [`${Class.name}.checkMeaning`, method(own, "checkMeaning", () => [2, units()], { takes: meaningTakes(Class) })],
    ...["config", "dispose"].map((each) => [`${Class.name}.${each}`, method(own, each)] as const),
  ];
}

/** The abstract class's constructor, as a subclass calls it. */
class CustomLoss extends library.MeanSquaredError {}

export const lossCases: Cases = {
  ...Object.fromEntries(LOSSES.flatMap(casesOf)),
  Loss: make(CustomLoss, () => [], { optional: () => [{}] }),
  "SoftmaxCrossEntropy.compute, labels": method(
    () => attachedLoss(new library.SoftmaxCrossEntropy()),
    "compute",
    () => [matrix(), labels()],
    { optional: () => [weights()] },
  ),
  ...Object.fromEntries(
    [library.softmaxCrossEntropyWithLogits, library.gradSoftmaxCrossEntropyWithLogits].map((loss) => [
      loss.name,
      call(
        (...given) => loss(...(given as unknown as [never, never, never])),
        () => [engine, matrix(), labels()],
      ),
    ]),
  ),
};
