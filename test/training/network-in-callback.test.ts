import { describe, expect, it } from "vitest";
import { type Callback, type Dataset, DisposedError, fit, type Network } from "../../src/index.js";
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
