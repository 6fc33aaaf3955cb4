import * as library from "../../src/index.js";
import { type Case, type Cases, call, make, method, options, setter } from "./cases.js";
import { engine, network } from "./fixture.js";

const common = {
  learningRate: () => 0.1,
  weightDecay: () => 0.1,
  l1: () => 0.1,
  decay: { value: () => "weights", beside: () => ({ l1: 0.1 }) },
  clipValue: () => 1,
  clipNorm: () => 1,
};
const betas = { betas: () => [0.9, 0.99], epsilon: () => 1e-8 };
const interval = { interval: () => "batch" };

export const optimizerOptions = [
  options("SGD", (given: library.SGDOptions) => new library.SGD(given), {
    ...common,
    momentum: () => 0.9,
    dampening: { value: () => 0.5, beside: () => ({ momentum: 0.9 }) },
    nesterov: { value: () => true, beside: () => ({ momentum: 0.9 }) },
  }),
  options("RMSProp", (given: library.RMSPropOptions) => new library.RMSProp(given), {
    ...common,
    alpha: () => 0.9,
    epsilon: () => 1e-8,
    momentum: () => 0.9,
    centered: () => true,
  }),
  options("Adagrad", (given: library.AdagradOptions) => new library.Adagrad(given), {
    ...common,
    learningRateDecay: () => 0.1,
    initialAccumulatorValue: () => 0.1,
    epsilon: () => 1e-8,
  }),
  options("Adam", (given: library.AdamOptions) => new library.Adam(given), { ...common, ...betas }),
  options("AdamW", (given: library.AdamOptions) => new library.AdamW(given), { ...common, ...betas }),
  options("ConstantLR", (given: library.ConstantLROptions) => new library.ConstantLR(given), {
    ...interval,
    factor: () => 0.5,
    totalSteps: { value: () => 3, beside: () => ({ factor: 0.5 }) },
  }),
  options("StepLR", (given: library.StepLROptions) => new library.StepLR(given), {
    ...interval,
    stepSize: { value: () => 3, required: true },
    gamma: () => 0.5,
  }),
  options("ExponentialLR", (given: library.ExponentialLROptions) => new library.ExponentialLR(given), {
    ...interval,
    gamma: { value: () => 0.5, required: true },
  }),
  options("CosineAnnealingLR", (given: library.CosineAnnealingLROptions) => new library.CosineAnnealingLR(given), {
    ...interval,
    totalSteps: { value: () => 9, required: true },
    minLearningRate: () => 0.1,
    warmupSteps: () => 3,
    warmupStart: { value: () => 0.5, beside: () => ({ warmupSteps: 3 }) },
  }),
  options("OneCycleLR", (given: library.OneCycleLROptions) => new library.OneCycleLR(given), {
    ...interval,
    totalSteps: { value: () => 9, required: true },
    maxLearningRate: () => 0.1,
    percentStart: () => 0.1,
    annealStrategy: () => "linear",
    divFactor: () => 10,
    finalDivFactor: () => 10,
    threePhase: () => true,
  }),
  options("ReduceLROnPlateau", (given: library.ReduceLROnPlateauOptions) => new library.ReduceLROnPlateau(given), {
    mode: () => "max",
    factor: () => 0.1,
    patience: () => 3,
    threshold: () => 0.1,
    thresholdMode: () => "absolute",
    cooldown: () => 1,
    minLearningRate: () => 0.1,
    epsilon: () => 0.1,
  }),
];

/** The state of an optimizer or a schedule, part by part. */
export const stateParts = [
  options(
    "Adam.loadStateDict",
    (given: library.OptimizerState, own) => (own as library.Network).optimizer.loadStateDict(given),
    Object.fromEntries(
      Object.entries(network({ optimizer: new library.Adam() }).optimizer.stateDict()).map(([name, value]) => [
        name,
        { value: () => value, required: true },
      ]),
    ),
    () => network({ optimizer: new library.Adam() }),
  ),
  options(
    "ReduceLROnPlateau.loadStateDict",
    (given: library.ScheduleState) => new library.ReduceLROnPlateau().loadStateDict(given),
    {
      best: () => 1,
      ...Object.fromEntries(
        ["badEpochs", "cooldownLeft", "drops"].map((name) => [name, { value: () => 0, required: true }]),
      ),
    },
  ),
];

const OPTIMIZERS = [library.SGD, library.RMSProp, library.Adagrad, library.Adam, library.AdamW];
const SCHEDULES: readonly (readonly [new (given: never) => library.Schedule, object, boolean])[] = [
  [library.ConstantLR, {}, false],
  [library.StepLR, { stepSize: 2 }, true],
  [library.ExponentialLR, { gamma: 0.5 }, true],
  [library.CosineAnnealingLR, { totalSteps: 3 }, true],
  [library.OneCycleLR, { totalSteps: 3 }, true],
  [library.ReduceLROnPlateau, {}, false],
];

function optimizerMethods(Class: new () => library.Optimizer): readonly (readonly [string, Case])[] {
  const own = () => network({ optimizer: new Class() }).optimizer;
  return [
    [Class.name, make(Class, () => [], { optional: () => [{}] })],
    [
      `${Class.name}.attach`,
      method(
        () => new Class(),
        "attach",
        () => [engine, network().parameters()],
      ),
    ],
    [`${Class.name}.step`, method(own, "step", () => [], { optional: () => [1] })],
    [`${Class.name}.loadStateDict`, method(own, "loadStateDict", () => [own().stateDict()])],
    [`${Class.name}.learningRate`, setter(own, "learningRate", () => 0.1)],
    [`${Class.name}.learningRateOf`, method(own, "learningRateOf", () => [network().parameters()[0]])],
    ...["zeroGrad", "gradientNorm", "stateDict", "config", "dispose"].map(
      (each) => [`${Class.name}.${each}`, method(own, each)] as const,
    ),
  ];
}

function scheduleMethods([Class, given, required]: (typeof SCHEDULES)[number]): readonly (readonly [string, Case])[] {
  const own = () => new Class(given as never);
  const watches = Class === library.ReduceLROnPlateau;
  return [
    [Class.name, make(Class, () => (required ? [given] : []), { optional: () => (required ? [] : [given]) })],
    [`${Class.name}.learningRate`, method(own, "learningRate", () => [1, 0.1])],
    [`${Class.name}.update`, method(own, "update", () => [1], { takes: { 0: watches ? ["NaN", "Infinity"] : "all" } })],
    [
      `${Class.name}.loadStateDict`,
      method(own, "loadStateDict", () => [own().stateDict()], { takes: { 0: watches ? [] : "all" } }),
    ],
    ...["reset", "stateDict", "config"].map((each) => [`${Class.name}.${each}`, method(own, each)] as const),
  ];
}

/** As a subclass calls the abstract classes' constructors. */
class CustomOptimizer extends library.Optimizer {
  override step(): void {}

  override stateDict(): library.OptimizerState {
    return { learningRate: this.learningRate, steps: 0, slots: {} };
  }

  override loadStateDict(): void {}
}
class CustomSchedule extends library.Schedule {
  protected override rate(): number {
    return 1;
  }
}

export const optimizerCases: Cases = {
  ...Object.fromEntries(OPTIMIZERS.flatMap(optimizerMethods)),
  ...Object.fromEntries(SCHEDULES.flatMap(scheduleMethods)),
  Optimizer: make(CustomOptimizer, () => [0.1]),
  Schedule: make(CustomSchedule, () => ["batch"]),
  createOptimizer: call(
    (config: never) => library.createOptimizer(config),
    () => [{ type: "adam" }],
  ),
  createSchedule: call(
    (config: never) => library.createSchedule(config),
    () => [{ type: "step", stepSize: 2 }],
  ),
  "createOptimizer: type": call(
    (type: never) => library.createOptimizer({ type }),
    () => ["adam"],
  ),
  "createSchedule: type": call(
    (type: never) => library.createSchedule({ type, stepSize: 2 }),
    () => ["step"],
  ),
};
