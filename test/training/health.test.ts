import { describe, expect, it, vi } from "vitest";
import {
  Dense,
  type FitOptions,
  fit,
  type Layer,
  MeanSquaredError,
  Network,
  type NetworkOptions,
  ReLU,
  SGD,
  Sigmoid,
} from "../../src/index.js";
import { makeNetwork, plainLayers, source, testEngine } from "./fixture.js";

/** What a training of such layers warns of. */
async function warnings(
  layers: Layer[],
  options: NetworkOptions = {},
  more: FitOptions = {},
  rows = 640,
  label?: (row: number) => number,
) {
  const engine = await testEngine();
  const network = new Network(engine, layers, options);
  const told: string[] = [];
  const { targets: own, ...rest } = source(rows);
  const targets = label ? own.map((_, row) => label(row)) : own;
  const values = options.loss?.activation === "identity";
  const data = engine.dataset({ ...rest, targets: values ? Float32Array.from(targets) : targets });
  await fit(network, data, { epochs: 4, onWarning: (message) => told.push(message), ...more });
  return told;
}

const deep = (init: "normal" | "glorotUniform" | "zeros", outputs = 3): Layer[] => [
  new Dense(2, 32, { init }),
  new ReLU(),
  new Dense(32, 32, { init }),
  new ReLU(),
  new Dense(32, 32, { init }),
  new ReLU(),
  new Dense(32, outputs, { init }),
];

describe("a training that does not learn", () => {
  it("is told of once, with what to do about it: weights too small for three hidden layers", async () => {
    // Classes that are equally frequent: there is not even their share to learn.
    for (const epochs of [1, 4]) {
      expect(await warnings(deep("normal"), {}, { epochs }, 640, (row) => row % 3)).toEqual([
        expect.stringMatching(/^the loss has not fallen over the first epoch \(1\.\d+ to 1\.\d+\): .*glorotUniform/),
      ]);
    }
  });

  it("also after it has learnt how frequent the classes are", async () => {
    expect(await warnings(deep("normal"), {}, { epochs: 15 })).toEqual([
      expect.stringMatching(
        /^the loss no longer falls \(1\.0\d+\), and the outputs hardly differ from row to row: .*glorotUniform/,
      ),
    ]);
  });

  it("but not of one that has learnt all there is", async () => {
    expect(await warnings(plainLayers(), {}, { epochs: 60 })).toEqual([]);
    expect(await warnings(deep("glorotUniform", 1), { loss: new MeanSquaredError() }, { epochs: 60 })).toEqual([]);
  });

  it("the same of a regression, whose first epoch says too little", async () => {
    expect(await warnings(deep("normal", 1), { loss: new MeanSquaredError() }, { epochs: 10 })).toEqual([
      expect.stringMatching(/^the loss (has not fallen from the first epoch to the second|no longer falls)/),
    ]);
  });

  it("with the default weights it learns, and nothing is said", async () => {
    const layers = [
      new Dense(2, 32),
      new ReLU(),
      new Dense(32, 32),
      new ReLU(),
      new Dense(32, 32),
      new ReLU(),
      new Dense(32, 3),
    ];
    expect(await warnings(layers)).toEqual([]);
    expect(await warnings(plainLayers())).toEqual([]);
    expect(await warnings(deep("glorotUniform", 1), { loss: new MeanSquaredError() })).toEqual([]);
  });

  it.each<[string, () => Layer[], string]>([
    ["all zero", () => deep("zeros"), "layer 0 (Dense)"],
    [
      "a ReLU that never fires",
      () => [new Dense(2, 8, { init: () => -5 }), new ReLU(), new Dense(8, 3)],
      "layer 1 (ReLU)",
    ],
    [
      "a saturated sigmoid",
      () => [new Dense(2, 8, { init: () => 1e6 }), new Sigmoid(), new Dense(8, 3)],
      "layer 1 (Sigmoid)",
    ],
  ])("a dead layer is named, the first of them: %s", async (what, make, name) => {
    const layers = make();
    // Inputs that are positive: only then does no unit of these fire, or every one.
    const engine = await testEngine();
    const network = new Network(engine, layers, { optimizer: new SGD({ learningRate: 1e-3 }) });
    const { inputs, ...rest } = source(640);
    const data = engine.dataset({ ...rest, inputs: inputs.map((x) => Math.abs(x) + 0.1) });
    const told: string[] = [];
    await fit(network, data, { epochs: 3, onWarning: (message) => told.push(message) });
    const dead = told.filter((message) => message.includes("gives the same output for every row"));
    expect(dead, what).toEqual([
      expect.stringContaining(`${name} gives the same output for every row: its units are dead`),
    ]);
  });

  it("a batch of one row, or of equal rows, is no reason for a word", async () => {
    expect(await warnings(plainLayers(), {}, { batchSize: 1 }, 40)).toEqual([]);
    const engine = await testEngine();
    const inputs = new Float32Array(80).fill(0.5);
    const data = engine.dataset({ inputs, shape: [40, 2], targets: Int32Array.from({ length: 40 }, (_, i) => i % 3) });
    const told: string[] = [];
    await fit(makeNetwork(engine), data, { epochs: 3, batchSize: 4, onWarning: (message) => told.push(message) });
    expect(told.filter((message) => message.includes("dead"))).toEqual([]);
  });

  it("is said on the console by default", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const engine = await testEngine();
    await fit(makeNetwork(engine, deep("normal")), engine.dataset(source(640)), { epochs: 15 });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^simdgrad: the loss no longer falls/)]]);
    warn.mockRestore();
  });
});
