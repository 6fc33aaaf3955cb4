import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createEngine, Dense, HalfSquaredError, Network, ReLU, SGD } from "../../src/index.js";
import { createNetwork } from "../../web/run/network.js";
import { ACTIVATIONS, DEFAULT_SETTINGS, engineOptions, INITIALIZERS, OPTIMIZERS } from "../../web/run/settings.js";
import { weightsHash } from "../../web/run/weights-hash.js";

const engine = (seed = 42) => createEngine({ seed, threads: 1, variant: "simd", tile: "4x8" });

describe("the network of a run", () => {
  it("is by default the one that a program would write down, to the last bit", async () => {
    const made = createNetwork(await engine(), DEFAULT_SETTINGS, 784, 10);
    const dense = (inputs: number, outputs: number) => new Dense(inputs, outputs, { init: "normal" });
    const layers = [dense(784, 100), new ReLU(), dense(100, 200), new ReLU(), dense(200, 10)];
    const written = new Network(await engine(), layers, { optimizer: new SGD({ learningRate: 0.1 }) });
    expect(await weightsHash(made.stateDict())).toBe(await weightsHash(written.stateDict()));
    expect(made.optimizer.config()).toEqual(written.optimizer.config());
  });

  it("has what the settings say, for each of their values", async () => {
    const own = await engine();
    for (const activation of ACTIVATIONS) {
      const network = createNetwork(own, { ...DEFAULT_SETTINGS, layers: [3], activation, dropout: 0.5 }, 2, 2);
      expect(network.layers.map((layer) => layer.config()?.type)).toEqual(["dense", activation, "dropout", "dense"]);
      network.dispose();
    }
    for (const optimizer of OPTIMIZERS) {
      const network = createNetwork(
        own,
        { ...DEFAULT_SETTINGS, layers: [], optimizer, rate: 0.25 },
        2,
        1,
        new HalfSquaredError(),
      );
      expect(network.optimizer.config()).toMatchObject(
        optimizer === "momentum"
          ? { type: "sgd", momentum: 0.9, learningRate: 0.25 }
          : { type: optimizer, learningRate: 0.25 },
      );
      expect(network.layers).toHaveLength(1);
      network.dispose();
    }
    for (const init of INITIALIZERS) createNetwork(own, { ...DEFAULT_SETTINGS, layers: [3], init }, 2, 2).dispose();
  });

  it("runs on what the arithmetic says", () => {
    expect(engineOptions({ ...DEFAULT_SETTINGS, arithmetic: "simd", threads: 3 })).toEqual({
      threads: 3,
      seed: 42,
      variant: "simd",
    });
    expect(engineOptions({ ...DEFAULT_SETTINGS, arithmetic: "deterministic" })).toMatchObject({ deterministic: true });
  });
});

describe("weightsHash", () => {
  it("is the SHA-256 of all arrays in order, views into larger buffers included", async () => {
    const all = Float32Array.of(9, 1, 2, 3, 4);
    const state = {
      b: { shape: [2], data: all.subarray(1, 3) },
      a: { shape: [2], data: all.slice(3) },
    };
    const expected = createHash("sha256").update(new Uint8Array(all.buffer, 4)).digest("hex");
    expect(await weightsHash(state)).toBe(expected);
    expect(await weightsHash({ ...state, a: { shape: [2], data: Float32Array.of(3, -4) } })).not.toBe(expected);
  });
});
