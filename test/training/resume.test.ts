import { describe, expect, it } from "vitest";
import { parseSafetensors, serializeSafetensors } from "../../src/formats/safetensors.js";
import {
  Adagrad,
  Adam,
  AdamW,
  BatchNorm,
  type Callback,
  Checkpoint,
  type CheckpointContents,
  CosineAnnealingLR,
  createEngine,
  Dense,
  Dropout,
  EarlyStopping,
  type Engine,
  type FitOptions,
  FormatError,
  fit,
  Layer,
  loadCheckpoint,
  type Matrix,
  Network,
  type NetworkOptions,
  OneCycleLR,
  Random,
  ReduceLROnPlateau,
  ReLU,
  RMSProp,
  type Rows,
  SGD,
  SoftmaxCrossEntropy,
  StepLR,
  saveCheckpoint,
  Tanh,
} from "../../src/index.js";
import { curves, makeNetwork, noisyLayers, plainLayers, prepare, stateHash } from "./fixture.js";

interface Given {
  readonly data: Rows;
  readonly validation: Rows;
}

interface Scenario {
  readonly name: string;
  readonly network?: (engine: Engine) => Network;
  /** Callbacks have state: each training needs its own. */
  readonly options: (rows: Given) => FitOptions;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "gradient descent", options: ({ validation }) => ({ epochs: 3, batchSize: 20, validation }) },
  { name: "rows in order", options: () => ({ epochs: 3, batchSize: 30, shuffle: false }) },
  {
    name: "accumulation with a remainder",
    options: ({ validation }) => ({ epochs: 3, batchSize: 12, accumulate: 4, validation }),
  },
  {
    name: "a layer that draws numbers and has a buffer",
    network: (engine) => makeNetwork(engine, noisyLayers()),
    options: ({ validation }) => ({ epochs: 3, batchSize: 20, validation }),
  },
  {
    name: "a split, class weights, an early stop and the best restored",
    network: (engine) => makeNetwork(engine, noisyLayers()),
    options: () => ({
      epochs: 30,
      batchSize: 25,
      validationSplit: 0.25,
      classWeights: "balanced",
      callbacks: [new EarlyStopping({ patience: 3, minDelta: 0.01, restoreBest: true })],
    }),
  },
  {
    name: "Adam, dropout, batch normalization and a rate that follows a cosine after a warm-up, batch by batch",
    network: (engine) =>
      makeNetwork(engine, [new Dense(2, 12), new BatchNorm(12), new ReLU(), new Dropout(0.3), new Dense(12, 3)], {
        optimizer: new Adam({ learningRate: 0.01, weightDecay: 0.01, clipNorm: 1 }),
      }),
    options: () => ({
      epochs: 3,
      batchSize: 20,
      schedule: new CosineAnnealingLR({ totalSteps: 18, warmupSteps: 4, interval: "batch" }),
    }),
  },
  {
    name: "AdamW and a one-cycle rate over accumulated batches",
    network: (engine) => makeNetwork(engine, plainLayers(), { optimizer: new AdamW({ learningRate: 0.02 }) }),
    options: () => ({ epochs: 3, batchSize: 12, accumulate: 4, schedule: new OneCycleLR({ totalSteps: 9 }) }),
  },
  {
    name: "momentum and a rate that drops on a plateau",
    network: (engine) =>
      makeNetwork(engine, plainLayers(), { optimizer: new SGD({ learningRate: 0.5, momentum: 0.9, nesterov: true }) }),
    options: ({ validation }) => ({
      epochs: 8,
      batchSize: 40,
      validation,
      schedule: new ReduceLROnPlateau({ patience: 0, threshold: 0.05, factor: 0.5 }),
    }),
  },
  {
    name: "RMSProp and steps",
    network: (engine) => makeNetwork(engine, plainLayers(), { optimizer: new RMSProp({ momentum: 0.5 }) }),
    options: () => ({ epochs: 3, batchSize: 20, dropLast: false, schedule: new StepLR({ stepSize: 1, gamma: 0.5 }) }),
  },
  {
    name: "Adagrad",
    network: (engine) => makeNetwork(engine, plainLayers(), { optimizer: new Adagrad({ clipValue: 0.1, l1: 0.001 }) }),
    options: () => ({ epochs: 3, batchSize: 20 }),
  },
];

/** Trains to the end from a checkpoint, with an engine of another seed and a network of other weights. */
async function resume({ options, network }: Scenario, bytes: Uint8Array) {
  const again = await prepare((rows) => ({ ...options(rows), resume: loadCheckpoint(bytes) }), network, { seed: 99 });
  await again.run.run();
  return { hash: stateHash(again.network), curves: curves(again.run), random: again.run.checkpoint().random.now };
}

async function uninterrupted({ options, network }: Scenario) {
  const { run, network: made } = await prepare(options, network);
  await run.run();
  return { hash: stateHash(made), curves: curves(run), random: run.checkpoint().random.now };
}

describe.each(SCENARIOS)("a training with $name", (scenario) => {
  it("goes on to the same bits from a checkpoint after any batch or epoch", async () => {
    const expected = await uninterrupted(scenario);
    const checkpoints: Uint8Array[] = [];
    const write = (bytes: Uint8Array) => void checkpoints.push(bytes);
    const saver = () => new Checkpoint({ write, everyBatches: 1, everyEpochs: 1 });
    const withSaver: Scenario = {
      ...scenario,
      options: (rows) => {
        const options = scenario.options(rows);
        return { ...options, callbacks: [saver(), ...(options.callbacks ?? [])] };
      },
    };
    expect(await uninterrupted(withSaver)).toEqual(expected);
    expect(checkpoints.length).toBeGreaterThan(14);
    const written = checkpoints.slice();
    const step = Math.max(1, Math.floor(written.length / 25));
    for (let i = 0; i < written.length; i += step) {
      expect(await resume(withSaver, written[i] as Uint8Array), `checkpoint ${i}`).toEqual(expected);
    }
  });

  it("goes on to the same bits when the signal stopped it again and again, at random batches", async () => {
    const expected = await uninterrupted(scenario);
    const random = new Random(3);
    let bytes: Uint8Array | undefined;
    let stops = 0;
    for (;;) {
      const controller = new AbortController();
      let left = 1 + random.below(5);
      const { run, network } = await prepare(
        (rows) => {
          const options = scenario.options(rows);
          const interrupter = { onBatchEnd: () => void (--left === 0 && controller.abort()) };
          const callbacks = [...(options.callbacks ?? []), interrupter];
          return { ...options, callbacks, signal: controller.signal, ...(bytes && { resume: loadCheckpoint(bytes) }) };
        },
        scenario.network,
        { seed: stops === 0 ? 5 : 50 + stops },
      );
      await run.run();
      if (!controller.signal.aborted) {
        expect({ hash: stateHash(network), curves: curves(run), random: run.checkpoint().random.now }).toEqual(
          expected,
        );
        break;
      }
      bytes = saveCheckpoint(run);
      ++stops;
    }
    expect(stops).toBeGreaterThan(2);
  });
});

/** Takes 60 ms for each part of an evaluation once it is told to. */
class Slow extends Layer {
  isSlow = false;
  parts = 0;

  override forward(input: Matrix): Matrix {
    if (this.isSlow && !this.training) {
      ++this.parts;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
    }
    return input;
  }

  override backward(_: Matrix, gradOutput: Matrix): Matrix {
    return gradOutput;
  }
}

describe("an evaluation", () => {
  const scenario = (slow: Slow, more: Partial<FitOptions> = {}): Scenario => ({
    name: "",
    network: (engine) => makeNetwork(engine, [slow, ...plainLayers()]),
    options: ({ validation }) => ({ epochs: 3, batchSize: 100, validation, ...more }),
  });

  it("that the signal ends does so at its next turn; resumed, it is made, and training goes on to the same bits", async () => {
    const plain = scenario(new Slow());
    const whole = await prepare(plain.options, plain.network, { rows: 2000 });
    await whole.run.run();

    const slow = new Slow();
    const controller = new AbortController();
    const ends: number[] = [];
    const callback: Callback = {
      onBatchEnd({ epoch, batch, batches }) {
        if (epoch !== 2 || batch !== batches) return;
        slow.isSlow = true;
        setTimeout(() => controller.abort(), 1);
      },
      onEpochEnd: ({ epoch }) => void ends.push(epoch),
    };
    const stopped = scenario(slow, { signal: controller.signal, callbacks: [callback] });
    const { run } = await prepare(stopped.options, stopped.network, { rows: 2000 });
    const { reports } = await run.run();
    // Of the 8 parts of the training rows one, and those of the looks at the first rows.
    expect(slow.parts).toBeLessThan(5);
    expect(reports.map(({ completed }) => completed)).toEqual([true, false]);
    expect(reports[1]).not.toHaveProperty("trainAccuracy");
    expect(reports[1]).not.toHaveProperty("valLoss");
    expect(reports[1]?.trainLoss).toBe(whole.run.history.reports[1]?.trainLoss);
    expect(ends).toEqual([1]);

    const bytes = saveCheckpoint(run);
    expect(loadCheckpoint(bytes).position).toMatchObject({ epoch: 2, batch: 20 });
    const resumed = scenario(new Slow(), { resume: loadCheckpoint(bytes) });
    const again = await prepare(resumed.options, resumed.network, { rows: 2000, seed: 9 });
    await again.run.run();
    expect(stateHash(again.network)).toBe(stateHash(whole.network));
    expect(curves(again.run)).toEqual(curves(whole.run));
  });
});

describe("resume", () => {
  const scenario = SCENARIOS[3] as Scenario;

  async function halfway() {
    const { run, network } = await prepare(scenario.options, scenario.network);
    await run.next();
    return { bytes: saveCheckpoint(run), network, run };
  }

  it("keeps every bit of what it was given", async () => {
    const { bytes, network } = await halfway();
    const contents = loadCheckpoint(bytes);
    expect(contents.network).toEqual(network.stateDict());
    expect(contents.position).toMatchObject({ epoch: 2, batch: 0, stopped: false });
    expect(contents.history).toHaveLength(1);
  });

  it("trains on beyond the epochs it was to have, and no further than it has got", async () => {
    const longer = { ...scenario, options: (rows: Given) => ({ ...scenario.options(rows), epochs: 5 }) };
    const expected = await uninterrupted(longer);
    const { run } = await prepare(scenario.options, scenario.network);
    await run.run();
    expect(await resume(longer, saveCheckpoint(run))).toEqual(expected);
    const shorter = { ...scenario, options: (rows: Given) => ({ ...scenario.options(rows), epochs: 2 }) };
    await expect(resume(shorter, saveCheckpoint(run))).rejects.toThrow("expected at least the 3 that the checkpoint");
  });

  it.each([
    [{ batchSize: 10 }, "batchSize: expected 20 as in the checkpoint, got 10"],
    [{ shuffle: false }, "shuffle: expected 1 as in the checkpoint, got 0"],
    [{ accumulate: 2 }, "accumulate: expected 1"],
    [{ validation: undefined, validationSplit: 0.2 }, "validationSplit: expected 0 as in the checkpoint, got 0.2"],
    [
      { callbacks: [new EarlyStopping()] },
      "callbacks: expected 0 with state, such as EarlyStopping, as in the checkpoint, got 1 (an EarlyStopping)",
    ],
  ])("refuses other options: %j", async (options, message) => {
    const { bytes } = await halfway();
    const other = (rows: Given) => ({
      ...scenario.options(rows),
      ...(options as object),
      resume: loadCheckpoint(bytes),
    });
    await expect(prepare(other, scenario.network)).rejects.toThrow(message);
  });

  it("refuses other data and networks, and leaves the network and the generator as they were", async () => {
    const { bytes } = await halfway();
    const again = (rows: Given) => ({ ...scenario.options(rows), resume: loadCheckpoint(bytes) });
    await expect(prepare(again, scenario.network, { rows: 131 })).rejects.toThrow("rows: expected 130");
    await expect(prepare(again, (engine) => makeNetwork(engine, plainLayers()))).rejects.toThrow(
      /^resume: layer 2: expected .*relu.* as in the checkpoint, got .*dense/,
    );
    // A file of before does not say what the parts are: their arrays still do.
    const { parts, ...silent } = loadCheckpoint(bytes);
    const { run, network, engine } = await prepare(
      (rows) => ({ ...scenario.options(rows), resume: silent }),
      (engine) => makeNetwork(engine),
    );
    const before = [stateHash(network), engine.random.state, engine.memory.bytesInUse];
    await expect(run.run()).rejects.toThrow(
      "expected the arrays layers.0.weights, layers.0.biases, layers.2.weights, layers.2.biases, got",
    );
    expect([stateHash(network), engine.random.state, engine.memory.bytesInUse]).toEqual(before);
  });

  it.each<[string, string, Partial<FitOptions>, readonly Layer[] | undefined, NetworkOptions]>([
    ["layer", "layer 1", {}, [new Dense(2, 12, { init: "heNormal" }), new Tanh(), new Dense(12, 3)], {}],
    ["loss", "loss", {}, undefined, { loss: new SoftmaxCrossEntropy({ labelSmoothing: 0.1 }) }],
    ["learning rate", "optimizer", {}, undefined, { optimizer: new Adam({ learningRate: 0.5 }) }],
    ["optimizer of the same arrays", "optimizer", {}, undefined, { optimizer: new AdamW() }],
    ["schedule", "schedule", { schedule: new StepLR({ stepSize: 3 }) }, undefined, {}],
  ])("refuses another %s", async (_, name, options, layers, parts) => {
    const usual = { epochs: 2, batchSize: 20 };
    const first = await prepare(
      () => ({ ...usual, schedule: new StepLR({ stepSize: 2 }) }),
      (engine) => makeNetwork(engine, plainLayers(), { optimizer: new Adam() }),
    );
    await first.run;
    const resume = loadCheckpoint(saveCheckpoint(first.run));
    const second = prepare(
      () => ({ ...usual, epochs: 3, schedule: new StepLR({ stepSize: 2 }), ...options, resume }),
      (engine) => makeNetwork(engine, layers ? [...layers] : plainLayers(), { optimizer: new Adam(), ...parts }),
    );
    await expect(second).rejects.toThrow(new RegExp(`^resume: ${name}: expected .* as in the checkpoint, got `));
  });

  it("is not to be had while callbacks are being told, before the beginning or after a failure", async () => {
    const message = "expected a training between two batches";
    const { run } = await prepare((rows) => ({
      ...scenario.options(rows),
      callbacks: [{ onBatchEnd: (view) => void view.checkpoint() }],
    }));
    expect(() => saveCheckpoint(run)).toThrow(message);
    await expect(run.run()).rejects.toThrow(message);
    expect(() => saveCheckpoint(run)).toThrow(message);
  });

  it("is to be had whenever other tasks have their turn", async () => {
    const taken: Uint8Array[] = [];
    const { run } = await prepare((rows) => ({ ...scenario.options(rows), epochs: 1e9 }));
    const timer = setInterval(() => {
      taken.push(saveCheckpoint(run));
      if (taken.length === 3) run.stop();
    }, 60);
    await run.run();
    clearInterval(timer);
    expect(taken.length).toBeGreaterThanOrEqual(3);
    expect(loadCheckpoint(taken[2] as Uint8Array).position.epoch).toBeGreaterThan(1);
  });
});

describe("Checkpoint", () => {
  /** The positions at which a training of two batches an epoch was saved. */
  async function saved(options: Omit<ConstructorParameters<typeof Checkpoint>[0], "write">, losses: number[] = []) {
    const positions: string[] = [];
    const write = (bytes: Uint8Array, { epoch, batch }: { epoch: number; batch: number }) => {
      expect(loadCheckpoint(bytes).position).toMatchObject({ epoch, batch });
      positions.push(`${epoch}:${batch}`);
    };
    const scripted: Callback = {
      onEpochEnd: (report) => void Object.assign(report, { valLoss: losses[report.epoch - 1] ?? report.valLoss }),
    };
    const callbacks = [scripted, new Checkpoint({ ...options, write })];
    const { run } = await prepare(({ validation }) => ({ epochs: 5, batchSize: 65, validation, callbacks }));
    await run.run();
    return positions.join(" ");
  }

  it("writes after every epoch, every n-th epoch or batch, or the best so far", async () => {
    expect(await saved({})).toBe("2:0 3:0 4:0 5:0 6:0");
    expect(await saved({ everyEpochs: 2 })).toBe("3:0 5:0");
    expect(await saved({ everyBatches: 3 })).toBe("2:1 3:2 5:1");
    expect(await saved({ onImprovement: {} }, [3, 4, 2, 2, 1])).toBe("2:0 4:0 6:0");
    expect(await saved({ onImprovement: { mode: "max" }, everyEpochs: 5 }, [3, 4, 2, 2, 1])).toBe("2:0 3:0 6:0");
  });

  it("writes the metadata that it is given, which is given back; the file's own names are not to be had", async () => {
    const metadata = { run: "7", "": "an empty name", ünïcode: '"\n' };
    const files: Uint8Array[] = [];
    const given = { ...metadata };
    const callbacks = [new Checkpoint({ write: (bytes) => void files.push(bytes), metadata: given })];
    given.run = "another";
    const { run } = await prepare(() => ({ epochs: 1, batchSize: 65, callbacks }));
    await run.run();
    expect(loadCheckpoint(files[0] as Uint8Array)).toEqual({ ...run.checkpoint(), metadata });
    expect(loadCheckpoint(saveCheckpoint(run))).not.toHaveProperty("metadata");
    for (const name of ["format", "version", "state"]) {
      expect(() => saveCheckpoint(run, { [name]: "x" })).toThrow(
        new RangeError(
          `checkpoint: metadata: expected names beside format, version, state, which are the file's own, got "${name}"`,
        ),
      );
    }
    expect(() => saveCheckpoint(run, { a: 1 } as never)).toThrow(TypeError);
    expect(() => saveCheckpoint(run, ["a"] as never)).toThrow(TypeError);
    expect(() => new Checkpoint({ write: () => {}, metadata: { a: null } as never })).toThrow(TypeError);
  });

  it("refuses impossible options", () => {
    const write = () => {};
    expect(() => new Checkpoint({} as never)).toThrow("write: expected a function, got undefined");
    expect(() => new Checkpoint({ write, everyEpochs: 0 })).toThrow("everyEpochs: expected an integer of at least 1");
    expect(() => new Checkpoint({ write, everyBatches: 1.5 })).toThrow("everyBatches: expected an integer of at least");
  });

  it("what cannot be written ends the training with its error", async () => {
    const full = new Checkpoint({ write: () => Promise.reject(new Error("disk full")) });
    const { run } = await prepare(() => ({ epochs: 2, batchSize: 65, callbacks: [full] }));
    await expect(run.run()).rejects.toThrow("disk full");
    expect(run.history.length).toBe(1);
  });
});

describe("a checkpoint that is not one", () => {
  /** A good checkpoint within an epoch, with changes to its JSON. */
  /** A callback that a checkpoint keeps something of. */
  const STATEFUL: Callback = { state: () => ({ values: { seen: 8 } }) };

  async function changed(change: (state: Record<string, never>) => unknown, metadata: object = {}) {
    const { tensors, metadata: own } = parseSafetensors(await inEpoch());
    const state = JSON.parse(own.state as string);
    change(state);
    return serializeSafetensors(tensors, { ...own, state: JSON.stringify(state), ...metadata });
  }

  async function inEpoch(): Promise<Uint8Array> {
    const controller = new AbortController();
    let batches = 0;
    const callbacks = [{ onBatchEnd: () => void (++batches === 8 && controller.abort()) }, STATEFUL];
    const { run } = await prepare(({ validation }) => ({
      epochs: 3,
      batchSize: 20,
      accumulate: 3,
      validation,
      callbacks,
      signal: controller.signal,
    }));
    await run.run();
    return saveCheckpoint(run);
  }

  it("is read when nothing is changed", async () => {
    const contents = loadCheckpoint(await changed(() => {}));
    expect(contents.position).toMatchObject({ epoch: 2, batch: 2 });
    expect(contents.gradients.size).toBe(4);
  });

  // biome-ignore lint/suspicious/noExplicitAny: these are changes that no type would let through
  it.each<[string, (state: Record<string, any>) => unknown]>([
    ["epoch: expected an integer of at least 1, got 0", (state) => (state.position.epoch = 0)],
    ["batch: expected an integer of at least 0, got -1", (state) => (state.position.batch = -1)],
    ['losses: expected a finite number, got the string "x"', (state) => (state.position.losses = "x")],
    ["stopped: expected true or false", (state) => (state.position.stopped = 1)],
    ["the state at the epoch's start", (state) => delete state.random.epoch],
    ["four 32-bit words", (state) => (state.random.now.words = [0, 0, 0, 0])],
    ["random state: expected an object, got null", (state) => (state.random.epoch = null)],
    ["settings: rows: expected a finite number", (state) => (state.settings.rows = "130")],
    ["learningRate: expected a finite number, got -1", (state) => (state.optimizer.learningRate = -1)],
    ["steps: expected an integer", (state) => (state.optimizer.steps = 0.5)],
    ["expected a tensor optimizer.velocity.0, got none", (state) => (state.optimizer.slots.velocity = 1e15)],
    ["history: expected 1 epochs, got 0", (state) => (state.history = [])],
    ["history: expected 1 epochs, got 2", (state) => (state.history[0].epochs = 2)],
    ["history: 0: expected the numbers of a report", (state) => state.history[0].numbers.pop()],
    ["history: 0: expected the numbers of a report", (state) => (state.history[0].numbers[1] = "loss")],
    ["history: 0: expected the numbers of a report", (state) => (state.history[0].numbers[2] = "trainLoss")],
    ["expected the completed epoch 1, got ", (state) => state.history[0].numbers.reverse()],
    ["expected F64 of shape [1,", (state) => state.history[0].numbers.push("trainR2")],
    ["callbacks: expected a list", (state) => (state.callbacks = {})],
    ["expected a tensor callback.0.x, got none", (state) => (state.callbacks[0].arrays = ["x"])],
    ["position: expected an object, got null", (state) => (state.position = null)],
  ])("is refused: %s", async (message, change) => {
    const bytes = await changed(change);
    expect(() => loadCheckpoint(bytes)).toThrow(FormatError);
    expect(() => loadCheckpoint(bytes)).toThrow(message);
  });

  it("of version 2 is read: what it has of callbacks without state is left out", async () => {
    const bytes = await inEpoch();
    const good = loadCheckpoint(bytes);
    const { tensors, metadata } = parseSafetensors(bytes);
    const state = JSON.parse(metadata.state as string);
    state.callbacks.unshift({ values: null, arrays: [] });
    const old = serializeSafetensors(tensors, { ...metadata, version: "2", state: JSON.stringify(state) });
    expect(loadCheckpoint(old)).toEqual(good);
    expect(good.callbacks).toEqual([{ values: { seen: 8 } }]);
  });

  it("is refused for another format, text that is no JSON, keys that come twice, and every cut", async () => {
    const good = await changed(() => {});
    for (const [metadata, message] of [
      [{ format: "simdgrad" }, 'expected metadata with format "simdgrad-checkpoint"'],
      [{ version: "1" }, 'version "1"'],
      [{ state: "{" }, "expected JSON"],
      [{ state: '{"position":1,"position":2}' }, "expected each key once"],
    ] as const) {
      const bytes = await changed(() => {}, metadata);
      expect(() => loadCheckpoint(bytes)).toThrow(message);
    }
    for (let length = 0; length < good.length; length += 37) {
      expect(() => loadCheckpoint(good.subarray(0, length)), `${length} bytes`).toThrow(FormatError);
    }
  });

  it("is refused with a FormatError or read, whichever byte is changed, and nothing moves", async () => {
    const good = await inEpoch();
    const random = new Random(11);
    const { network, engine, data } = await prepare(() => ({}));
    const options = { epochs: 3, batchSize: 20, accumulate: 3, callbacks: [STATEFUL] };
    const before = stateHash(network);
    let refused = 0;
    for (let attempt = 0; attempt < 400; ++attempt) {
      const bytes = good.slice();
      bytes[random.below(bytes.length)] = random.below(256);
      let contents: CheckpointContents;
      try {
        contents = loadCheckpoint(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        ++refused;
        continue;
      }
      try {
        fit(network, data, { ...options, resume: contents });
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
    expect(refused).toBeGreaterThan(50);
    expect(stateHash(network)).toBe(before);
    expect(engine.random.state).toEqual((await prepare(() => ({}))).engine.random.state);
  });
});

it("goes on with a checkpoint whose schedule has its spelling of before", async () => {
  using engine = await createEngine({ threads: 1 });
  const shape = [4, 2];
  const data = engine.dataset({ inputs: new Float32Array(8).fill(1), shape, targets: Int32Array.of(0, 1, 0, 1) });
  const train = (options: FitOptions) =>
    fit(new Network(engine, [new Dense(2, 2)]), data, { schedule: new OneCycleLR({ totalSteps: 9 }), ...options });
  const run = train({ epochs: 1, batchSize: 4 });
  await run;
  const { tensors, metadata } = parseSafetensors(saveCheckpoint(run), "checkpoint");
  const { state = "", ...rest } = metadata;
  expect(state).toContain("oneCycle");
  const old = serializeSafetensors([...tensors], { ...rest, state: state.replace("oneCycle", "one-cycle") });
  const { reports } = await train({ epochs: 2, batchSize: 4, resume: loadCheckpoint(old) });
  expect(reports).toHaveLength(2);
});
