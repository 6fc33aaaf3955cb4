import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, Dense, type Engine, MeanSquaredError, Network, ReLU, SGD } from "../../src/index.js";
import { fingerprint, numbers, VARIANTS } from "../kernels/fixture.js";

describe.each(VARIANTS)("plain gradient descent on sparse inputs (%s)", (variant) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ variant, threads: 1 });
  });
  afterAll(() => engine.dispose());

  /** X with a fifth of its elements, and Y = X·W for weights of 8 to 16. */
  function leastSquares(rows: number, inputs: number) {
    const kept = numbers(rows * inputs, 2);
    const x = numbers(rows * inputs, 1).map((value, i) => ((kept[i] as number) > 0.6 ? value : 0));
    const w = numbers(inputs * 2, 3).map((value) => 8 * (value + Math.sign(value)));
    const y = Float32Array.from({ length: rows * 2 }, (_, i) => {
      const row = x.subarray(Math.floor(i / 2) * inputs, (Math.floor(i / 2) + 1) * inputs);
      return row.reduce((sum, value, j) => sum + value * (w[2 * j + (i % 2)] as number), 0);
    });
    return { x, y };
  }

  it.each([256, 600])("converges as deep as on dense ones: least squares of %i rows", (rows) => {
    const inputs = 20;
    const { x, y } = leastSquares(rows, inputs);
    const [least, dense] = [true, false].map((sparse) => {
      const optimizer = new SGD({ learningRate: 0.3 });
      const network = new Network(engine, [new Dense(inputs, 2, { sparse, init: "zeros" })], {
        loss: new MeanSquaredError(),
        optimizer,
      });
      const [inputMatrix, targets] = [engine.matrix(rows, inputs, x), engine.matrix(rows, 2, y)];
      for (let step = 0; step < 8000; ++step) network.train(inputMatrix, targets);
      return network.train(inputMatrix, targets);
    }) as [number, number];
    // What is left is the rounding of weights of up to 16: half of 2⁻²⁰, squared, times a few elements a row.
    expect(dense).toBeLessThan(1e-8);
    expect(least).toBe(dense);
  });

  it.each([
    [32, 300, 40],
    [300, 57, 12],
    [40, 1024, 100],
  ])("takes the steps of dense ones bit for bit: batch %i, %i inputs, %i outputs", (rows, inputs, outputs) => {
    const kept = numbers(rows * inputs, 5);
    const x = numbers(rows * inputs, 4).map((value, i) => ((kept[i] as number) > 0.4 ? value : 0));
    const prints = [true, false].map((sparse) => {
      const values = numbers(inputs * outputs, 6);
      let i = 0;
      const network = new Network(engine, [
        new Dense(inputs, outputs, { sparse, init: () => 0.1 * (values[i++] as number) }),
        new ReLU(),
        new Dense(outputs, 5, { init: () => 0.1 * (values[i++ % values.length] as number) }),
      ]);
      const [inputMatrix, labels] = [
        engine.matrix(rows, inputs, x),
        engine.labels(x.slice(0, rows).map((_, row) => row % 5)),
      ];
      const losses = Float32Array.from({ length: 20 }, () => network.train(inputMatrix, labels));
      expect(losses.at(-1)).toBeLessThan(losses[0] as number);
      return fingerprint(losses, ...network.parameters().map((parameter) => parameter.toArray()));
    });
    expect(prints[0]).toBe(prints[1]);
  });

  it.each([true, false])("a batch of several blocks of rows is summed up before it is added, sparse: %s", (sparse) => {
    const rows = 1024;
    const layer = new Dense(1, 1, { sparse, init: () => 1 });
    layer.attach(engine, undefined);
    const [weights] = layer.parameters();
    const x = engine.matrix(rows, 1, new Float32Array(rows).fill(1));
    layer.forward(x);
    // 256 rows move the weight by a quarter of its last place below 1, all of them by one.
    const gradient = engine.matrix(rows, 1, new Float32Array(rows).fill(2 ** -26 / 256));
    layer.learn(x, gradient, { learningRateOf: () => 1 });
    expect(weights?.toArray()).toEqual(Float32Array.of(1 - 2 ** -24));
  });
});
