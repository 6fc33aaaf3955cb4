import * as library from "../../src/index.js";
import { type Case, type Cases, call, make, method, options } from "./cases.js";
import { attached, attachedLoss, engine, matrix, units, weights } from "./fixture.js";

/** A network is made of each layer, as some options are looked at only then. */
const used = (layer: library.Layer) => new library.Network(engine, [layer]);

export const layerOptions = [
  options("Dense", (given: library.DenseOptions) => used(new library.Dense(2, 3, given)), {
    learningRate: () => 0.1,
    sparse: { value: () => "auto", takes: ["true", "false"] },
    init: { value: () => "heNormal", takes: ["a function"] },
  }),
  options("BatchNorm", (given: library.BatchNormOptions) => used(new library.BatchNorm(2, given)), {
    epsilon: () => 1e-3,
    momentum: () => 0.1,
  }),
  options("LayerNorm", (given: library.LayerNormOptions) => used(new library.LayerNorm(2, given)), {
    epsilon: () => 1e-3,
  }),
  options("LeakyReLU", (given: library.LeakyReLUOptions) => used(new library.LeakyReLU(given)), {
    negativeSlope: () => 0.1,
  }),
  options("ELU", (given: library.ELUOptions) => used(new library.ELU(given)), { alpha: () => 1 }),
  options("GELU", (given: library.GELUOptions) => used(new library.GELU(given)), { approximate: () => "tanh" }),
];

/** Each layer of two columns, and the widths that `attach` takes in front of it. */
const LAYERS: readonly (() => library.Layer)[] = [
  () => new library.Dense(2, 2),
  () => new library.BatchNorm(2),
  () => new library.LayerNorm(2),
  () => new library.Dropout(0.5),
  () => new library.LeakyReLU(),
  () => new library.ELU(),
  () => new library.GELU(),
  () => new library.ReLU(),
  () => new library.Sigmoid(),
  () => new library.SiLU(),
  () => new library.Softplus(),
  () => new library.Tanh(),
];

function methodsOf(layer: () => library.Layer): readonly (readonly [string, Case])[] {
  const { name } = layer().constructor;
  const own = () => attached(layer());
  const gradient = () => engine.matrix(2, 2, [1, 2, 3, 4]);
  return [
    [`${name}.attach`, method(layer, "attach", () => [engine], { optional: () => [2] })],
    [`${name}.forward`, method(own, "forward", () => [matrix()])],
    [`${name}.backward`, method(own, "backward", () => [matrix(), gradient()])],
    [`${name}.learn`, method(own, "learn", () => [matrix(), gradient()])],
    ...["parameters", "buffers", "config", "dispose"].map((each) => [`${name}.${each}`, method(own, each)] as const),
  ];
}

/** The identity looks at nothing: what comes after it does. */
const identity = (name: string, args: () => readonly unknown[]): [string, Case] => [
  `Layer.${name}`,
  method(() => new library.Layer(), name, args, { takes: { 0: "all", 1: "all" } }),
];

const parameter = () => {
  const made = new library.Parameter(engine, "slope", [2]);
  made.addGradient([0, 0]);
  return made;
};
const step = { learningRateOf: () => 0.1 };
const numbers = { takes: { 0: ["[-1, NaN]", "a Float64Array"] } };

export const layerCases: Cases = {
  Dense: make(library.Dense, () => [2, 3], { optional: () => [{}] }),
  BatchNorm: make(library.BatchNorm, () => [2], { optional: () => [{}] }),
  LayerNorm: make(library.LayerNorm, () => [2], { optional: () => [{}] }),
  Dropout: make(library.Dropout, () => [], { optional: () => [0.5] }),
  LeakyReLU: make(library.LeakyReLU, () => [], { optional: () => [{}] }),
  ELU: make(library.ELU, () => [], { optional: () => [{}] }),
  GELU: make(library.GELU, () => [], { optional: () => [{}] }),
  ...Object.fromEntries(
    [library.ReLU, library.Sigmoid, library.SiLU, library.Softplus, library.Tanh, library.Layer].map((Class) => [
      Class.name,
      make(Class, () => []),
    ]),
  ),
  ...Object.fromEntries(LAYERS.flatMap(methodsOf)),
  ...Object.fromEntries([
    identity("attach", () => [engine, 2]),
    identity("forward", () => [matrix()]),
    identity("backward", () => [matrix(), matrix()]),
    identity("learn", () => [matrix(), matrix()]),
    ...["parameters", "buffers", "config", "dispose"].map((name) => identity(name, () => [])),
  ]),
  Parameter: make(library.Parameter, () => [engine, "slope", [2]], { optional: () => [0.1] }),
  "Parameter.set": method(parameter, "set", () => [[1, 2]], numbers),
  "Parameter.addGradient": method(parameter, "addGradient", () => [[1, 2]], { ...numbers, optional: () => [step] }),
  "Parameter.setGradient": method(parameter, "setGradient", () => [[1, 2]], numbers),
  "Parameter.destination": method(parameter, "destination", () => [], { optional: () => [step] }),
  ...Object.fromEntries(
    ["gradient", "zeroGrad", "toArray", "dispose"].map((name) => [`Parameter.${name}`, method(parameter, name)]),
  ),
  checkGradients: call(
    (...given) => library.checkGradients(...(given as unknown as [never, never, never, never])),
    () => [engine, attached(new library.Dense(2, 2)), matrix()],
    { optional: () => [{}] },
  ),
  "checkGradients, loss": {
    ...call(
      () => undefined,
      () => [{ loss: attachedLoss(new library.Huber()), targets: units() }],
    ),
    on: matrix,
    call: (input, [target]) => library.checkGradients(engine, target as never, input as library.Matrix),
  },
  ...Object.fromEntries(
    Object.entries(library.initializers)
      .filter(([name]) => name !== "zeros")
      .map(([name, init]) => [
        `initializers.${name}`,
        call(init as (...given: never[]) => unknown, () => [engine.random, ...(name === "normal" ? [] : [2, 3])], {
          // Those of the inputs alone look at no outputs.
          takes: /^(he|lecun)/.test(name) ? { 2: "all" } : {},
        }),
      ]),
  ),
  constant: call(
    (value: never) => library.constant(value),
    () => [1],
  ),
};

const own = { loss: attachedLoss(new library.Huber()), targets: units() };
export const lossToCheck = options(
  "checkGradients, loss",
  (given: library.LossToCheck, input) => library.checkGradients(engine, given, input as library.Matrix),
  {
    loss: { value: () => own.loss, required: true },
    targets: { value: () => own.targets, required: true },
    weights,
  },
  matrix,
);

const checked = () => ({ layer: attached(new library.Dense(2, 2)), input: matrix() });

export const checkOptionsOfGradients = options(
  "checkGradients",
  (given: library.GradientCheckOptions, own) => {
    const { layer, input } = own as ReturnType<typeof checked>;
    return library.checkGradients(engine, layer, input, given);
  },
  { epsilon: () => 0.01, tolerance: () => 0.01 },
  checked,
);
