import { beforeAll, describe, expect, it } from "vitest";
import {
  BinaryCrossEntropy,
  type DataSource,
  Dense,
  type Engine,
  fit,
  HalfSquaredError,
  Huber,
  type Loss,
  MeanAbsoluteError,
  MeanSquaredError,
  Network,
  ShapeError,
  SoftmaxCrossEntropy,
} from "../../../src/index.js";
import { stateHash, testEngine } from "../../training/fixture.js";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const ROWS = 40;
const inputs = Float32Array.from({ length: 2 * ROWS }, (_, i) => Math.fround(((i * 37) % 100) / 50 - 1));
const targetsOf = (value: (row: number) => number, columns = 1) =>
  Float32Array.from({ length: ROWS * columns }, (_, i) => value(i));
const source = (targets: DataSource["targets"]): DataSource => ({ inputs, shape: [ROWS, 2], targets });
const make = (outputs: number, loss: Loss) => new Network(engine, [new Dense(2, outputs)], { loss });

/** Losses, columns of the output, targets that they do not mean, and what is said. */
const REFUSED: [string, () => Loss, number, DataSource["targets"], RegExp][] = [
  [
    "softmax over one output",
    () => new SoftmaxCrossEntropy(),
    1,
    new Int32Array(ROWS),
    /SoftmaxCrossEntropy: expected at least 2 outputs, one for each class, got 1: .*BinaryCrossEntropy/,
  ],
  [
    "softmax over one output and values",
    () => new SoftmaxCrossEntropy(),
    1,
    targetsOf(() => 0.5),
    /at least 2 outputs/,
  ],
  [
    "classes out of range",
    () => new SoftmaxCrossEntropy(),
    3,
    Int32Array.from({ length: ROWS }, (_, i) => i % 5),
    /class indices from 0 to 2, got labels up to 4/,
  ],
  [
    "fractional classes",
    () => new SoftmaxCrossEntropy(),
    3,
    targetsOf((i) => (i === 7 ? 0.5 : i % 3)),
    /SoftmaxCrossEntropy: .*class indices from 0 to 2.* got 0.5 in row 7/,
  ],
  ["negative classes", () => new SoftmaxCrossEntropy(), 3, targetsOf((i) => (i === 3 ? -1 : 0)), /got -1 in row 3/],
  ["classes from 1", () => new SoftmaxCrossEntropy(), 3, targetsOf((i) => (i % 3) + 1), /got 3 in row 2/],
  [
    "rows that do not sum to 1",
    () => new SoftmaxCrossEntropy(),
    3,
    targetsOf((i) => (i < 6 ? ([0.25, 0.25, 0.5][i % 3] as number) : 1), 3),
    /sum is 1 in each row, got 1, 1, 1 \(sum 3\) in row 2/,
  ],
  [
    "rows of percent",
    () => new SoftmaxCrossEntropy(),
    2,
    targetsOf((i) => [30, 70][i % 2] as number, 2),
    /got 30, 70 \(sum 100\) in row 0/,
  ],
  [
    "probabilities below 0",
    () => new SoftmaxCrossEntropy(),
    2,
    targetsOf((i) => [1.5, -0.5][i % 2] as number, 2),
    /got 1.5, -0.5 \(sum 1\) in row 0/,
  ],
  [
    "other columns than classes",
    () => new SoftmaxCrossEntropy(),
    3,
    targetsOf(() => 0.5, 2),
    /one class index or 3 probabilities for each of 1 rows, got 1 × 2/,
  ],
  [
    "labels of −1 and 1",
    () => new BinaryCrossEntropy(),
    1,
    targetsOf((i) => (i % 2 ? 1 : -1)),
    /BinaryCrossEntropy: .*labels of 0 and 1, or numbers between, got -1 in row 0/,
  ],
  ["labels of 1 and 2", () => new BinaryCrossEntropy(), 1, targetsOf((i) => (i % 2) + 1), /got 2 in row 1/],
  [
    "labels of 0 and 255",
    () => new BinaryCrossEntropy(),
    1,
    Uint8Array.from({ length: ROWS }, (_, i) => (i % 2) * 255),
    /got 255 in row 1; for more than two classes use SoftmaxCrossEntropy/,
  ],
  [
    "several columns out of range",
    () => new BinaryCrossEntropy(),
    2,
    targetsOf((i) => (i === 5 ? 2 : 0), 2),
    /got 2 in row 2, column 1/,
  ],
  [
    "one class for two labels a row",
    () => new BinaryCrossEntropy(),
    2,
    new Int32Array(ROWS),
    /BinaryCrossEntropy: targets: expected 2 numbers a row, a Float32Array, got one class index a row, as an Int32Array/,
  ],
  [
    "one integer for two values a row",
    () => new MeanSquaredError(),
    2,
    new Int32Array(ROWS),
    /MeanSquaredError: targets: expected 2 numbers a row/,
  ],
  ["one value for two", () => new Huber(), 2, targetsOf(() => 1), /Huber: targets: expected 1 × 2, got 1 × 1/],
];

describe("targets that a loss does not mean", () => {
  it.each(REFUSED)(
    "are refused by fit, for training and validation, before anything moves: %s",
    (_, loss, outputs, targets, message) => {
      const network = make(outputs, loss());
      const wrong = engine.dataset(source(targets));
      const before = stateHash(network);
      const attempt = () => fit(network, wrong);
      expect(attempt).toThrow(RangeError);
      expect(attempt).toThrow(message);
      expect(attempt).toThrow(/^fit: data: /);
      expect(stateHash(network)).toBe(before);
    },
  );

  it.each(REFUSED)("are refused by train and evaluate: %s", (_, loss, outputs, targets) => {
    const network = make(outputs, loss());
    const wrong = engine.dataset(source(targets));
    const rows = engine.matrix(ROWS, 2, inputs);
    const before = stateHash(network);
    expect(() => network.evaluate(wrong)).toThrow(RangeError);
    expect(() => network.train(rows, wrong.targets)).toThrow(RangeError);
    expect(stateHash(network)).toBe(before);
  });

  it("of rows that a subset leaves out do no harm", async () => {
    const network = make(1, new BinaryCrossEntropy());
    const { Subset } = await import("../../../src/index.js");
    const data = engine.dataset(source(targetsOf((i) => (i < 4 ? -1 : i % 2))));
    const good = Int32Array.from({ length: ROWS - 4 }, (_, i) => i + 4);
    expect((await fit(network, new Subset(data, good), { epochs: 1 })).length).toBe(1);
    await expect(fit(network, new Subset(data, [...good, 3]), { epochs: 1 }).run()).rejects.toThrow("got -1 in row");
  });
});

/** Targets whose kind of array says one thing, and a loss that leaves no doubt that another is meant. */
const CONVERTED: [string, () => Loss, number, DataSource["targets"], DataSource["targets"]][] = [
  [
    "class indices as floats",
    () => new SoftmaxCrossEntropy(),
    3,
    targetsOf((i) => i % 3),
    Int32Array.from({ length: ROWS }, (_, i) => i % 3),
  ],
  [
    "labels of 0 and 1 as integers",
    () => new BinaryCrossEntropy(),
    1,
    Int32Array.from({ length: ROWS }, (_, i) => i % 2),
    targetsOf((i) => i % 2),
  ],
  [
    "labels of 0 and 1 as bytes",
    () => new BinaryCrossEntropy(),
    1,
    Uint8Array.from({ length: ROWS }, (_, i) => i % 2),
    targetsOf((i) => i % 2),
  ],
  ["all labels 0 as integers", () => new BinaryCrossEntropy(), 1, new Int32Array(ROWS), new Float32Array(ROWS)],
  ...[MeanSquaredError, HalfSquaredError, MeanAbsoluteError, Huber].map((Regression): (typeof CONVERTED)[number] => [
    `integers as values (${Regression.name})`,
    () => new Regression(),
    1,
    Int32Array.from({ length: ROWS }, (_, i) => i % 7),
    targetsOf((i) => i % 7),
  ]),
];

describe("labels that are written to", () => {
  it.each<[string, () => Loss, number, number]>([
    ["softmax", () => new SoftmaxCrossEntropy(), 3, 3],
    ["softmax, below", () => new SoftmaxCrossEntropy(), 3, -1],
    ["softmax, far beyond", () => new SoftmaxCrossEntropy(), 3, 2 ** 30],
    ["binary", () => new BinaryCrossEntropy(), 1, 2],
    ["binary, below", () => new BinaryCrossEntropy(), 1, -(2 ** 31)],
  ])("are refused out of range, before anything moves: %s", (_, loss, outputs, label) => {
    const network = make(outputs, loss());
    const [x, y] = [engine.matrix(2, 2, [1, 2, 3, 4]), engine.labels([1, 0], 2)];
    network.train(x, y);
    const before = stateHash(network);
    y.data[1] = label;
    const rows = { inputs: x, targets: y, rows: 2, columns: 2, weights: undefined };
    for (const use of [() => network.train(x, y), () => network.gradients(x, y), () => network.evaluate(rows)]) {
      expect(use).toThrow(RangeError);
      expect(use).toThrow(`got ${label} in row 1`);
    }
    expect(stateHash(network)).toBe(before);
    y.data[1] = 1;
    network.train(x, y);
    network.dispose();
  });
});

describe("targets in another kind of array", () => {
  it.each(CONVERTED)("are taken for what the loss means: %s", async (_, loss, outputs, given, meant) => {
    const train = async (targets: DataSource["targets"]) => {
      const own = await testEngine();
      const network = new Network(own, [new Dense(2, outputs)], { loss: loss() });
      const data = own.dataset(source(targets));
      await fit(network, data, { epochs: 3, batchSize: 7, dropLast: false, validationSplit: 0.25 });
      const classes = network.loss.activation !== "identity";
      return [stateHash(network), network.evaluate(data, classes ? { confusion: true } : {})];
    };
    expect(await train(given)).toEqual(await train(meant));
  });

  it("class weights and stratified splits know them, too", async () => {
    const train = async (targets: DataSource["targets"]) => {
      const own = await testEngine();
      const network = new Network(own, [new Dense(2, 3)]);
      await fit(network, own.dataset(source(targets)), { epochs: 2, classWeights: { 1: 3 }, validationSplit: 0.2 });
      return stateHash(network);
    };
    const integers = Int32Array.from({ length: ROWS }, (_, i) => i % 3);
    expect(await train(Float32Array.from(integers))).toBe(await train(integers));
  });

  it("probabilities that were rounded to three digits are probabilities", () => {
    const network = make(3, new SoftmaxCrossEntropy());
    const rows = targetsOf(() => 0.333, 3).map((value, i) => (i % 3 === 2 ? 0.3335 : value));
    expect(network.evaluate(engine.dataset(source(rows))).loss).toBeGreaterThan(0);
  });

  it("a step on them allocates nothing", () => {
    const network = make(1, new MeanSquaredError());
    const [rows, labels] = [
      engine.matrix(ROWS, 2, inputs),
      engine.labels(Array.from({ length: ROWS }, (_, i) => i % 7)),
    ];
    network.train(rows, labels);
    const before = engine.memory.bytesInUse;
    for (let step = 0; step < 50; ++step) network.train(rows, labels);
    expect(engine.memory.bytesInUse).toBe(before);
    network.dispose();
  });

  it("a shape that no loss takes is a ShapeError", () => {
    expect(() => make(1, new SoftmaxCrossEntropy()).evaluate(engine.dataset(source(new Int32Array(ROWS))))).toThrow(
      ShapeError,
    );
  });
});
