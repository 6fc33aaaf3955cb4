import { beforeAll, describe, expect, it } from "vitest";
import {
  BatchNorm,
  checkGradients,
  createEngine,
  Dense,
  type Engine,
  type Layer,
  LayerNorm,
  MeanSquaredError,
  Network,
  type Parameter,
  ReLU,
  SGD,
  ShapeError,
  type State,
} from "../../../src/index.js";
import { expectClose, numbers } from "../../kernels/fixture.js";

const MAKERS = [
  ["BatchNorm", (features: number) => new BatchNorm(features)],
  ["LayerNorm", (features: number) => new LayerNorm(features)],
] as const;

describe("normalization layers", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ seed: 2, threads: 1 });
  });

  function attached<T extends Layer>(layer: T, training: boolean): T {
    layer.attach(engine, undefined);
    layer.training = training;
    for (const [index, parameter] of layer.parameters().entries()) {
      parameter.set(numbers(parameter.shape[0] as number, 60 + index).map((value) => value + 1.5));
    }
    return layer;
  }

  const input = (rows: number, columns: number) =>
    engine.matrix(
      rows,
      columns,
      numbers(rows * columns, 62).map((value, i) => value * 2 + (i % columns)),
    );

  it.each(
    MAKERS.flatMap(([name, make]) =>
      [true, false].map((training) => [name, training ? "training" : "evaluation", make] as const),
    ),
  )("checkGradients passes for %s in %s, and puts all back", (_, mode, make) => {
    const layer = attached(make(9), mode === "training");
    const values = () => [...layer.parameters(), ...layer.buffers()].map((state) => state.toArray());
    const before = values();
    const checks = checkGradients(engine, layer, input(5, 9));
    expect(checks.map(({ name }) => name)).toEqual(["input", "gamma", "beta"]);
    for (const check of checks) expect(check).toMatchObject({ passed: true });
    expect(values()).toEqual(before);
    layer.dispose();
  });

  it("BatchNorm: evaluation goes by the running statistics, and does not move them", () => {
    const layer = new BatchNorm(3, { momentum: 1 });
    layer.attach(engine, 3);
    const x = input(50, 3);
    const [mean, variance] = layer.buffers() as [State, State];
    expect([...mean.toArray(), ...variance.toArray()]).toEqual([0, 0, 0, 1, 1, 1]);
    expectClose(
      layer.forward(x).data,
      x.data.map((value) => value / Math.sqrt(1 + 1e-5)),
      0,
      1e-6,
    );
    expect([...mean.toArray(), ...variance.toArray()]).toEqual([0, 0, 0, 1, 1, 1]);
    // One training pass with momentum 1: the running statistics are the batch's.
    layer.training = true;
    const trained = layer.forward(x).data.slice();
    const biased = variance.toArray().map((value) => (value * 49) / 50);
    variance.set(biased);
    layer.training = false;
    expectClose(layer.forward(x).data, trained, 1e-5, 0);
    layer.dispose();
  });

  it("BatchNorm: running statistics converge to those of the data", () => {
    const layer = attached(new BatchNorm(4), true);
    const x = input(200, 4);
    for (let step = 0; step < 200; ++step) layer.forward(x);
    const { data } = x;
    for (let j = 0; j < 4; ++j) {
      const column = data.filter((_, i) => i % 4 === j);
      const mean = column.reduce((sum, value) => sum + value, 0) / 200;
      const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 199;
      expect((layer.buffers()[0] as State).toArray()[j]).toBeCloseTo(mean, 5);
      expect((layer.buffers()[1] as State).toArray()[j]).toBeCloseTo(variance, 5);
    }
    layer.dispose();
  });

  it("BatchNorm: a single row cannot be normalized in training; evaluation takes it", () => {
    const layer = attached(new BatchNorm(4), true);
    expect(() => layer.forward(input(1, 4))).toThrow("BatchNorm: input: expected at least 2 rows in training, got 1");
    expect(() => layer.forward(input(1, 4))).toThrow(ShapeError);
    layer.training = false;
    expect(layer.forward(input(1, 4)).rows).toBe(1);
    layer.dispose();
  });

  it("LayerNorm: rows come out with mean beta and deviation gamma, in training as in evaluation", () => {
    const layer = new LayerNorm(64);
    layer.attach(engine, 64);
    const x = input(3, 64);
    const y = layer.forward(x).data.slice();
    for (let row = 0; row < 3; ++row) {
      const values = y.subarray(row * 64, (row + 1) * 64);
      expect(values.reduce((sum, value) => sum + value, 0) / 64).toBeCloseTo(0, 5);
      expect(values.reduce((sum, value) => sum + value ** 2, 0) / 64).toBeCloseTo(1, 5);
    }
    layer.training = true;
    expect(layer.forward(x).data).toEqual(y);
    layer.dispose();
  });

  it.each(MAKERS)("%s: a step taken in the backward pass is the one by way of the gradients", (_, make) => {
    const build = () => {
      // Equal weights in both networks, whatever the engine's generator is at.
      const init = (_: unknown, inputs: number, outputs: number) => numbers(inputs * outputs, 63);
      const layers = [make(6), new Dense(6, 10, { init }), new ReLU(), make(10), new Dense(10, 2, { init })];
      const network = new Network(engine, layers, {
        loss: new MeanSquaredError(),
        optimizer: new SGD({ learningRate: 0.05 }),
      });
      return network;
    };
    const [direct, buffered] = [build(), build()];
    const [x, y] = [input(8, 6), engine.matrix(8, 2, numbers(16, 64))];
    for (let step = 0; step < 3; ++step) {
      const loss = direct.train(x, y);
      expect(buffered.gradients(x, y)).toBeCloseTo(loss, 5);
      buffered.step();
    }
    for (const [index, parameter] of direct.parameters().entries()) {
      expectClose(parameter.toArray(), (buffered.parameters()[index] as Parameter).toArray(), 2e-6, 2e-6);
    }
    for (const network of [direct, buffered]) network.dispose();
  });

  it.each(MAKERS)("%s: gradients add up, empty batches pass, memory goes back", (_, make) => {
    const x = input(5, 9);
    const empty = engine.matrix(0, 9);
    const before = engine.memory.bytesInUse;
    const layer = attached(make(9), true);
    const once = () => layer.backward(x, layer.forward(x));
    once();
    const first = layer.parameters().map((parameter) => parameter.gradient());
    once();
    for (const [index, parameter] of layer.parameters().entries()) {
      expectClose(
        parameter.gradient(),
        (first[index] as Float32Array).map((value) => 2 * value),
        1e-6,
        1e-6,
      );
    }
    expect(layer.backward(empty, layer.forward(empty)).rows).toBe(0);
    layer.dispose();
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it.each(MAKERS)("%s: widths are checked", (name, make) => {
    expect(() => make(0)).toThrow(`${name}: features: expected an integer of at least 1, got 0`);
    expect(() => make(2.5)).toThrow(RangeError);
    expect(() => new Network(engine, [new Dense(2, 3), make(4)])).toThrow(
      `layer 1 (${name}): expected an input of 4 columns, got 3 from the layer before`,
    );
    const layer = attached(make(4), true);
    expect(() => layer.forward(input(3, 5))).toThrow(`${name}: input: expected 4 columns, got 5`);
    layer.forward(input(3, 4));
    expect(() => layer.backward(input(3, 4), input(3, 3))).toThrow(ShapeError);
    expect(() => layer.attach(engine, 4)).toThrow("already belongs to a network");
    layer.dispose();
  });

  it("options out of range are refused", () => {
    for (const epsilon of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new BatchNorm(3, { epsilon })).toThrow(
        `BatchNorm: epsilon: expected a finite number above 0, got ${epsilon}`,
      );
      expect(() => new LayerNorm(3, { epsilon })).toThrow(RangeError);
    }
    for (const momentum of [-0.1, 1.1, Number.NaN]) {
      expect(() => new BatchNorm(3, { momentum })).toThrow(
        `BatchNorm: momentum: expected a finite number of at least 0 and at most 1, got ${momentum}`,
      );
    }
    const layer = attached(new BatchNorm(3), true);
    expect(() => layer.buffers()[0]?.set([1, 2])).toThrow("runningMean: expected 3 values, got 2");
    layer.dispose();
  });
});
