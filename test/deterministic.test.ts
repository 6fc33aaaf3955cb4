import { describe, expect, it } from "vitest";
import { createEngine, Dense, type Engine, fit, Network, ReLU } from "../src/index.js";
import { fingerprint, numbers } from "./kernels/fixture.js";

/**
 * SHA-256 of the weights after 300 steps, the same on every machine, Node 20 to 26, any number of threads. Who changes them
 * changes everybody's results: that needs a line in the CHANGELOG.
 */
const EXPECTED = {
  sparse: "a0bf396bb1692b5de36eb21065457ee3209bb58749dfc6a8593a90b5df7c6e46",
  dense: "063d3a3b10f6ace43de8e849a18cc70ce525d7612ad934068fce5a88bf6dbdb7",
};

const [ROWS, INPUTS, CLASSES] = [400, 57, 5];

/** Trains every kind of layer on data of which 20 % is not zero. */
async function trainedWeights(engine: Engine, sparse: boolean): Promise<string> {
  const inputs = numbers(ROWS * INPUTS, 2).map((value) => (value > 0.6 ? value : 0));
  const targets = Int32Array.from({ length: ROWS }, (_, row) => (row * row) % CLASSES);
  const network = new Network(engine, [
    new Dense(INPUTS, 60, { init: "heNormal", sparse }),
    new ReLU(),
    new Dense(60, 33, { init: "glorotUniform" }),
    new ReLU(),
    new Dense(33, CLASSES),
  ]);
  const data = engine.dataset({ inputs, shape: [ROWS, INPUTS], targets }, { sparse });
  for await (const { epoch, trainLoss } of fit(network, data, { epochs: 25, evaluateTraining: false })) {
    if (epoch === 25) expect(trainLoss).toBeLessThan(1.5);
  }
  return fingerprint(...network.layers.flatMap((layer) => layer.parameters().map((parameter) => parameter.toArray())));
}

describe("createEngine({ deterministic: true })", () => {
  it.each([1, 3])("trains to the same bits everywhere, here on %i threads", async (threads) => {
    const engine = await createEngine({ deterministic: true, seed: 42, threads });
    expect(engine.info()).toMatchObject({
      variant: "simd",
      variantReason: "deterministic: the same bits on every machine",
      threads,
    });
    const sparse = await trainedWeights(engine, true);
    const dense = await trainedWeights(engine, false);
    expect({ sparse, dense }).toEqual(EXPECTED);
    engine.dispose();
  });

  it("refuses the variant whose bits depend on the machine", async () => {
    const refused = createEngine({ deterministic: true, variant: "relaxed" });
    await expect(refused).rejects.toThrow(RangeError);
    await expect(createEngine({ deterministic: true, variant: "relaxed" })).rejects.toThrow(
      'deterministic: expected variant "simd" or "auto", got "relaxed"',
    );
  });
});
