import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { imageNetwork, MNIST_IMAGES } from "../../src/app/image-set.js";
import { networkFromSettings } from "../../src/app/network-from-settings.js";
import { activationNames, initializerNames, optimizerNames } from "../../src/app/settings/network-names.js";
import { DIGIT_DEFAULTS, engineOptions } from "../../src/app/settings/page-settings.js";
import { MOMENTUM } from "../../src/app/settings/schema.js";
import { weightsHash } from "../../src/app/weights-hash.js";
import { createEngine, Dense, Network, ReLU, SGD } from "../../src/index.js";

/** Two inputs, two classes. */
const TWO = { inputs: 2, outputs: 2, classes: ["a", "b"] };

const engine = (seed = 42) => createEngine({ seed, threads: 1, variant: "simd", tile: "4x8" });

describe("the network of a run", () => {
  it("is by default the one that a program would write down, to the last bit", async () => {
    const made = networkFromSettings(await engine(), DIGIT_DEFAULTS, imageNetwork(MNIST_IMAGES));
    const dense = (inputs: number, outputs: number) => new Dense(inputs, outputs, { init: "normal" });
    const layers = [dense(784, 100), new ReLU(), dense(100, 200), new ReLU(), dense(200, 10)];
    const written = new Network(await engine(), layers, { optimizer: new SGD({ learningRate: 0.1 }) });
    expect(await weightsHash(made.stateDict())).toBe(await weightsHash(written.stateDict()));
    expect(made.optimizer.config()).toEqual(written.optimizer.config());
  });

  it("has what the settings say, for each of their values", async () => {
    const own = await engine();
    for (const activation of activationNames) {
      const network = networkFromSettings(own, { ...DIGIT_DEFAULTS, hidden: [3], activation, dropout: 0.5 }, TWO);
      expect(network.layers.map((layer) => layer.config()?.type)).toEqual(["dense", activation, "dropout", "dense"]);
      network.dispose();
    }
    for (const optimizer of [...optimizerNames, MOMENTUM]) {
      const network = networkFromSettings(
        own,
        { ...DIGIT_DEFAULTS, hidden: [], optimizer, learningRate: 0.25 },
        { inputs: 2, outputs: 1 },
      );
      expect(network.optimizer.config()).toMatchObject(
        optimizer === MOMENTUM
          ? { type: "sgd", momentum: 0.9, learningRate: 0.25 }
          : { type: optimizer, learningRate: 0.25 },
      );
      expect(network.layers).toHaveLength(1);
      network.dispose();
    }
    for (const init of initializerNames)
      networkFromSettings(own, { ...DIGIT_DEFAULTS, hidden: [3], init }, TWO).dispose();
  });

  it("runs on what the arithmetic says", () => {
    expect(engineOptions({ ...DIGIT_DEFAULTS, arithmetic: "simd", threads: 3 })).toEqual({
      threads: 3,
      seed: 42,
      variant: "simd",
    });
    expect(engineOptions({ ...DIGIT_DEFAULTS, arithmetic: "deterministic" })).toMatchObject({ deterministic: true });
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
