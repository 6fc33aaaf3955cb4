import { describe, expect, it, vi } from "vitest";
import { type Callback, DivergenceError, fit, History, SGD } from "../../src/index.js";
import { runScript } from "../child.js";
import { curves, makeNetwork, plainLayers, prepare, source, stateHash, testEngine } from "./fixture.js";

describe("the run that fit returns", () => {
  it("trains to the end when it is awaited, and gives the history", async () => {
    const { run, network } = await prepare(() => ({ epochs: 3, batchSize: 20 }));
    const before = stateHash(network);
    const history = await run;
    expect(history).toBeInstanceOf(History);
    expect(history.length).toBe(3);
    expect(stateHash(network)).not.toBe(before);
  });

  it("begins once, however often and in whatever way it is awaited or iterated over", async () => {
    let begun = 0;
    const callbacks: Callback[] = [{ onTrainBegin: () => void ++begun }];
    const { run, network } = await prepare(() => ({ epochs: 3, batchSize: 20, callbacks }));
    const first = await run.next();
    expect(first.value).toMatchObject({ epoch: 1 });
    const [one, two, three] = await Promise.all([run, run.run(), run.then((history) => history)]);
    const trained = stateHash(network);
    expect(one).toBe(two);
    expect(one).toBe(three);
    expect(one.length).toBe(3);
    for await (const _ of run) expect.fail("there is no epoch left");
    expect(await run).toBe(one);
    expect(begun).toBe(1);
    expect(stateHash(network)).toBe(trained);
  });

  it("trains to the same bits as a loop over its epochs", async () => {
    const awaited = await prepare(() => ({ epochs: 3, batchSize: 20 }));
    const looped = await prepare(() => ({ epochs: 3, batchSize: 20 }));
    await awaited.run;
    for await (const _ of looped.run);
    expect(stateHash(awaited.network)).toBe(stateHash(looped.network));
    expect(curves(awaited.run)).toEqual(curves(looped.run));
  });

  it("that somebody left gives what it trained", async () => {
    const { run } = await prepare(() => ({ epochs: 5, batchSize: 20 }));
    for await (const { epoch } of run) if (epoch === 2) break;
    expect((await run).length).toBe(2);
  });

  it("that fails does so each time, also when it failed while it was iterated over", async () => {
    const failing = () =>
      prepare(
        () => ({ epochs: 3, batchSize: 20 }),
        (engine) => makeNetwork(engine, plainLayers(), { optimizer: new SGD({ learningRate: 1e30 }) }),
      );
    const { run } = await failing();
    await expect(run).rejects.toThrow(DivergenceError);
    await expect(run).rejects.toThrow(DivergenceError);
    const iterated = (await failing()).run;
    await expect(iterated.next()).rejects.toThrow(DivergenceError);
    await expect(iterated).rejects.toThrow(DivergenceError);
    expect(await iterated.catch((error) => (error as Error).name)).toBe("DivergenceError");
    const ended = vi.fn();
    await expect(iterated.finally(ended)).rejects.toThrow(DivergenceError);
    expect(ended).toHaveBeenCalledOnce();
  });

  it("is not what callbacks are given: one that returns its argument does not wait for itself", async () => {
    const callbacks: Callback[] = [{ onEpochEnd: (async (_: unknown, run: unknown) => run) as never }];
    const { run } = await prepare(() => ({ epochs: 2, batchSize: 20, callbacks }));
    expect((await run).length).toBe(2);
  });
});

describe("a run that is dropped before it began", () => {
  const program = (use: string, options = "{ epochs: 1 }") => `
    const { createEngine, Dense, fit, Network } = await load();
    const engine = await createEngine({ threads: 1 });
    const network = new Network(engine, [new Dense(2, 3)]);
    const targets = Int32Array.from({ length: 40 }, (_, i) => i % 3);
    const data = engine.dataset({ inputs: new Float32Array(80).fill(1), shape: [40, 2], targets });
    const start = () => fit(network, data, ${options});
    ${use}
  `;

  it.each([
    ["when the process ends", "start();", 1],
    [
      "when it is collected",
      "start(); gc(); await new Promise((resolve) => setTimeout(resolve, 50)); report('alive');",
      1,
    ],
    ["for each of them", "start(); start();", 2],
  ])("warns %s", async (_, use, times) => {
    const collect =
      'import v8 from "node:v8"; import vm from "node:vm"; v8.setFlagsFromString("--expose-gc"); const gc = vm.runInNewContext("gc");';
    const { code, stderr } = await runScript(collect + program(use));
    expect(stderr.match(/simdgrad: a run that fit returned was never started/g)).toHaveLength(times);
    expect(stderr).toContain("await fit(…)");
    expect(code).toBe(0);
  });

  it.each([
    ["awaited", "await start();"],
    ["iterated over", "for await (const _ of start());"],
    ["left before its first epoch", "await start().return();"],
  ])("does not warn when it was %s", async (_, use) => {
    expect(await runScript(program(use))).toMatchObject({ code: 0, stderr: "" });
  });

  it("tells whoever wants to be told", async () => {
    const { stderr, reports } = await runScript(program("start();", "{ onWarning: report }"));
    expect(stderr).toBe("");
    expect(reports).toEqual([expect.stringContaining("was never started")]);
  });
});

it("one network is trained by one run at a time", async () => {
  const engine = await testEngine();
  const network = makeNetwork(engine);
  const data = engine.dataset(source(40));
  const run = fit(network, data, { epochs: 3 });
  await run.next();
  const other = fit(network, data, { epochs: 3 });
  await expect(other).rejects.toThrow("the network is being trained by fit");
  const before = stateHash(network);
  const { inputs, targets } = data;
  const rows = engine.matrix(40, 2, source(40).inputs);
  for (const step of [
    () => network.train(rows, targets),
    () => network.gradients(rows, targets),
    () => network.backward(rows, rows),
    () => network.step(),
  ]) {
    expect(step).toThrow("the network is being trained by fit: await that run or leave its loop before");
  }
  expect(stateHash(network)).toBe(before);
  expect(inputs.rows).toBe(40);
  await run.return();
  network.train(rows, targets);
  expect((await fit(network, data, { epochs: 1 })).length).toBe(1);
});
