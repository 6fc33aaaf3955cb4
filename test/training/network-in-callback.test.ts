import { beforeAll, describe, expect, it } from "vitest";
import {
  type Callback,
  Checkpoint,
  CsvLogger,
  type Dataset,
  Dense,
  DisposedError,
  EarlyStopping,
  type Engine,
  fit,
  Layer,
  type Matrix,
  type Network,
  ReduceLROnPlateau,
} from "../../src/index.js";
import { curves, makeNetwork, noisyLayers, prepare, source, stateHash, testEngine } from "./fixture.js";

/** What a callback may do with the network, and the run that it did it in. */
async function train(use?: (network: Network, data: Dataset) => void | Promise<void>) {
  let data!: Dataset;
  const act: Callback["onBatchEnd"] = (run) => use?.(run.network, data);
  const callbacks: Callback[] = [{ onBatchEnd: act, onEpochEnd: (_, run) => act?.(run) }];
  const prepared = await prepare(
    ({ validation }) => ({ epochs: 3, batchSize: 20, validation, callbacks }),
    (engine) => makeNetwork(engine, noisyLayers()),
  );
  data = prepared.engine.dataset(source(300, 7));
  await prepared.run;
  return [stateHash(prepared.network), curves(prepared.run)];
}

describe("in a callback", () => {
  it.each<[string, (network: Network, data: Dataset) => void | Promise<void>]>([
    ["evaluated", (network, data) => void network.evaluate(data)],
    ["evaluated in turns", async (network, data) => void (await network.evaluateAsync(data))],
    ["asked for predictions", (network) => void network.predict(network.engine.matrix(300, 2, source(300).inputs))],
    ["asked for its outputs", (network) => void network.logits(network.engine.matrix(3, 2, [1, 2, 3, 4, 5, 6]))],
    ["asked for its state", (network) => void network.stateDict()],
    ["given the state that it has", (network) => network.loadStateDict(network.stateDict())],
  ])("the network may be %s: the training keeps its bits", async (_, use) => {
    expect(await train(use)).toEqual(await train());
  });

  it.each<[string, (network: Network, data: Dataset) => unknown]>([
    ["trained", (network) => network.train(network.engine.matrix(1, 2, [1, 2]), network.engine.labels([0]))],
    ["moved by a step", (network) => network.step()],
    [
      "given gradients",
      (network) => network.gradients(network.engine.matrix(1, 2, [1, 2]), network.engine.labels([0])),
    ],
  ])("it may not be %s", async (_, use) => {
    await expect(train((network, data) => void use(network, data))).rejects.toThrow(
      "the network is being trained by fit",
    );
  });

  it("a network that is disposed of ends the training with an error, and all memory is given back", async () => {
    const engine = await testEngine();
    const empty = engine.memory.bytesInUse;
    const network = makeNetwork(engine);
    const data = engine.dataset(source(130));
    const callbacks: Callback[] = [{ onBatchEnd: ({ batch }) => (batch === 3 ? network.dispose() : undefined) }];
    const run = fit(network, data, { epochs: 3, batchSize: 20, callbacks, classWeights: "balanced" });
    await expect(run).rejects.toThrow(DisposedError);
    await expect(run).rejects.toThrow("the network was used after it was disposed of");
    data.dispose();
    expect(engine.memory.bytesInUse).toBe(empty);
  });
});

/** Layers that use their own network in the middle of its pass. */
class Meddler extends Layer {
  meddle: (network: Network) => unknown = () => {};
  network!: Network;

  override forward(input: Matrix): Matrix {
    if (this.training) this.meddle(this.network);
    return input;
  }

  override backward(_: Matrix, gradOutput: Matrix): Matrix {
    return gradOutput;
  }
}

describe("within a pass", () => {
  const inputs = () => engine.matrix(2, 2, [1, 2, 3, 4]);
  const labels = () => engine.labels([0, 1]);
  let engine: Engine;
  beforeAll(async () => {
    engine = await testEngine();
  });

  it.each<[string, (network: Network) => unknown]>([
    ["predict", (network) => network.predict(inputs())],
    ["forward", (network) => network.forward(inputs())],
    ["evaluate", (network) => network.evaluate(engine.dataset(source(8)))],
    ["train", (network) => network.train(inputs(), labels())],
    ["step", (network) => network.step()],
    ["loadStateDict", (network) => network.loadStateDict(network.stateDict())],
    ["dispose", (network) => network.dispose()],
  ])("a layer cannot call %s of its network, which works on", (_, meddle) => {
    const meddler = new Meddler();
    const network = makeNetwork(engine, [new Dense(2, 3), meddler]);
    meddler.network = network;
    const before = stateHash(network);
    meddler.meddle = meddle;
    expect(() => network.train(inputs(), labels())).toThrow("the network is in the middle of a pass");
    expect(stateHash(network)).toBe(before);
    meddler.meddle = () => {};
    expect(network.train(inputs(), labels())).toBeGreaterThan(0);
  });

  it("a schedule cannot take steps of the network that it serves", async () => {
    const network = makeNetwork(engine);
    const schedule = {
      interval: "batch" as const,
      learningRate: () => network.train(inputs(), labels()),
    };
    await expect(fit(network, engine.dataset(source(40)), { epochs: 1, schedule })).rejects.toThrow(
      "the network is being trained by fit",
    );
  });

  it("what a layer threw is the error, with the layer's name once, where its message can be changed", () => {
    const meddler = new Meddler();
    const network = makeNetwork(engine, [new Dense(2, 3), meddler]);
    const thrown = (error: unknown) => {
      meddler.meddle = () => {
        throw error;
      };
      try {
        network.train(inputs(), labels());
      } catch (got) {
        return got;
      }
      return undefined;
    };
    const own = new RangeError("mine");
    expect(thrown(own)).toBe(own);
    thrown(own);
    expect(own.message).toBe("layer 1 (Meddler): mine");
    const frozen = Object.freeze(new RangeError("mine"));
    expect(thrown(frozen)).toBe(frozen);
    const aborted = AbortSignal.abort().reason;
    expect(thrown(aborted)).toBe(aborted);
    expect(thrown("a text")).toBe("a text");
  });
});

describe("a callback that remembers something", () => {
  it("serves one training at a time, and another one afterwards", async () => {
    const engine = await testEngine();
    const data = engine.dataset(source(60));
    const options = (callback: Callback) => ({ epochs: 2, batchSize: 20, callbacks: [callback] });
    for (const callback of [
      new EarlyStopping({ monitor: "trainLoss", restoreBest: true }),
      new Checkpoint({ write: () => {}, onImprovement: { monitor: "trainLoss" } }),
      new CsvLogger({ write: () => {} }),
    ]) {
      const first = fit(makeNetwork(engine), data, options(callback));
      const second = fit(makeNetwork(engine), data, options(callback));
      const [one, two] = await Promise.allSettled([first, second]);
      expect(one.status).toBe("fulfilled");
      expect(String((two as PromiseRejectedResult).reason)).toMatch(
        /callbacks\[0\]: expected one that serves no other training meanwhile, got an? /,
      );
      expect((await fit(makeNetwork(engine), data, options(callback))).length).toBe(2);
    }
    const twice = new EarlyStopping({ monitor: "trainLoss" });
    await expect(fit(makeNetwork(engine), data, { epochs: 1, callbacks: [twice, twice] })).rejects.toThrow(
      "callbacks[1]: expected one that comes once",
    );
    expect((await fit(makeNetwork(engine), data, options(twice))).length).toBe(2);
    const schedule = new ReduceLROnPlateau();
    const plan = { epochs: 1, schedule };
    const both = [fit(makeNetwork(engine), data, plan), fit(makeNetwork(engine), data, plan)];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    const silent = { onEpochEnd: () => {} };
    await Promise.all([
      fit(makeNetwork(engine), data, options(silent)),
      fit(makeNetwork(engine), data, options(silent)),
    ]);
  });

  it("that was not told of a beginning is not told of an end", async () => {
    const engine = await testEngine();
    const told: string[] = [];
    const callback: Callback = {
      onTrainBegin: () => void told.push("begin"),
      onTrainEnd: (outcome) => void told.push(outcome),
    };
    const data = engine.dataset({ inputs: new Float32Array(6), shape: [3, 2], targets: Int32Array.of(0, 1, 2) });
    const run = fit(makeNetwork(engine), data, { epochs: 1, validationSplit: 0.4, callbacks: [callback] });
    await expect(run).rejects.toThrow();
    expect(told).toEqual([]);
  });
});
