import { describe, expect, it } from "vitest";
import {
  BatchNorm,
  createEngine,
  Dense,
  Dropout,
  ELU,
  type Engine,
  fit,
  GELU,
  LayerNorm,
  LeakyReLU,
  Network,
  ReLU,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from "../src/index.js";
import { fingerprint, numbers } from "./kernels/fixture.js";

/**
 * SHA-256 of the weights after 300 steps, the same on every machine, Node 20 to 26, any number of threads. Who changes them
 * changes everybody's results: that needs a line in the CHANGELOG.
 */
const EXPECTED = {
  sparse: "d5bcf163ebaa674d0e06afb823234bdf0b3f7f3fbbda1a81f8ea0ac2e375b57f",
  dense: "6dce9ce626fa95256b14c578952b67061229114fdde5bcc1d4ff620222f86835",
  layers: "c190673dec7256d685c3bd4fbb5a63d835c8bf38b45878696cf0fe7a942adf03",
};

const [ROWS, INPUTS, CLASSES] = [400, 57, 5];

/** Trains dense layers on data of which 20 % is not zero. */
async function trainedWeights(engine: Engine, sparse: boolean): Promise<string> {
  const inputs = numbers(ROWS * INPUTS, 2).map((value) => (value > 0.6 ? value : 0));
  const targets = Int32Array.from({ length: ROWS }, (_, row) => (row * row) % CLASSES);
  const network = new Network(engine, [
    new Dense(INPUTS, 60, { init: "heNormal", sparse }),
    new ReLU(),
    new Dense(60, 33, { init: "glorotUniform" }),
    new ReLU(),
    new Dense(33, CLASSES, { init: "normal" }),
  ]);
  const data = engine.dataset({ inputs, shape: [ROWS, INPUTS], targets }, { sparse });
  for await (const { epoch, trainLoss } of fit(network, data, { epochs: 25, evaluateTraining: false })) {
    if (epoch === 25) expect(trainLoss).toBeLessThan(1.5);
  }
  return fingerprint(...network.layers.flatMap((layer) => layer.parameters().map((parameter) => parameter.toArray())));
}

/** The parameters and running statistics after some steps of a network with every kind of layer. */
function trainedLayers(engine: Engine): string {
  const dense = (inputs: number, outputs: number) => new Dense(inputs, outputs, { init: "orthogonal" });
  const network = new Network(engine, [
    dense(INPUTS, 60),
    new BatchNorm(60),
    new LeakyReLU(),
    new Dropout(0.25),
    dense(60, 40),
    new LayerNorm(40),
    new GELU(),
    dense(40, 40),
    new SiLU(),
    new GELU({ approximate: "tanh" }),
    dense(40, 40),
    new ELU(),
    new Softplus(),
    dense(40, 40),
    new Tanh(),
    dense(40, CLASSES),
    new Sigmoid(),
  ]);
  const x = engine.matrix(ROWS, INPUTS, numbers(ROWS * INPUTS, 3));
  const targets = engine.labels(Int32Array.from({ length: ROWS }, (_, row) => (row * row) % CLASSES));
  const first = network.train(x, targets);
  let last = first;
  for (let step = 0; step < 60; ++step) last = network.train(x, targets);
  expect(last).toBeLessThan(first);
  return fingerprint(...Object.values(network.stateDict()).map(({ data }) => data));
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
    const layers = trainedLayers(engine);
    expect({ sparse, dense, layers }).toEqual(EXPECTED);
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
