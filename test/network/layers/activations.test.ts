import { beforeAll, describe, expect, it } from "vitest";
import {
  checkGradients,
  createEngine,
  Dropout,
  ELU,
  type Engine,
  GELU,
  LeakyReLU,
  Network,
  ReLU,
  ShapeError,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from "../../../src/index.js";

const LAYERS = [
  ["ReLU", () => new ReLU()],
  ["LeakyReLU", () => new LeakyReLU({ negativeSlope: 0.2 })],
  ["ELU", () => new ELU({ alpha: 1.5 })],
  ["GELU", () => new GELU()],
  ["GELU by tanh", () => new GELU({ approximate: "tanh" })],
  ["SiLU", () => new SiLU()],
  ["Sigmoid", () => new Sigmoid()],
  ["Tanh", () => new Tanh()],
  ["Softplus", () => new Softplus()],
] as const;

describe("activation layers", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ threads: 1 });
  });

  it.each(LAYERS)("%s: gradients, shapes, memory", (_, make) => {
    const before = engine.memory.bytesInUse;
    const layer = make();
    expect(layer.attach(engine, 7)).toBe(7);
    // −2.9 to 2.9 in steps that pass over the kinks at 0.
    const input = engine.matrix(
      5,
      7,
      Float32Array.from({ length: 35 }, (_, i) => (i - 17) / 6 + (i < 17 ? -0.07 : 0.07)),
    );
    expect(checkGradients(engine, layer, input)).toMatchObject([{ name: "input", passed: true }]);
    const narrow = engine.matrix(5, 6, new Float32Array(30));
    expect(() => layer.backward(input, narrow)).toThrow(ShapeError);
    expect(() => layer.backward(input, narrow)).toThrow(
      `${layer.constructor.name}: gradOutput: expected 5 × 7, got 5 × 6`,
    );
    layer.training = true;
    const trained = layer.forward(input).data.slice();
    layer.training = false;
    expect(layer.forward(input).data).toEqual(trained);
    for (const block of [layer, input, narrow]) block.dispose();
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it.each(LAYERS)("%s: an empty batch stays empty", (_, make) => {
    const network = new Network(engine, [make()]);
    expect(network.logits(engine.matrix(0, 4)).data.length).toBe(0);
    network.dispose();
  });

  it("a layer belongs in one place of one network: its buffers hold one result", () => {
    for (const layer of [new Tanh(), new Dropout()]) {
      expect(() => new Network(engine, [layer, layer])).toThrow("layer 1: expected a layer for itself, got layer 0");
    }
  });

  it("options: defaults and what is refused", () => {
    expect(new LeakyReLU().negativeSlope).toBe(0.01);
    expect(new ELU().alpha).toBe(1);
    expect(new GELU().approximate).toBe("none");
    expect(() => new LeakyReLU({ negativeSlope: Number.NaN })).toThrow(
      "LeakyReLU: negativeSlope: expected a finite number, got NaN",
    );
    expect(() => new ELU({ alpha: Number.POSITIVE_INFINITY })).toThrow(RangeError);
    expect(() => new GELU({ approximate: "erf" as never })).toThrow(
      'GELU: approximate: expected "none" or "tanh", got the string "erf"',
    );
  });
});
