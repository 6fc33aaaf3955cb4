import { beforeAll, describe, expect, it } from "vitest";
import {
  createEngine,
  Dense,
  DisposedError,
  type Engine,
  type EpochReport,
  type FitOptions,
  fit,
  iterateMinibatches,
  type Matrix,
  Network,
  Random,
  ReLU,
} from "../../src/index.js";
import { numbers } from "../kernels/fixture.js";
import { trainStep } from "../reference.js";

const classes = 3;

/** Points around three centres in the plane, in byte or float coordinates. */
function source(rows: number, seed: number) {
  const noise = numbers(rows * 2, seed);
  const targets = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const centres = [
    [-1, -1],
    [1, 0],
    [-1, 1.5],
  ] as const;
  const inputs = noise.map((value, i) => (centres[Math.floor(i / 2) % classes]?.[i % 2] as number) + 0.3 * value);
  return { inputs, shape: [rows, 2], targets };
}

const network = (engine: Engine) =>
  new Network(engine, [new Dense(2, 16, { init: "heNormal" }), new ReLU(), new Dense(16, classes)]);

async function train(engine: Engine, options: FitOptions): Promise<EpochReport[]> {
  const reports = [];
  for await (const report of fit(network(engine), engine.dataset(source(100, 1)), options)) reports.push(report);
  return reports;
}

describe("fit", () => {
  it("learns, reports every epoch, and repeats itself for the same seed", async () => {
    const curves = [];
    for (let attempt = 0; attempt < 2; ++attempt) {
      const engine = await createEngine({ seed: 5, threads: 1 });
      const validation = engine.dataset(source(30, 2));
      const reports = await train(engine, { epochs: 8, batchSize: 10, validation });
      expect(reports.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(reports.at(-1)).toMatchObject({ trainAccuracy: 1, valAccuracy: 1, completed: true });
      curves.push(reports.map(({ trainLoss, valLoss }) => [trainLoss, valLoss]));
    }
    expect(curves[0]).toEqual(curves[1]);
  });

  it("other seeds give other curves", async () => {
    const losses = [];
    for (const seed of [1, 2])
      losses.push((await train(await createEngine({ seed, threads: 1 }), { epochs: 1 }))[0]?.trainLoss);
    expect(losses[0]).not.toBe(losses[1]);
  });

  it("follows the float64 network of the same weights", async () => {
    const engine = await createEngine({ seed: 9, threads: 1 });
    const model = new Network(engine, [new Dense(2, classes, { init: "heNormal" })]);
    const { inputs, targets } = source(32, 3);
    const [weights, biases] = (model.layers[0]?.parameters() ?? []).map((p) => Float64Array.from(p.toArray()));
    const layer = { inputs: 2, outputs: classes, weights: weights as Float64Array, biases: biases as Float64Array };
    const [x, y] = [engine.matrix(32, 2, inputs), engine.labels(targets)];
    for (let step = 0; step < 50; ++step) {
      const loss = model.train(x, y);
      expect(loss).toBeCloseTo(trainStep([layer], inputs, targets, 0.1), 5);
    }
  });

  it("shows progress, and stops on a signal after the current batch", async () => {
    const engine = await createEngine({ threads: 1 });
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ epoch, batch, batches }: { epoch: number; batch: number; batches: number }) => {
      seen.push(epoch);
      expect(batch).toBeLessThanOrEqual(batches);
      if (epoch === 3) controller.abort();
    };
    const reports = await train(engine, { epochs: 50, batchSize: 10, signal: controller.signal, onProgress });
    expect(reports).toHaveLength(3);
    expect(seen).toContain(2);
  });

  it("lets other tasks have their turn, however short the epochs", async () => {
    const engine = await createEngine({ threads: 1 });
    const reports = await train(engine, { epochs: 1e9, batchSize: 10, signal: AbortSignal.timeout(100) });
    expect(reports.length).toBeGreaterThan(1);
  });

  it("says so when it diverges", async () => {
    const engine = await createEngine({ threads: 1 });
    const steep = { learningRate: 1e30 };
    const model = new Network(engine, [new Dense(2, 8, steep), new Dense(8, classes, steep)]);
    const epochs = fit(model, engine.dataset(source(100, 1)), { epochs: 5, batchSize: 10 });
    const message =
      /training diverged: expected finite numbers, got (a loss of (NaN|Infinity)|NaN or infinities in layers.* after the step) in batch \d+ of epoch 1/;
    const run = async () => {
      for await (const _ of epochs);
    };
    await expect(run()).rejects.toThrow(message);
  });

  it("rejects impossible options before it trains", async () => {
    const engine = await createEngine({ threads: 1 });
    await expect(train(engine, { epochs: -1 })).rejects.toThrow("epochs: expected an integer of at least 0, got -1");
    await expect(train(engine, { batchSize: 0 })).rejects.toThrow(
      "batch size: expected an integer of at least 1, got 0",
    );
    await expect(train(engine, { batchSize: 101 })).rejects.toThrow("expected at most the 100 rows");
  });
});

describe("data", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ seed: 1, threads: 1 });
  });

  function batches(rows: number, batchSize: number, options: object): number[][] {
    const inputs = engine.matrix(
      rows,
      1,
      Float32Array.from({ length: rows }, (_, i) => i),
    );
    const targets = engine.labels(Int32Array.from({ length: rows }, (_, i) => i));
    const seen = [];
    for (const batch of iterateMinibatches(engine, inputs, targets, batchSize, options)) {
      expect([...(batch.inputs as Matrix).data]).toEqual([...batch.targets.data]);
      seen.push([...batch.targets.data]);
    }
    return seen;
  }

  it("minibatches come in order and drop the last partial one", () => {
    expect(batches(7, 3, {})).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(batches(7, 3, { dropLast: false })).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(batches(2, 3, {})).toEqual([]);
    expect(batches(0, 3, { dropLast: false })).toEqual([]);
  });

  it("a shuffle visits every row once, in another order each time", () => {
    const [first, second] = [batches(100, 10, { shuffle: true }), batches(100, 10, { shuffle: true })];
    const sorted = (rows: number[][]) => rows.flat().sort((a, b) => a - b);
    expect(sorted(first)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(sorted(second)).toEqual(sorted(first));
    expect(second).not.toEqual(first);
    expect(batches(100, 10, { shuffle: new Random(3) })).toEqual(batches(100, 10, { shuffle: new Random(3) }));
  });

  it("evaluates bytes as it evaluates floats, on every row", () => {
    const bytes = Uint8Array.from({ length: 600 }, (_, i) => (i * 89) % 256);
    const targets = Int32Array.from({ length: 300 }, (_, i) => i % classes);
    const model = network(engine);
    const asked = { confusion: true };
    const asBytes = model.evaluate(engine.dataset({ inputs: bytes, shape: [300, 2], targets, scale: 1 / 255 }), asked);
    const floats = Float32Array.from(bytes, (byte) => Math.fround(byte * Math.fround(1 / 255)));
    expect(model.evaluate(engine.dataset({ inputs: floats, shape: [300, 2], targets }), asked)).toEqual(asBytes);
    expect(asBytes.confusion?.flat().reduce((sum, count) => sum + count, 0)).toBe(300);
    const hits = asBytes.confusion?.reduce((sum, row, label) => sum + (row[label] as number), 0) as number;
    expect(asBytes.accuracy).toBe(hits / 300);
  });

  it("refuses what is not data", () => {
    const inputs = Float32Array.of(1, 2, 3, 4);
    const good = { inputs, shape: [2, 2], targets: Int32Array.of(0, 1) };
    const before = engine.memory.bytesInUse;
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const bad = { ...good, inputs: Float32Array.of(1, 2, 3, value) };
      expect(() => engine.dataset(bad)).toThrow(`expected finite numbers, got ${value} at row 1, column 1`);
      engine.dataset(bad, { checkFinite: false }).dispose();
      expect(() => engine.matrix(1, 2, [0, value])).toThrow(`expected finite numbers, got ${value} at row 0, column 1`);
      engine.matrix(1, 2, [0, value], { checkFinite: false }).dispose();
    }
    expect(() => engine.dataset({ ...good, shape: [3, 2] })).toThrow("one target for each of the 3 rows, got 2");
    expect(() => engine.dataset({ ...good, shape: [2, 3] })).toThrow("expected 6 values, got 4");
    expect(() => engine.dataset({ ...good, targets: Int32Array.of(0, -1) })).toThrow("row 1: expected an integer");
    expect(() => engine.dataset(good, { classes: 1 })).toThrow("expected an integer from 0 to 0, got 1");
    expect(() => engine.dataset({ ...good, inputs: [1, 2, 3, 4] as never })).toThrow(TypeError);
    expect(() => engine.labels([0, 1.5])).toThrow("expected an integer from 0 upwards, got 1.5");
    expect(() => engine.matrix(2, 2, [1, 2, 3])).toThrow("matrix 2 × 2: expected 4 values, got 3");
    expect(() => engine.matrix(-1, 2)).toThrow("rows: expected an integer of at least 0, got -1");
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it("an engine that was disposed of makes nothing more", async () => {
    const ended = await createEngine({ threads: 1 });
    ended.dispose();
    expect(() => ended.matrix(1, 1)).toThrow(DisposedError);
  });

  it("createEngine refuses what it does not know, and pins what it is told", async () => {
    await expect(createEngine({ variant: "avx" as never })).rejects.toThrow('expected "auto", "simd" or "relaxed"');
    await expect(createEngine({ seed: -1 })).rejects.toThrow("seed: expected an integer of at least 0, got -1");
    await expect(createEngine({ tile: "9x9" as never })).rejects.toThrow("tile: expected");
    expect((await createEngine({ variant: "simd", tile: "2x16", threads: 1 })).info()).toMatchObject({
      variant: "simd",
      tile: "2x16",
    });
  });
});

describe("Random", () => {
  it("gives the numbers it always gave", () => {
    const random = new Random(42);
    const drawn = [random.uint32(), random.uniform(), random.normal(), random.normal(), random.below(10)];
    expect(drawn).toMatchInlineSnapshot(`
      [
        660444221,
        0.8504892961538176,
        -0.2553193469077037,
        0.33813981473196003,
        6,
      ]
    `);
  });

  it("normal numbers have mean 0, deviation 1 and the tails of a normal distribution", () => {
    const random = new Random(1);
    const n = 200_000;
    const values = Array.from({ length: n }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / n;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.0025);
  });

  it("every bound is met evenly", () => {
    const random = new Random(2);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; ++i) counts[random.below(7)] = (counts[random.below(7)] as number) + 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
