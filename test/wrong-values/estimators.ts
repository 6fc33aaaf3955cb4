import * as library from "../../src/index.js";
import { type Case, type Cases, call, make, method, options, setter } from "./cases.js";

const X = () => [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const classes = () => [0, 1, 1, 0];
const small = { maxIter: 2, hiddenLayerSizes: [3] } as const;

const all = {
  hiddenLayerSizes: () => [3],
  activation: () => "tanh",
  solver: () => "sgd",
  alpha: () => 0.1,
  batchSize: { value: () => 2, takes: [] },
  learningRateInit: () => 0.1,
  learningRate: () => "adaptive",
  powerT: () => 0.5,
  maxIter: () => 3,
  shuffle: () => true,
  randomState: () => 1,
  tol: () => 0.1,
  momentum: () => 0.5,
  nesterovsMomentum: () => true,
  earlyStopping: () => true,
  validationFraction: () => 0.5,
  beta1: () => 0.9,
  beta2: () => 0.9,
  epsilon: () => 1e-8,
  nIterNoChange: { value: () => 3, takes: ["Infinity"] },
  warmStart: () => true,
  threads: () => 1,
};

export const estimatorOptions = [
  options("MLPClassifier", (given: library.MLPOptions) => new library.MLPClassifier(given), all),
  options("MLPRegressor", (given: library.MLPOptions) => new library.MLPRegressor(given), all),
];

type Estimator = library.MLPClassifier | library.MLPRegressor;
const fitted = {
  classifier: await new library.MLPClassifier(small).fit(X(), classes()),
  regressor: await new library.MLPRegressor(small).fit(X(), classes()),
};

/** A matrix has data, rows and columns, too. */
const samples = { takes: { 0: ["a matrix of another engine"] } };

function methodsOf(
  name: string,
  Class: new (given: library.MLPOptions) => Estimator,
  own: Estimator,
): readonly (readonly [string, Case])[] {
  const unfitted = () => new Class(small);
  return [
    [name, make(Class as never, () => [], { optional: () => [{}] })],
    [`${name}.fit`, method(unfitted, "fit", () => [X(), classes()])],
    [
      `${name}.predict`,
      method(
        () => own,
        "predict",
        () => [X()],
        samples,
      ),
    ],
    [
      `${name}.score`,
      method(
        () => own,
        "score",
        () => [X(), classes()],
      ),
    ],
    [
      `${name}.coefs`,
      setter(
        () => own,
        "coefs",
        () => own.coefs,
      ),
    ],
    [
      `${name}.intercepts`,
      setter(
        () => own,
        "intercepts",
        () => own.intercepts,
      ),
    ],
    [`${name}.dispose`, method(unfitted, "dispose")],
  ];
}

const table = () => ({ data: [0, 0, 0, 1, 1, 0, 1, 1], rows: 4, columns: 2 });

export const estimatorCases: Cases = {
  ...Object.fromEntries([
    ...methodsOf("MLPClassifier", library.MLPClassifier, fitted.classifier),
    ...methodsOf("MLPRegressor", library.MLPRegressor, fitted.regressor),
  ]),
  "MLPClassifier.partialFit": method(
    () => new library.MLPClassifier(small),
    "partialFit",
    () => [X(), classes()],
    {
      optional: () => [[0, 1]],
    },
  ),
  "MLPRegressor.partialFit": method(
    () => new library.MLPRegressor(small),
    "partialFit",
    () => [X(), classes()],
  ),
  "MLPClassifier.predictProba": method(
    () => fitted.classifier,
    "predictProba",
    () => [X()],
    samples,
  ),
  "MLPClassifier.predict, table": call(
    (given: never) => fitted.classifier.predict(given),
    () => [table()],
    samples,
  ),
};

export const sampleParts = options(
  "MLPClassifier.predict",
  (given: library.Samples) => fitted.classifier.predict(given),
  Object.fromEntries(Object.entries(table()).map(([name, value]) => [name, { value: () => value, required: true }])),
);
