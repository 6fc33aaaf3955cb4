import { describe, expect, it } from "vitest";
import {
  type Callback,
  CsvLogger,
  type DataSource,
  Dense,
  DisposedError,
  EarlyStopping,
  type EpochReport,
  type FitOptions,
  fit,
  iterateMinibatches,
  JsonlLogger,
  type Labels,
  type Matrix,
  Network,
  type Progress,
  Random,
  type Rows,
  type StateDict,
  Subset,
  splitRows,
} from "../../src/index.js";
import { CLASSES, curves, makeNetwork, noisyLayers, prepare, source, stateHash, testEngine } from "./fixture.js";

/** Elementwise, within a tolerance for sums of float32 in another order. */
function expectClose(got: StateDict, expected: StateDict, tolerance = 2e-6): void {
  for (const [name, { data }] of Object.entries(expected)) {
    for (const [i, value] of data.entries()) {
      expect(Math.abs((got[name]?.data[i] as number) - value), `${name}[${i}]`).toBeLessThan(tolerance);
    }
  }
}

/** Parameters after some epochs of full batches in order: what the order of rows does not change. */
async function trained(
  data: { inputs: Float32Array; shape: number[]; targets: Int32Array },
  options: FitOptions,
): Promise<StateDict> {
  const engine = await testEngine();
  const network = makeNetwork(engine);
  await fit(network, engine.dataset(data, { classes: CLASSES }), { epochs: 3, shuffle: false, ...options }).run();
  return network.stateDict();
}

/** The rows at these indices, copied. */
function pick({ inputs, targets }: ReturnType<typeof source>, rows: readonly number[]) {
  return {
    inputs: Float32Array.from(rows.flatMap((row) => [...inputs.subarray(row * 2, row * 2 + 2)])),
    shape: [rows.length, 2],
    targets: Int32Array.from(rows, (row) => targets[row] as number),
  };
}

describe("fit's history", () => {
  it("has every report, as a list, as JSON and as a table", async () => {
    const { run } = await prepare(({ validation }) => ({ epochs: 3, batchSize: 20, validation }));
    expect(run.history.length).toBe(0);
    const history = await run.run();
    expect(history).toBe(run.history);
    expect(history.values("epoch")).toEqual([1, 2, 3]);
    expect(JSON.parse(JSON.stringify(history))).toEqual([...history]);
    const [header, ...lines] = history.toCSV().trimEnd().split("\n");
    expect(header).toBe(
      "epoch,trainLoss,trainAccuracy,valLoss,valAccuracy,learningRate,trainSeconds,evalSeconds,samplesPerSecond",
    );
    expect(lines.map((line) => Number(line.split(",")[3]))).toEqual(history.values("valLoss"));
    expect(history.last).toBe(history.reports[2]);
  });

  it("leaving the loop stops the training, and the history has what was done", async () => {
    const { run } = await prepare(() => ({ epochs: 100, batchSize: 20 }));
    for await (const { epoch } of run) if (epoch === 2) break;
    expect(run.history.length).toBe(2);
    expect((await run.next()).done).toBe(true);
  });

  it("takes no memory from batch to batch, and gives back what it took", async () => {
    const options: FitOptions = {
      epochs: 3,
      batchSize: 20,
      validationSplit: 0.3,
      classWeights: "balanced",
      accumulate: 2,
    };
    const { run, network, engine, data } = await prepare(() => options);
    await run.run();
    const before = engine.memory.bytesInUse;
    const seen = new Set<number>();
    const callbacks = [{ onBatchEnd: () => void seen.add(engine.memory.bytesInUse) }];
    await fit(network, data, { ...options, callbacks }).run();
    expect(seen.size).toBe(1);
    expect(engine.memory.bytesInUse).toBe(before);
    expect([...seen][0]).toBeGreaterThan(before);
  });
});

describe("a last batch of fewer rows", () => {
  it("is trained on if it is not dropped, as a batch of its own", async () => {
    const data = source(50);
    const kept = await trained(data, { epochs: 1, batchSize: 20, dropLast: false });
    const network = makeNetwork(await testEngine());
    for (const [from, to] of [
      [0, 20],
      [20, 40],
      [40, 50],
    ] as const) {
      const { inputs, targets } = pick(
        data,
        [...Array(to - from).keys()].map((row) => from + row),
      );
      network.train(network.engine.matrix(to - from, 2, inputs), network.engine.labels(targets, CLASSES));
    }
    expect(kept).toEqual(network.stateDict());
    expect(kept).not.toEqual(await trained(data, { epochs: 1, batchSize: 20 }));
  });

  it("counts in the loss, the rate and the progress as much as it has rows", async () => {
    const seen: { loss: number; rows: number }[] = [];
    const progress: Progress[] = [];
    const { run } = await prepare(() => ({
      epochs: 1,
      batchSize: 60,
      dropLast: false,
      callbacks: [{ onBatchEnd: ({ loss, batch }) => void seen.push({ loss, rows: batch === 3 ? 10 : 60 }) }],
      onProgress: (now) => void progress.push(now),
    }));
    const { trainLoss, samplesPerSecond, trainSeconds } = (await run.run()).last as EpochReport;
    expect(seen).toHaveLength(3);
    const mean = seen.reduce((sum, { loss, rows }) => sum + loss * rows, 0) / 130;
    expect(trainLoss).toBeCloseTo(mean, 12);
    expect(samplesPerSecond * trainSeconds).toBeCloseTo(130, 9);
    expect(progress.at(-1)).toMatchObject({ batch: 3, batches: 3, secondsLeft: 0, loss: trainLoss });
  });

  it("is not left when the batch size is not given and the rows are few", async () => {
    const { run } = await prepare(() => ({ epochs: 1 }), makeNetwork, { rows: 9 });
    await run.run();
    expect([run.batches, run.history.length]).toEqual([1, 1]);
  });

  it("is all that an epoch has if the batch size exceeds the rows", async () => {
    const data = source(50);
    const whole = await trained(data, { batchSize: 50 });
    expect(await trained(data, { batchSize: 64, dropLast: false })).toEqual(whole);
    const { run } = await prepare(() => ({ epochs: 2, batchSize: 1000, dropLast: false, validationSplit: 0.5 }));
    expect((await run.run()).reports.map(({ completed }) => completed)).toEqual([true, true]);
    expect(run.batches).toBe(1);
  });
});

describe("callbacks", () => {
  it("are called in order, are waited for, and settle when all have been called", async () => {
    const calls: string[] = [];
    const tell = (name: string): Callback => ({
      check: () => void calls.push(`${name} check`),
      onTrainBegin: async () => {
        await Promise.resolve();
        calls.push(`${name} begin`);
      },
      onBatchEnd: async ({ batch }) => {
        await Promise.resolve();
        calls.push(`${name} batch ${batch}`);
      },
      onEpochEnd: async ({ epoch }) => {
        await Promise.resolve();
        calls.push(`${name} epoch ${epoch}`);
      },
      onSettled: (event, { epoch, batch }) => void calls.push(`${name} settled ${event} ${epoch} ${batch}`),
      onTrainEnd: async (outcome) => {
        await Promise.resolve();
        calls.push(`${name} ${outcome}`);
      },
    });
    const { run } = await prepare(() => ({ epochs: 1, batchSize: 60, callbacks: [tell("a"), tell("b"), {}] }));
    await run.run();
    const expected = ["check", "begin", "batch 1", "settled batch 1 1", "batch 2", "settled batch 1 2", "epoch 1"];
    const both = [...expected, "settled epoch 2 0", "finished"].flatMap((event) => [`a ${event}`, `b ${event}`]);
    expect(calls).toEqual(both);
  });

  it.each<[string, (run: ReturnType<typeof fit>) => Promise<unknown>, Partial<FitOptions>]>([
    ["finished", (run) => run.run(), {}],
    ["stopped", (run) => run.run(), { callbacks: [{ onEpochEnd: (_, run) => run.stop() }] }],
    ["interrupted", (run) => run.run(), { signal: AbortSignal.abort() }],
    [
      "interrupted",
      async (run) => {
        await run.next();
        await run.return();
      },
      {},
    ],
    [
      "failed",
      (run) => expect(run.run()).rejects.toThrow("no more"),
      {
        onProgress: () => {
          throw new Error("no more");
        },
      },
    ],
  ])("learn how it ended: %s", async (expected, drive, options) => {
    const outcomes: string[] = [];
    const callback: Callback = { onTrainEnd: (outcome) => void outcomes.push(outcome) };
    const callbacks = [...(options.callbacks ?? []), callback];
    const { run } = await prepare(() => ({ epochs: 2, batchSize: 60, ...options, callbacks }));
    await drive(run);
    expect(outcomes).toEqual([expected]);
  });

  it("are not told of the end of an epoch that the signal cut short", async () => {
    const controller = new AbortController();
    const ends: number[] = [];
    const callback: Callback = {
      onBatchEnd: ({ epoch, batch }) => void (epoch === 2 && batch === 1 && controller.abort()),
      onEpochEnd: ({ epoch }) => void ends.push(epoch),
    };
    const { run } = await prepare(() => ({ batchSize: 60, callbacks: [callback], signal: controller.signal }));
    const { reports } = await run.run();
    expect(reports.map(({ completed }) => completed)).toEqual([true, false]);
    expect(ends).toEqual([1]);
  });

  it("take none of the time that an epoch's steps took", async () => {
    const wait = 40;
    const callback: Callback = {
      onBatchEnd: () => new Promise((resolve) => setTimeout(resolve, wait)),
      onSettled: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait),
    };
    const { run } = await prepare(() => ({ epochs: 2, batchSize: 26, callbacks: [callback] }));
    const begun = performance.now();
    const { reports } = await run.run();
    // Five batches an epoch. A wait may end up to a millisecond early.
    const waited = (2 * 5 * 2 * (wait - 1)) / 1000;
    const seconds = (performance.now() - begun) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(waited);
    const trained = reports.reduce((sum, { trainSeconds }) => sum + trainSeconds, 0);
    expect(trained).toBeLessThanOrEqual(seconds - waited);
    for (const { trainSeconds, samplesPerSecond } of reports) expect(samplesPerSecond).toBe(130 / trainSeconds);
  });

  it("log each epoch as a line, from the first", async () => {
    const logs: [string, boolean][][] = [[], []];
    const write = (log: number) => (text: string, begins: boolean) => void logs[log]?.push([text, begins]);
    const callbacks = () => [new CsvLogger({ write: write(0) }), new JsonlLogger({ write: write(1) })];
    const options = { epochs: 2, batchSize: 60, evaluateTraining: false };
    const { run } = await prepare(() => ({ ...options, callbacks: callbacks() }));
    await run.next();
    const resume = run.checkpoint();
    await run.run();
    const text = (log: number) => logs[log]?.map(([lines]) => lines).join("");
    expect(text(0)).toBe(run.history.toCSV());
    expect(
      text(1)
        ?.trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([...run.history]);
    expect(logs[0]?.map(([, begins]) => begins)).toEqual([true, false]);

    const resumed = await prepare(() => ({ ...options, callbacks: callbacks(), resume }));
    await resumed.run.run();
    const [, , ...again] = logs[0] as [string, boolean][];
    expect(again.map(([, begins]) => begins)).toEqual([true, false]);
    expect(again.map(([lines]) => lines).join("")).toBe(resumed.run.history.toCSV());
  });
});

describe("EarlyStopping", () => {
  /** A training whose validation loss is what the test says. */
  async function follow(losses: readonly number[], options: ConstructorParameters<typeof EarlyStopping>[0]) {
    const stopping = new EarlyStopping(options);
    const hashes: string[] = [];
    const scripted: Callback = {
      onEpochEnd: (report, run) => {
        hashes.push(stateHash(run.network));
        (report as { valLoss: number }).valLoss = losses[report.epoch - 1] as number;
      },
    };
    const { run, network } = await prepare(
      ({ validation }) => ({ epochs: losses.length, batchSize: 20, validation, callbacks: [scripted, stopping] }),
      (engine) => makeNetwork(engine, noisyLayers()),
    );
    await run.run();
    return { epochs: run.history.length, best: stopping.bestEpoch, hashes, last: stateHash(network) };
  }

  it("stops when there was no improvement for as many epochs as its patience", async () => {
    expect(await follow([5, 4, 4.5, 4.4, 4.3, 1], { patience: 3 })).toMatchObject({ epochs: 5, best: 2 });
    expect(await follow([5, 4, 4.5, 3, 3.5, 3.4], { patience: 2 })).toMatchObject({ epochs: 6, best: 4 });
    expect(await follow([5, 4.95, 4.9, 4.85], { patience: 2, minDelta: 0.2 })).toMatchObject({ epochs: 3, best: 1 });
    expect(await follow([1, 2, 3, 2, 2], { patience: 2, mode: "max" })).toMatchObject({ epochs: 5, best: 3 });
    expect(await follow([3, Number.NaN, 2, Number.NaN], { patience: 2 })).toMatchObject({ epochs: 4, best: 3 });
  });

  it("gives back parameters and buffers of the best epoch, bit by bit, stopped or not", async () => {
    const stopped = await follow([5, 4, 4.5, 4.4, 4.3], { patience: 2, restoreBest: true });
    expect(stopped).toMatchObject({ epochs: 4, last: stopped.hashes[1] });
    const toTheEnd = await follow([5, 4, 3, 3.5], { patience: 2, restoreBest: true });
    expect(toTheEnd).toMatchObject({ epochs: 4, last: toTheEnd.hashes[2] });
    const without = await follow([5, 4, 4.5, 4.4], { patience: 2 });
    expect(without.last).toBe(without.hashes[3]);
    expect(new Set(without.hashes).size).toBe(4);
  });

  it("begins anew with every training", async () => {
    const stopping = new EarlyStopping({ monitor: "trainLoss", patience: 1, minDelta: 100 });
    for (let training = 0; training < 2; ++training) {
      const { run } = await prepare(() => ({ epochs: 9, batchSize: 20, callbacks: [stopping] }));
      expect((await run.run()).length).toBe(2);
    }
  });
});

describe("validationSplit", () => {
  it("holds back each class's share, the same rows for the same seed", () => {
    const { targets } = source(120);
    const { training, validation } = splitRows(targets, 0.25, new Random(1));
    expect([...training, ...validation].sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, i) => i));
    const count = (rows: Int32Array) => [0, 1, 2].map((label) => rows.filter((row) => targets[row] === label).length);
    expect(count(validation)).toEqual([15, 8, 7]);
    expect(count(training)).toEqual([45, 22, 23]);
    expect(splitRows(targets, 0.25, new Random(1)).validation).toEqual(validation);
    expect(splitRows(targets, 0.25, new Random(2)).validation).not.toEqual(validation);
    expect(splitRows(120, 0.25, new Random(1)).validation).toHaveLength(30);
  });

  it("keeps a row of every class for training, and refuses splits with nothing on one side", () => {
    const { training } = splitRows([0, 0, 0, 0, 1], 0.6, new Random(1));
    expect(training).toContain(4);
    const random = new Random(1);
    const before = random.state;
    for (const fraction of [0, 1, -0.5, Number.NaN]) {
      expect(() => splitRows(10, fraction, random)).toThrow("expected a fraction between 0 and 1");
    }
    expect(() => splitRows(10, 0.01, random)).toThrow("expected rows in both parts, got 0 of 10");
    expect(() => splitRows(10, 0.99, random)).toThrow("expected rows in both parts, got 10 of 10");
    expect(() => splitRows([0, 1, 2], 0.5, random)).toThrow("expected a class of at least two rows");
    expect(random.state).toEqual(before);
  });

  it("trains on the rest, as on two subsets, and evaluates what was held back", async () => {
    const { run, network } = await prepare(() => ({ epochs: 2, batchSize: 10, validationSplit: 0.25 }));
    const history = await run.run();
    const engine = await testEngine();
    const same = makeNetwork(engine);
    const data = engine.dataset(source(130));
    const { training, validation } = splitRows(data.targets.data, 0.25, engine.random);
    const held = new Subset(data, validation);
    const parts = await fit(same, new Subset(data, training), { epochs: 2, batchSize: 10, validation: held }).run();
    expect(stateHash(same)).toBe(stateHash(network));
    expect(history.values("valLoss")).toEqual(parts.values("valLoss"));
    expect(history.values("trainAccuracy")).toEqual(parts.values("trainAccuracy"));
    const copied = engine.dataset(pick(source(130), [...validation]));
    expect(same.evaluate(held)).toEqual(same.evaluate(copied));
  });

  it("counts the rows of a subset, as of a data set of just these rows", async () => {
    const every = source(60);
    const odd = Array.from({ length: 30 }, (_, row) => 2 * row + 1);
    const results = [0, 1].map(async (copied) => {
      const engine = await testEngine();
      const network = makeNetwork(engine);
      const rows = copied ? engine.dataset(pick(every, odd)) : new Subset(engine.dataset(every), odd);
      const run = fit(network, rows, { epochs: 2, batchSize: 5, validationSplit: 0.3, classWeights: "balanced" });
      await run.run();
      return [stateHash(network), curves(run)];
    });
    const [subset, copy] = await Promise.all(results);
    expect(subset).toEqual(copy);
  });

  it("a subset of a subset counts that one's rows", async () => {
    const odd = new Subset(
      (await testEngine()).dataset(source(60)),
      Array.from({ length: 30 }, (_, row) => 2 * row + 1),
    );
    expect([...new Subset(odd, [29, 0, 3]).indices]).toEqual([59, 1, 7]);
    expect(() => new Subset(odd, [30])).toThrow("row 0: expected an index from 0 to 29, got 30");
  });

  it("a subset refuses rows that there are not, and weights that do not fit", async () => {
    const engine = await testEngine();
    const data = engine.dataset(source(8));
    expect(() => new Subset(data, [0, 8])).toThrow("row 1: expected an index from 0 to 7, got 8");
    expect(() => new Subset(data, [0.5])).toThrow("got 0.5");
    expect(() => new Subset(data, [0], engine.matrix(7, 1))).toThrow("subset: weights: expected 8 × 1, got 7 × 1");
  });
});

describe("weights", () => {
  const rows = [0, 1, 2, 3, 4, 5, 6, 7];
  const data = source(8);

  it("a row of weight 2 counts as if it came twice, one of weight 0 as if it were not there", async () => {
    const sampleWeights = [1, 2, 1, 0, 1, 1, 0, 3];
    const repeated = pick(data, [0, 1, 1, 2, 4, 5, 7, 7, 7]);
    const weighted = await trained(data, { batchSize: 8, sampleWeights });
    expectClose(weighted, await trained(repeated, { batchSize: 9 }));
    expect(weighted).not.toEqual(await trained(data, { batchSize: 8 }));
  });

  it("evaluation counts sample weights, and no class weights", async () => {
    const sampleWeights = [1, 2, 1, 0, 1, 1, 0, 3];
    const repeated = pick(data, [0, 1, 1, 2, 4, 5, 7, 7, 7]);
    const losses = [];
    for (const options of [{ sampleWeights }, {}, { classWeights: [1, 9, 1] }]) {
      const engine = await testEngine();
      const network = new Network(engine, [new Dense(2, CLASSES, { learningRate: 0 })]);
      const validation = engine.dataset(repeated);
      const set = engine.dataset(data);
      const split = { validationSplit: 0.5, sampleWeights: options.sampleWeights };
      const { last } = await fit(network, set, { epochs: 1, batchSize: 2, validation, ...options }).run();
      losses.push(last?.valLoss);
      if (options.sampleWeights) {
        const { last: half } = await fit(network, set, { epochs: 1, batchSize: 2, ...(split as FitOptions) }).run();
        expect(half?.valLoss).not.toBe(last?.valLoss);
      }
    }
    expect(new Set(losses).size).toBe(1);
  });

  it("class weights are the weights of their rows; balanced gives each class the same sum", async () => {
    const perRow = (weights: readonly number[]) => Array.from(data.targets, (label) => weights[label] as number);
    const asRows = await trained(data, { batchSize: 8, sampleWeights: perRow([1, 4, 0.5]) });
    expect(await trained(data, { batchSize: 8, classWeights: [1, 4, 0.5] })).toEqual(asRows);
    expect(await trained(data, { batchSize: 8, classWeights: { 1: 4, 2: 0.5 } })).toEqual(asRows);
    // Classes 0, 1, 2 have 4, 2, 2 of the 8 rows: 8 / (3 · count).
    const balanced = await trained(data, { batchSize: 8, sampleWeights: perRow([8 / 12, 8 / 6, 8 / 6]) });
    expect(await trained(data, { batchSize: 8, classWeights: "balanced" })).toEqual(balanced);
  });

  it("class and sample weights are multiplied", async () => {
    const sampleWeights = [1, 2, 1, 0, 1, 1, 0, 3];
    const product = Array.from(data.targets, (label, row) => (sampleWeights[row] as number) * (label === 1 ? 4 : 1));
    const both = await trained(data, { batchSize: 8, sampleWeights, classWeights: { 1: 4 } });
    expect(both).toEqual(await trained(data, { batchSize: 8, sampleWeights: product }));
  });

  describe("that are none are refused wherever they come in", async () => {
    const engine = await testEngine();
    const set = (weights: Float32Array | undefined = undefined) =>
      engine.dataset({ ...data, ...(weights && { weights }) }, { classes: CLASSES });
    const fill = (weight: number) => new Float32Array(8).fill(weight);
    const column = (...weights: number[]) => engine.matrix(8, 1, weights);
    const fitted = (rows: Rows, options: FitOptions = {}) =>
      fit(makeNetwork(engine), rows, { epochs: 1, batchSize: 2, ...options }).run();
    const nothing = "expected a weight above 0, got none";
    const negative = "row 1: expected a finite number of at least 0, got -1";
    const [first, last] = [column(1, 1, 1, 1, 0, 0, 0, 0), column(0, 0, 0, 0, 1, 1, 1, 1)];
    const raw = (weights: Matrix) => ({ ...set(), weights });
    const beyond = set();
    const written = set(fill(1));
    (written.weights as Matrix).data[1] = -1;
    it.each<[string, string, () => unknown]>([
      ["zeros of a data set", `fit: data: weights: ${nothing}`, () => fitted(set(fill(0)))],
      [
        "zeros of a validation set",
        `validation: weights: ${nothing}`,
        () => fitted(set(), { validation: set(fill(0)) }),
      ],
      ["zeros to evaluate", `evaluate: data: weights: ${nothing}`, () => makeNetwork(engine).evaluate(set(fill(0)))],
      ["zeros of a subset", `fit: data: weights: ${nothing}`, () => fitted(new Subset(set(), [0, 1], last))],
      ["zeros as sample weights", `sampleWeights: ${nothing}`, () => fitted(set(), { sampleWeights: fill(0) })],
      [
        "zeros for a subset",
        `sampleWeights: ${nothing}`,
        () => fitted(new Subset(set(), [0, 1]), { sampleWeights: last.data.slice() }),
      ],
      [
        "what is 0 as a float32",
        `sampleWeights: ${nothing}`,
        () => fitted(set(), { sampleWeights: Array(8).fill(1e-50) }),
      ],
      [
        "what is infinite as a float32",
        "sampleWeights: row 0: expected a finite number of at least 0, got 1e+39 (too large for float32)",
        () => fitted(set(), { sampleWeights: Array(8).fill(1e39) }),
      ],
      [
        "the same of classes",
        "classWeights: class 1: expected a finite",
        () => fitted(set(), { classWeights: { 1: 1e39 } }),
      ],
      ["small classes", `classWeights: ${nothing}`, () => fitted(set(), { classWeights: [1e-50, 0, 0] })],
      [
        "a product that is infinite",
        "weights of class and row: row 0: expected a finite number of at least 0, got Infinity",
        () => fitted(set(), { sampleWeights: fill(1e20), classWeights: [1e20, 1, 1] }),
      ],
      [
        "a product that is 0 in each row",
        `training set: weights: ${nothing}`,
        () =>
          fitted(set(), {
            sampleWeights: Array.from(data.targets, (label) => Number(label === 0)),
            classWeights: { 0: 0 },
          }),
      ],
      ["negative ones of a data set", `weights: ${negative}`, () => set(Float32Array.of(1, -1, 1, 1, 1, 1, 1, 1))],
      ["negative ones written later", `fit: data: weights: ${negative}`, () => fitted(written)],
      [
        "negative ones of a subset",
        `subset: weights: ${negative}`,
        () => new Subset(beyond, [0], column(1, -1, 1, 1, 1, 1, 1, 1)),
      ],
      [
        "NaN",
        "subset: weights: row 0: expected a finite",
        () => new Subset(beyond, [0], engine.matrix(8, 1, fill(Number.NaN), { checkFinite: false })),
      ],
      [
        "rows put together",
        `evaluate: data: weights: ${negative}`,
        () => makeNetwork(engine).evaluate(raw(column(1, -1, 1, 1, 1, 1, 1, 1))),
      ],
      [
        "a minibatch's",
        `weights: ${negative}`,
        () =>
          iterateMinibatches(engine, beyond.inputs, beyond.targets, 2, { weights: column(1, -1, 1, 1, 1, 1, 1, 1) }),
      ],
      [
        "a step's",
        `weights: ${negative}`,
        () =>
          makeNetwork(engine).train(
            engine.matrix(2, 2, [1, 2, 3, 4]),
            engine.labels([0, 1]),
            engine.matrix(2, 1, [1, -1]),
          ),
      ],
    ])("%s", async (_, message, wrong) => {
      await expect((async () => wrong())()).rejects.toThrow(
        expect.objectContaining({ name: "RangeError", message: expect.stringContaining(message) }),
      );
    });

    it("a split whose part counts nothing", async () => {
      const rows = Array.from({ length: 8 }, (_, row) => row);
      // Of one class the draw takes any rows: one of the two parts has none that counts.
      const one = engine.dataset({ ...data, targets: new Int32Array(8) }, { classes: CLASSES });
      const weights = rows.map((row) => Number(row === 3));
      await expect(fitted(one, { validationSplit: 0.5, sampleWeights: weights })).rejects.toThrow(
        new RegExp(`(training set|validationSplit): weights: ${nothing}`),
      );
    });

    it("while zeros among others are not", async () => {
      const { last: report } = await fitted(set(first.data.slice()), { validation: set(last.data.slice()) });
      expect(report?.valLoss).toBeGreaterThan(0);
    });
  });

  it("a batch whose rows all count nothing moves nothing", async () => {
    const nothing = await trained(data, { epochs: 1, batchSize: 4, sampleWeights: [0, 0, 0, 0, 1, 1, 1, 1] });
    expectClose(nothing, await trained(pick(data, rows.slice(4)), { epochs: 1, batchSize: 4 }), 1e-9);
  });
});

describe("options that are changed after the call", () => {
  it("are as they were", async () => {
    const run = async (change: (options: Record<string, unknown>, lists: Record<string, unknown>) => void) => {
      const engine = await testEngine();
      const network = makeNetwork(engine);
      const set = engine.dataset(source(24));
      const lists = {
        sampleWeights: Array.from({ length: 24 }, (_, row) => 1 + (row % 3)),
        classWeights: [1, 2, 3],
        callbacks: [] as Callback[],
        data: { ...set, indices: Int32Array.from({ length: 20 }, (_, row) => row) },
        validation: { ...engine.dataset(source(16, 2)), indices: Int32Array.of(1, 2, 3) },
      };
      const { data, ...given } = lists;
      const options = { ...given, epochs: 2, batchSize: 5 };
      const training = fit(network, data, options);
      change(options, lists);
      await training;
      return [stateHash(network), curves(training)];
    };
    const right = await run(() => {});
    const wrong = await run((options, lists) => {
      (lists.sampleWeights as number[]).fill(0);
      (lists.classWeights as number[]).fill(-1);
      (lists.callbacks as unknown[]).push({ onEpochEnd: 5 });
      for (const rows of [lists.data, lists.validation] as { indices: Int32Array; inputs: unknown }[]) {
        rows.indices.fill(99);
        rows.inputs = undefined;
      }
      for (const name of Object.keys(options)) options[name] = null;
      options.validationSplit = 7;
      options.signal = 5;
    });
    expect(wrong).toEqual(right);
    const record = { 1: 5 };
    const engine = await testEngine();
    const network = makeNetwork(engine);
    const training = fit(network, engine.dataset(source(24)), { epochs: 1, classWeights: record });
    record[1] = Number.NaN;
    expect((await training).last?.trainLoss).toBeGreaterThan(0);
  });
});

describe("accumulation", () => {
  it("of n batches is one step on the mean of their gradients", async () => {
    const data = source(48);
    const accumulated = await trained(data, { batchSize: 8, accumulate: 3 });
    expectClose(accumulated, await trained(data, { batchSize: 24 }));
    expect(accumulated).not.toEqual(await trained(data, { batchSize: 8 }));
  });

  it("ends an epoch with a step on the mean of what is left", async () => {
    const data = source(48);
    const accumulated = await trained(data, { epochs: 1, batchSize: 16, accumulate: 2 });
    const engine = await testEngine();
    const network = makeNetwork(engine);
    for (const part of [
      pick(data, [...Array(32).keys()]),
      pick(
        data,
        [...Array(16).keys()].map((i) => 32 + i),
      ),
    ]) {
      const x = engine.matrix(part.targets.length, 2, part.inputs);
      network.train(x, engine.labels(part.targets, CLASSES));
    }
    expectClose(accumulated, network.stateDict());
  });
});

describe("onBatchBegin", () => {
  it("comes before each batch is read, is waited for, and sees what is done", async () => {
    const seen: unknown[] = [];
    const { run, network } = await prepare(() => ({
      epochs: 2,
      batchSize: 60,
      dropLast: false,
      callbacks: [
        {
          onBatchBegin: async ({ epoch, batch, batches }) => {
            await new Promise(setImmediate);
            seen.push(["begin", epoch, batch, batches, stateHash(network)]);
          },
          onBatchEnd: ({ epoch, batch }) => void seen.push(["end", epoch, batch, stateHash(network)]),
        },
      ],
    }));
    const first = stateHash(network);
    await run.run();
    expect(seen.length % 2).toBe(0);
    let before = first;
    for (let i = 0; i < seen.length; i += 2) {
      const [begin, end] = [seen[i] as unknown[], seen[i + 1] as unknown[]];
      expect(begin.slice(0, 3)).toEqual(["begin", end[1], (end[2] as number) - 1]);
      expect(begin[4]).toBe(before);
      expect(end[3]).not.toBe(before);
      before = end[3] as string;
    }
  });
});

describe("impossible options", () => {
  it.each<[string, object]>([
    ["epochs: expected an integer of at least 0, got 1.5", { epochs: 1.5 }],
    ["accumulate: expected an integer of at least 1, got 0", { accumulate: 0 }],
    ["validationSplit: expected a fraction between 0 and 1, got 1", { validationSplit: 1 }],
    ["expected it or validation, got both", { validationSplit: 0.5, validation: true }],
    ["at most the 65 rows of the training set, or dropLast: false, got 66", { validationSplit: 0.5, batchSize: 66 }],
    ["sampleWeights: expected one for each of the 130 rows, got 2", { sampleWeights: [1, 1] }],
    ["sampleWeights: row 3: expected a finite number of at least 0, got -1", { sampleWeights: ones({ 3: -1 }) }],
    ["sampleWeights: row 0: expected a finite number of at least 0, got NaN", { sampleWeights: ones({ 0: NaN }) }],
    ["sampleWeights: expected a weight above 0, got none", { sampleWeights: new Float32Array(130) }],
    ["classWeights: expected one for each of the 3 classes, got 2", { classWeights: [1, 2] }],
    ["classWeights: expected a weight above 0, got none", { classWeights: [0, 0, 0] }],
    ["classWeights: expected a weight above 0, got none", { classWeights: { 0: 0, 1: 0, 2: 0 } }],
    ["classWeights: expected classes from 0 to 2, got 3", { classWeights: { 3: 1 } }],
    ["classWeights: class 1: expected a finite number of at least 0, got -2", { classWeights: { 1: -2 } }],
    ['classWeights: expected "balanced", a list or a record, got the string "even"', { classWeights: "even" }],
    ["callbacks: expected a list, got an EarlyStopping", { callbacks: new EarlyStopping() }],
    ["callbacks[1]: expected an object, got null", { callbacks: [{}, null] }],
    ["loadState, got onEpochEnds", { callbacks: [{ onEpochEnds: () => {} }] }],
    ["loadState, got onTrainStart", { callbacks: [new (class extends Misspelt {})()] }],
    ...[
      "onepochEnd",
      "OnEpochEnd",
      "on_epoch_end",
      "ontrainbegun",
      "onProgress",
      "loadstate",
      "load_state",
      "State",
    ].map((name): [string, object] => [
      `check, state, loadState, got ${name}`,
      { callbacks: [{ onTrainBegin: () => {}, [name]: () => {} }] },
    ]),
    ["classWeights: expected one for each of the 3 classes, got 5", { classWeights: [1, 2, 3, 4, 5] }],
    ["classWeights: class 0: expected a number, got undefined", { classWeights: Object.assign([], { 1: 2, 2: 3 }) }],
    ["monitor: expected one of trainLoss, trainAccuracy in these reports", { callbacks: [new EarlyStopping()] }],
  ])("are refused before anything moves: %s", async (message, options) => {
    const { engine, network, data } = await prepare(() => ({}));
    const before = [stateHash(network), engine.random.state, engine.memory.bytesInUse];
    expect(() => fit(network, data, options)).toThrow(message);
    expect([stateHash(network), engine.random.state, engine.memory.bytesInUse]).toEqual(before);
  });

  it("callbacks may have methods of other names, and class weights those of classes that only the network has", async () => {
    const { network, data } = await prepare(() => ({}));
    const callbacks = [{ only: 1, once: () => {}, _state: 2, onTrainBegin: () => {} }];
    await fit(network, data, { epochs: 1, callbacks });
    const two = data.targets as Labels;
    const engine = await testEngine();
    const few = engine.dataset({ ...source(40), targets: Int32Array.from({ length: 40 }, (_, row) => row % 2) });
    expect([two.classes, few.targets]).toMatchObject([3, { classes: 2 }]);
    await fit(makeNetwork(engine), few, { epochs: 1, classWeights: [1, 2, 3] });
    expect(() => fit(makeNetwork(engine), few, { classWeights: [1, 2, 3, 4] })).toThrow("of the 2 classes, got 4");
  });

  it("callbacks refuse theirs", () => {
    expect(() => new EarlyStopping({ patience: 0 })).toThrow("patience: expected an integer of at least 1, got 0");
    expect(() => new EarlyStopping({ minDelta: -1 })).toThrow("minDelta: expected a finite number of at least 0");
    expect(() => new EarlyStopping({ mode: "least" as never })).toThrow(
      'expected "min", "max" or "auto", got the string "least"',
    );
    expect(() => new CsvLogger({} as never)).toThrow("write: expected a function, got undefined");
  });

  it("weights of a data set and of fit exclude each other; a fit that weighs classes has some", async () => {
    const engine = await testEngine();
    const weights = new Float32Array(8).fill(1);
    const weighted = engine.dataset({ ...source(8), weights });
    const network = makeNetwork(engine);
    expect(() => fit(network, weighted, { batchSize: 4, sampleWeights: weights })).toThrow(
      "expected none for a data set that already has weights",
    );
    const values = engine.dataset({ ...source(8), targets: Float32Array.from({ length: 8 }, (_, i) => i / 8) });
    const message = "expected targets with a class for each row, got 1 column of numbers";
    expect(() => fit(network, values, { batchSize: 4, classWeights: "balanced" })).toThrow(message);
  });
});

class Misspelt {
  onTrainStart(): void {}
}

function ones(changes: Record<number, number>): number[] {
  return Array.from({ length: 130 }, (_, row) => changes[row] ?? 1);
}

describe("data that the network does not take", () => {
  const wide = (rows: number) => ({ ...source(rows), inputs: new Float32Array(rows * 3), shape: [rows, 3] });
  const many = (rows: number) => ({ ...source(rows), targets: Int32Array.from({ length: rows }, (_, row) => row % 5) });
  const none = { inputs: new Float32Array(0), shape: [0, 2], targets: new Int32Array(0) };
  const values = (rows: number) => ({ ...source(rows), targets: new Float32Array(rows).fill(0.5) });

  it.each<[string, string, DataSource]>([
    ["columns", "layer 0 (Dense): Dense: input: expected 2 columns, got 3", wide(40)],
    ["labels", "SoftmaxCrossEntropy: labels: expected class indices from 0 to 2, got labels up to 4", many(40)],
    [
      "values in place of labels",
      "SoftmaxCrossEntropy: targets: expected class indices from 0 to 2, or 3 probabilities a row, got 0.5 in row 0",
      values(40),
    ],
    ["no rows", "expected at least one row, got none", none],
  ])("is refused before anything moves, for training and validation: %s", async (_, message, wrong) => {
    const { engine, network, data } = await prepare(() => ({}));
    const bad = engine.dataset(wrong);
    const before = [stateHash(network), engine.random.state];
    expect(() => fit(network, bad, { batchSize: 4 })).toThrow(`fit: data: ${message}`);
    expect(() => fit(network, data, { validation: bad })).toThrow(`validation: ${message}`);
    expect([stateHash(network), engine.random.state]).toEqual(before);
  });

  it("is refused when it belongs to another engine", async () => {
    const { network, data } = await prepare(() => ({}));
    const other = (await prepare(() => ({}))).data;
    expect(() => fit(network, other)).toThrow("of another engine");
    expect(() => fit(network, data, { validation: other })).toThrow("of another engine");
  });

  it("is refused by a network that is disposed of", async () => {
    const { network, data } = await prepare(() => ({}));
    network.dispose();
    expect(() => fit(network, data)).toThrow(DisposedError);
  });
});
