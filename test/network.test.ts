import { beforeAll, describe, expect, it } from "vitest";
import { Adam, Dense, type Engine, Network, ReLU, SoftmaxCrossEntropy } from "../src/index.js";
import { makeNetwork, testEngine } from "./training/fixture.js";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

describe("a network that cannot be made", () => {
  const used = () => {
    const optimizer = new Adam();
    const loss = new SoftmaxCrossEntropy();
    const layer = new Dense(3, 3);
    makeNetwork(engine, [layer], { optimizer, loss });
    return { optimizer, loss, layer };
  };

  it.each<[string, string, () => Network]>([
    [
      "layers that do not fit",
      "layer 2 (Dense): expected an input",
      () => new Network(engine, [new Dense(2, 64), new ReLU(), new Dense(32, 3)]),
    ],
    [
      "a layer that is used",
      "layer 1 (Dense): this layer already",
      () => new Network(engine, [new Dense(2, 3), used().layer]),
    ],
    [
      "an optimizer that is used",
      "this optimizer already",
      () => new Network(engine, [new Dense(2, 3)], { optimizer: used().optimizer }),
    ],
    ["a loss that is used", "this loss already", () => new Network(engine, [new Dense(2, 3)], { loss: used().loss })],
    [
      "initial weights that are none",
      "layer 1 (Dense): init: expected finite numbers, got NaN as weight 1",
      () => new Network(engine, [new Dense(2, 3), new Dense(3, 2, { init: () => [0, Number.NaN, 0, 0, 0, 0] })]),
    ],
    ["no layer", "layer 0: expected a Layer, got 5", () => new Network(engine, [5 as never])],
    [
      "no loss",
      'loss: expected a Loss, got "mse"',
      () => new Network(engine, [new Dense(2, 3)], { loss: "mse" as never }),
    ],
    [
      "no optimizer",
      'optimizer: expected an Optimizer, got "adam"',
      () => new Network(engine, [new Dense(2, 3)], { optimizer: "adam" as never }),
    ],
  ])("%s: leaves memory and generator as they were", (_, message, make) => {
    // What `used` makes stays: it is no part of what fails.
    const before = { bytes: 0, state: engine.random.state };
    const remember = engine.memory.bytesInUse;
    used();
    const perUsed = engine.memory.bytesInUse - remember;
    before.bytes = engine.memory.bytesInUse;
    before.state = engine.random.state;
    expect(make).toThrow(message);
    const made = /already/.test(message) ? perUsed : 0;
    expect(engine.memory.bytesInUse).toBe(before.bytes + made);
    if (made === 0) expect(engine.random.state).toEqual(before.state);
  });

  it("leaves what another network uses alone", () => {
    const { optimizer, loss, layer } = used();
    const network = makeNetwork(engine, [new Dense(2, 3)]);
    expect(() => new Network(engine, [new Dense(2, 3), layer])).toThrow();
    expect(() => new Network(engine, [new Dense(2, 3)], { optimizer })).toThrow();
    expect(() => new Network(engine, [new Dense(2, 3)], { loss })).toThrow();
    expect(layer.forward(engine.matrix(1, 3, [1, 2, 3])).columns).toBe(3);
    expect(() => optimizer.step()).not.toThrow();
    expect(loss.compute(engine.matrix(1, 3, [1, 2, 3]), engine.labels([0]))).toBeGreaterThan(0);
    network.dispose();
  });
});
