import { beforeAll, describe, expect, it } from "vitest";
import { serializeOnnx } from "../../src/formats/onnx/onnx.js";
import {
  BatchNorm,
  type Callback,
  Dense,
  DivergenceError,
  type Engine,
  fit,
  Layer,
  type Matrix,
  Network,
  ReLU,
  SGD,
  type State,
  saveCheckpoint,
  serializeModel,
  serializeWeights,
} from "../../src/index.js";
import { makeNetwork, source, testEngine } from "./fixture.js";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

/** The identity, but for the gradient of its n-th training pass, which is infinite: the step after it ruins the network. */
class Ruin extends Layer {
  #passes = 0;
  readonly #pass: number;

  constructor(pass: number) {
    super();
    this.#pass = pass;
  }

  override backward(_input: Matrix, gradOutput: Matrix): Matrix {
    if (++this.#passes === this.#pass) gradOutput.data[0] = Number.POSITIVE_INFINITY;
    return gradOutput;
  }
}

const layers = (pass: number) => [new Dense(2, 4), new ReLU(), new Dense(4, 3), new Ruin(pass)];

describe("a network that the last step has ruined", () => {
  it.each([
    [1, 6],
    [2, 12],
  ])("ends the training in epoch %i, before it is evaluated", async (epoch, pass) => {
    const run = fit(makeNetwork(engine, layers(pass)), engine.dataset(source(130)), { epochs: 2, batchSize: 20 });
    await expect(run).rejects.toThrow(DivergenceError);
    await expect(run).rejects.toThrow(
      /^training diverged: expected finite numbers, got NaN or infinities in layers\.[02]\.(weights|biases) after the step in batch 6 of epoch/,
    );
    expect(run.history.length).toBe(epoch - 1);
  });

  it("in the middle of an epoch, too, when the signal ends it there", async () => {
    const controller = new AbortController();
    const callbacks: Callback[] = [{ onBatchEnd: ({ batch }) => batch === 3 && controller.abort() } as Callback];
    const options = { epochs: 2, batchSize: 20, callbacks, signal: controller.signal };
    await expect(fit(makeNetwork(engine, layers(3)), engine.dataset(source(130)), options)).rejects.toThrow(
      "after the step in batch 3 of epoch 1",
    );
  });

  it("cannot be checkpointed", async () => {
    const attempts: unknown[] = [];
    const callbacks: Callback[] = [
      {
        onSettled: (_, run) => {
          try {
            attempts.push(saveCheckpoint(run).length);
          } catch (error) {
            attempts.push((error as Error).name);
          }
        },
      },
    ];
    const run = fit(makeNetwork(engine, layers(2)), engine.dataset(source(130)), {
      epochs: 1,
      batchSize: 20,
      callbacks,
    });
    await expect(run).rejects.toThrow(DivergenceError);
    expect(attempts).toEqual([expect.any(Number), "DivergenceError"]);
  });

  it("cannot be saved, and names the array", () => {
    const network = new Network(engine, [new Dense(2, 4), new BatchNorm(4), new Dense(4, 3)]);
    const states = (): State[] => network.layers.flatMap((layer) => [...layer.parameters(), ...layer.buffers()]);
    for (const [index, name] of [
      [0, "layers.0.weights"],
      [3, "layers.1.beta"],
      [5, "layers.1.runningVariance"],
      [7, "layers.2.biases"],
    ] as const) {
      const state = states()[index] as State;
      const before = state.toArray();
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const bad = before.slice();
        bad[bad.length - 1] = value;
        state.set(bad);
        for (const save of [serializeModel, serializeWeights, serializeOnnx]) {
          expect(() => save(network), name).toThrow(RangeError);
          expect(() => save(network)).toThrow(`${name}: expected finite numbers, got NaN or infinities`);
        }
      }
      state.set(before);
      expect(serializeModel(network).length).toBeGreaterThan(0);
    }
  });
});

describe("outputs that are not numbers", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])("have no largest one: %s", (value) => {
    const network = new Network(engine, [new Dense(2, 3)], { optimizer: new SGD() });
    const rows = 600;
    const inputs = Float32Array.from({ length: 2 * rows }, (_, i) => (i === 1000 ? value : 1));
    const bad = engine.matrix(rows, 2, inputs, { checkFinite: false });
    const message =
      /^network: outputs of row 500: expected finite numbers, got (NaN|-?Infinity): an input or a weight is not finite/;
    expect(() => network.predict(bad)).toThrow(message);
    expect(() => network.predictProbabilities(bad)).toThrow(message);
    const source = { inputs, shape: [rows, 2], targets: new Int32Array(rows) };
    expect(() => network.evaluate(engine.dataset(source, { checkFinite: false }))).toThrow(message);
    expect(network.predict(engine.matrix(1, 2, [1, 1])).length).toBe(1);
  });
});
