import * as library from "../../src/index.js";
import { type Cases, make, method, options, setter } from "./cases.js";
import { data, engine, labels, layers, matrix, network, weights } from "./fixture.js";

const ofValues = () => network({ loss: new library.MeanSquaredError() });
const asynchronous = { optional: () => [{}] };
const signal = { signal: () => new AbortController().signal };
const ASYNCHRONOUS = ["predictAsync", "predictProbabilitiesAsync", "predictAllAsync"] as const;

/** A network, and what it is given beside the options. */
const used = () => ({ own: network(), rows: data(), input: matrix() });
const rows = data();
type Used = ReturnType<typeof used>;

export const networkOptions = [
  options("Network", (given: library.NetworkOptions) => new library.Network(engine, layers(), given), {
    loss: () => new library.SoftmaxCrossEntropy(),
    optimizer: () => new library.SGD(),
  }),
  options(
    "Network.evaluate",
    (given: library.EvaluateOptions, on) => (on as Used).own.evaluate((on as Used).rows, given),
    { confusion: () => true, predictions: () => true },
    used,
  ),
  options(
    "Network.evaluateAsync",
    (given: library.EvaluateOptions, on) => (on as Used).own.evaluateAsync((on as Used).rows, given),
    { confusion: () => true, predictions: () => true, ...signal },
    used,
  ),
  ...ASYNCHRONOUS.map((name) =>
    options(
      `Network.${name}`,
      (given: library.AsyncOptions, on) => (on as Used).own[name]((on as Used).input, given),
      signal,
      used,
    ),
  ),
  options(
    "Network.predictValuesAsync",
    (given: library.AsyncOptions, on) => (on as Used).own.predictValuesAsync((on as Used).input, given),
    signal,
    () => ({ ...used(), own: ofValues() }),
  ),
];

export const networkCases: Cases = {
  Network: make(library.Network, () => [engine, layers()], { optional: () => [{}] }),
  ...Object.fromEntries(
    ["forward", "logits", "evaluationActivations", "predict", "predictProbabilities", "predictAll"].map((name) => [
      `Network.${name}`,
      method(network, name, () => [matrix()]),
    ]),
  ),
  ...Object.fromEntries(
    ASYNCHRONOUS.map((name) => [`Network.${name}`, method(network, name, () => [matrix()], asynchronous)]),
  ),
  "Network.predictValues": method(ofValues, "predictValues", () => [matrix()]),
  "Network.predictValuesAsync": method(ofValues, "predictValuesAsync", () => [matrix()], asynchronous),
  "Network.predictAll, of a data set": method(network, "predictAll", () => [data()]),
  "Network.train": method(network, "train", () => [matrix(), labels()], { optional: () => [weights()] }),
  "Network.train, values": method(ofValues, "train", () => [matrix(), engine.matrix(2, 3, [1, 2, 3, 4, 5, 6])], {
    optional: () => [weights()],
  }),
  "Network.gradients": method(network, "gradients", () => [matrix(), labels()], { optional: () => [weights()] }),
  "Network.backward": method(
    () => {
      const own = network();
      own.forward(matrix());
      return own;
    },
    "backward",
    () => [matrix(), engine.matrix(2, 3, [1, 2, 3, 4, 5, 6])],
  ),
  "Network.step": method(network, "step", () => [], { optional: () => [1] }),
  "Network.training": setter(network, "training", () => true),
  "Network.loadStateDict": method(network, "loadStateDict", () => [network().stateDict()]),
  "Network.evaluate": method(network, "evaluate", () => [data()], { optional: () => [{}] }),
  "Network.evaluateAsync": method(network, "evaluateAsync", () => [data()], asynchronous),
  ...Object.fromEntries(
    ["zeroGrad", "parameters", "stateDict", "summary", "findNonFinite", "lock", "dispose"].map((name) => [
      `Network.${name}`,
      method(network, name),
    ]),
  ),
};

/** Rows of a data set that are put together by hand. */
export const rowParts = options(
  "Network.evaluate",
  (given: library.Rows, on) => (on as Used).own.evaluate(given),
  {
    inputs: { value: () => rows.inputs, required: true },
    targets: { value: () => rows.targets, required: true },
    rows: { value: () => rows.rows, required: true },
    columns: { value: () => rows.columns, required: true },
    weights: () => engine.matrix(40, 1, new Float32Array(40).fill(1)),
    indices: () => Int32Array.of(1, 2),
  },
  used,
);

/** One array of a state dict, part by part. */
export const statePart = options(
  "Network.loadStateDict",
  (given: library.StateDict[string], own) => {
    const target = own as library.Network;
    return target.loadStateDict({ ...target.stateDict(), "layers.0.biases": given });
  },
  {
    shape: { value: () => [4], required: true },
    data: { value: () => [1, 2, 3, 4], required: true },
  },
  network,
);
