import { beforeEach, describe, expect, it } from "vitest";
import {
  checkGradients,
  createEngine,
  Dense,
  Dropout,
  type Engine,
  Network,
  Random,
  ReLU,
} from "../../../src/index.js";
import { numbers } from "../../kernels/fixture.js";

describe("Dropout", () => {
  let engine: Engine;
  beforeEach(async () => {
    engine = await createEngine({ seed: 21, threads: 1 });
  });

  function attached(rate?: number): Dropout {
    const layer = new Dropout(rate);
    layer.attach(engine, 30);
    layer.training = true;
    return layer;
  }
  const input = () => engine.matrix(40, 30, new Float32Array(1200).fill(1));

  it("in training drops the share `rate` and scales the rest; the gradient is dropped alike", () => {
    const layer = attached(0.25);
    const x = input();
    const y = layer.forward(x).data.slice();
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    const dropped = y.filter((value) => value === 0).length;
    // Five standard deviations.
    expect(Math.abs(dropped - 300)).toBeLessThan(5 * Math.sqrt(1200 * 0.25 * 0.75));
    expect(layer.backward(x, input()).data).toEqual(y);
  });

  it("otherwise is the identity, and draws nothing", () => {
    for (const layer of [attached(), attached(0)]) {
      layer.training = layer.rate === 0;
      const x = input();
      expect(layer.forward(x)).toBe(x);
      const gradient = input();
      expect(layer.backward(x, gradient)).toBe(gradient);
      expect(engine.random.state).toEqual(new Random(21).state);
    }
  });

  it("the generator's state is the whole state: the same one drops the same, the next one others", () => {
    const layer = attached();
    const x = input();
    const { state } = engine.random;
    const first = layer.forward(x).data.slice();
    expect(layer.forward(x).data.slice()).not.toEqual(first);
    engine.random.state = state;
    expect(layer.forward(x).data.slice()).toEqual(first);
  });

  it("drops the same on any number of threads", async () => {
    const trained = async (threads: number) => {
      const own = await createEngine({ seed: 5, threads, variant: "simd" });
      const network = new Network(own, [
        new Dense(64, 128, { init: "heNormal" }),
        new ReLU(),
        new Dropout(),
        new Dense(128, 4),
      ]);
      const x = own.matrix(96, 64, numbers(96 * 64));
      const labels = own.labels(Int32Array.from({ length: 96 }, (_, i) => i % 4));
      for (let step = 0; step < 5; ++step) network.train(x, labels);
      const weights = network.parameters().map((parameter) => parameter.toArray());
      own.dispose();
      return weights;
    };
    expect(await trained(3)).toEqual(await trained(1));
  });

  it.each([0, 0.3, 0.9])("checkGradients passes in training, rate %d", (rate) => {
    const x = engine.matrix(6, 30, numbers(180));
    expect(checkGradients(engine, attached(rate), x)).toMatchObject([{ name: "input", passed: true }]);
  });

  it("a tiny rate drops next to nothing rather than everything", () => {
    expect(
      attached(1e-12)
        .forward(input())
        .data.every((value) => value === 1),
    ).toBe(true);
  });

  it("refuses rates out of range, and gives its memory back", () => {
    expect(() => new Dropout("0.5" as never)).toThrow('Dropout: rate: expected a number, got the string "0.5"');
    for (const rate of [-0.1, 1, 1.5, Number.NaN]) {
      expect(() => new Dropout(rate)).toThrow(
        `Dropout: rate: expected a finite number of at least 0 and below 1, got ${rate}`,
      );
    }
    const x = input();
    const before = engine.memory.bytesInUse;
    const layer = attached();
    layer.backward(x, layer.forward(x));
    layer.dispose();
    expect(engine.memory.bytesInUse).toBe(before);
  });
});
