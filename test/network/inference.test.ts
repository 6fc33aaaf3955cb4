import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  BinaryCrossEntropy,
  Dense,
  type Engine,
  Layer,
  type Matrix,
  MeanSquaredError,
  Network,
  type NetworkOptions,
  ReLU,
  type Rows,
  SoftmaxCrossEntropy,
  Subset,
} from "../../src/index.js";
import { numbers } from "../kernels/fixture.js";
import { stateHash, testEngine } from "../training/fixture.js";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

const make = (outputs: number, options: NetworkOptions = {}, inputs = 6) =>
  new Network(engine, [new Dense(inputs, 8), new ReLU(), new Dense(8, outputs)], options);

/** The identity, which takes its time. */
class Slow extends Layer {
  static milliseconds = 0;

  override forward(input: Matrix): Matrix {
    const start = performance.now();
    while (performance.now() - start < Slow.milliseconds);
    return input;
  }

  override backward(_: Matrix, gradOutput: Matrix): Matrix {
    return gradOutput;
  }
}

/** Whether other tasks had their turn while something was under way. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let ended = false;
  const count = () => {
    ++turns;
    if (!ended) setImmediate(count);
  };
  setImmediate(count);
  await work();
  ended = true;
  return turns;
}

describe("predictions of more rows than a part has", () => {
  const rows = 700;

  it.each<[string, Network["loss"], number]>([
    ["classes", new SoftmaxCrossEntropy(), 3],
    ["labels", new BinaryCrossEntropy(), 2],
  ])("are those of each row by itself: %s", (_, loss, outputs) => {
    const network = make(outputs, { loss });
    const x = numbers(rows * 6, 3);
    const all = engine.matrix(rows, 6, x);
    const [classes, probabilities] = [network.predict(all), network.predictProbabilities(all)];
    expect(probabilities.length).toBe(rows * outputs);
    for (const row of [0, 255, 256, 511, 512, 699]) {
      const one = engine.matrix(1, 6, x.slice(row * 6, row * 6 + 6));
      const perRow = classes.length / rows;
      expect([...network.predict(one)]).toEqual([...classes.subarray(row * perRow, (row + 1) * perRow)]);
      const own = network.predictProbabilities(one);
      expect([...own]).toEqual([...probabilities.subarray(row * outputs, (row + 1) * outputs)]);
      one.dispose();
    }
  });

  it("are those of each row by itself: values, of sparse rows, too", () => {
    const network = make(2, { loss: new MeanSquaredError() });
    const x = numbers(rows * 6, 3).map((value, i) => (i % 4 === 0 ? value : 0));
    const indptr = Int32Array.from({ length: rows + 1 }, (_, row) => Math.ceil((row * 6) / 4));
    const elements = [...x.keys()].filter((i) => i % 4 === 0);
    const csr = engine.csr(rows, 6, {
      indptr,
      indices: elements.map((i) => i % 6),
      values: elements.map((i) => x[i] as number),
    });
    const sparse = network.predictValues(csr);
    const dense = network.predictValues(engine.matrix(rows, 6, x));
    expect([...sparse]).toEqual([...dense]);
    const dataset = { inputs: csr, targets: engine.matrix(rows, 2), rows, columns: 6, weights: undefined } as Rows;
    expect(network.evaluate(dataset).loss).toBeGreaterThan(0);
  });

  it.each<[string, () => Network["loss"], number]>([
    ["classes", () => new SoftmaxCrossEntropy(), 3],
    ["labels", () => new BinaryCrossEntropy(), 2],
    ["values", () => new MeanSquaredError(), 2],
  ])(
    "of one pass are those of several, of a matrix, a data set, a subset and an evaluation: %s",
    (kind, loss, outputs) => {
      let passes = 0;
      class Counts extends Layer {
        override forward(input: Matrix): Matrix {
          ++passes;
          return input;
        }
      }
      const layers = [new Counts(), new Dense(6, 8), new ReLU(), new Dense(8, outputs)];
      const network = new Network(engine, layers, { loss: loss() });
      const all = engine.matrix(rows, 6, numbers(rows * 6, 3));
      const expected =
        kind === "values"
          ? { values: network.predictValues(all) }
          : { classes: network.predict(all), probabilities: network.predictProbabilities(all) };
      const targets =
        kind === "classes"
          ? engine.labels(new Int32Array(rows), 3)
          : engine.matrix(rows, outputs, new Float32Array(rows * outputs));
      const data = { inputs: all, targets, rows, columns: 6, weights: undefined } as Rows;
      passes = 0;
      expect(network.predictAll(all)).toEqual(expected);
      expect(network.predictAll(data)).toEqual(expected);
      const { predictions, ...evaluation } = network.evaluate(data, { predictions: true });
      // 700 rows are three parts.
      expect(passes).toBe(9);
      expect(predictions).toEqual(expected);
      expect(network.evaluate(data)).toEqual(evaluation);
      const few = network.predictAll(new Subset(data, [699, 3, 3]));
      for (const [name, values] of Object.entries(expected)) {
        const perRow = values.length / rows;
        const chosen = [699, 3, 3].flatMap((row) => [...values.subarray(row * perRow, (row + 1) * perRow)]);
        expect(Array.from(few[name as keyof typeof few] ?? [])).toEqual(chosen);
      }
    },
  );

  it("give the memory back: what stays is room for a part, however many rows there were", () => {
    const network = make(3);
    const part = engine.matrix(256, 6, numbers(256 * 6));
    for (const predict of ["predict", "predictProbabilities"] as const) network[predict](part);
    const few = engine.memory.bytesInUse;
    const many = engine.matrix(391 * 256, 6, numbers(391 * 256 * 6));
    const before = engine.memory.bytesInUse;
    for (const predict of ["predict", "predictProbabilities"] as const) network[predict](many);
    expect(engine.memory.bytesInUse).toBe(before);
    many.dispose();
    expect(engine.memory.bytesInUse).toBe(few);
  });

  it("of no rows are none", async () => {
    const network = make(3);
    const none = engine.matrix(0, 6, []);
    expect([network.predict(none), network.predictProbabilities(none)]).toEqual([
      new Int32Array(0),
      new Float32Array(0),
    ]);
    expect(await network.predictAsync(none)).toEqual(new Int32Array(0));
  });

  it("of a sigmoid come from our own kernel: its bits are the same on every engine", () => {
    const network = make(1, { loss: new BinaryCrossEntropy() });
    const x = engine.matrix(50, 6, numbers(300));
    const exp = vi
      .spyOn(Math, "exp")
      .mockImplementation(() => expect.fail("Math.exp is not specified to the last bit"));
    const got = network.predictProbabilities(x);
    exp.mockRestore();
    const logits = network.logits(x);
    const expected = engine.matrix(50, 1);
    engine.kernels.sigmoidForward(50, logits.pointer, expected.pointer);
    expect([...got]).toEqual([...expected.data]);
  });
});

describe("in turns", () => {
  const rows = 157 * 256;
  let x: ReturnType<Engine["matrix"]>;
  let data: ReturnType<Engine["dataset"]>;
  beforeAll(() => {
    const inputs = numbers(rows * 6, 3);
    x = engine.matrix(rows, 6, inputs);
    data = engine.dataset({
      inputs,
      shape: [rows, 6],
      targets: Int32Array.from({ length: rows }, (_, row) => row % 3),
    });
  });
  /** A network of which every part of the rows takes 3 ms: 157 parts are half a second. */
  const slow = (outputs: number) => {
    const network = new Network(engine, [new Dense(6, 8), new Slow(), new ReLU(), new Dense(8, outputs)]);
    Slow.milliseconds = 3;
    return network;
  };
  afterEach(() => {
    Slow.milliseconds = 0;
  });

  it.each<[string, (network: Network) => Promise<unknown>, (network: Network) => unknown]>([
    ["predict", (network) => network.predictAsync(x), (network) => network.predict(x)],
    [
      "predictProbabilities",
      (network) => network.predictProbabilitiesAsync(x),
      (network) => network.predictProbabilities(x),
    ],
    ["evaluate", (network) => network.evaluateAsync(data), (network) => network.evaluate(data)],
    [
      "evaluate with its confusion matrix",
      (network) => network.evaluateAsync(data, { confusion: true }),
      (network) => network.evaluate(data, { confusion: true }),
    ],
  ])("%s gives the same, and other tasks have their turns", async (_, inTurns, atOnce) => {
    const network = slow(3);
    let result: unknown;
    expect(await turnsDuring(async () => (result = await inTurns(network)))).toBeGreaterThan(5);
    Slow.milliseconds = 0;
    expect(result).toEqual(atOnce(network));
  });

  it("values, too", async () => {
    const network = make(2, { loss: new MeanSquaredError() });
    expect(await network.predictValuesAsync(x)).toEqual(network.predictValues(x));
  });

  it("ends between two parts when the signal says so, and gives the memory back", async () => {
    const network = slow(3);
    Slow.milliseconds = 0;
    network.evaluate(data);
    network.predict(x);
    const before = engine.memory.bytesInUse;
    Slow.milliseconds = 3;
    for (const work of [
      (signal: AbortSignal) => network.evaluateAsync(data, { signal }),
      (signal: AbortSignal) => network.predictAsync(x, { signal }),
    ]) {
      const controller = new AbortController();
      setImmediate(() => controller.abort(new Error("enough")));
      await expect(work(controller.signal)).rejects.toThrow("enough");
    }
    expect(engine.memory.bytesInUse).toBe(before);
  });

  it("refuses steps meanwhile, and says when the weights changed in another way", async () => {
    const network = slow(3);
    const evaluation = network.evaluateAsync(data);
    const before = stateHash(network);
    expect(() => network.train(engine.matrix(1, 6, numbers(6)), engine.labels([0]))).toThrow(
      "the network is being evaluated: await that",
    );
    expect(stateHash(network)).toBe(before);
    await evaluation;
    const second = network.evaluateAsync(data);
    network.loadStateDict(network.stateDict());
    await expect(second).rejects.toThrow("was trained or loaded during an evaluation");
    network.train(engine.matrix(1, 6, numbers(6)), engine.labels([0]));
  });

  it("refuses unknown options and what is no signal", async () => {
    const network = make(3);
    await expect(network.evaluateAsync(data, { sginal: 1 } as never)).rejects.toThrow("got sginal");
    await expect(network.predictAsync(x, { signal: 5 as never })).rejects.toThrow(
      "signal: expected an AbortSignal, got 5",
    );
    await expect(network.predictAsync(5 as never)).rejects.toThrow("input: expected a Matrix or CsrMatrix, got 5");
  });
});

describe("a confusion matrix", () => {
  const many = (classes: number, rows: number) => {
    const inputs = numbers(rows * 6, 3);
    const targets = Int32Array.from({ length: rows }, (_, row) => row % classes);
    return engine.dataset({ inputs, shape: [rows, 6], targets }, { classes });
  };

  it("is counted where it is asked for only", () => {
    const network = make(3);
    expect(network.evaluate(many(3, 30))).toEqual({ loss: expect.any(Number), accuracy: expect.any(Number) });
    const { confusion, accuracy } = network.evaluate(many(3, 30), { confusion: true });
    expect(confusion?.flat().reduce((sum, count) => sum + count)).toBe(30);
    expect(confusion?.reduce((sum, counts, label) => sum + (counts[label] as number), 0)).toBe(
      Math.round((accuracy as number) * 30),
    );
  });

  it("of many classes is refused, and what is not asked for costs nothing: memory does not grow with their square", () => {
    const network = make(30_000);
    const data = many(30_000, 1);
    expect(() => network.evaluate(data, { confusion: true })).toThrow(
      "evaluate: confusion: expected at most 1000 classes, got 30000: compare the classes that predict gives",
    );
    const before = process.memoryUsage().heapTotal;
    expect(network.evaluate(data).accuracy).toBeTypeOf("number");
    // The square of 30 000 would be 7 GB.
    expect(process.memoryUsage().heapTotal - before).toBeLessThan(2 ** 28);
    network.dispose();
  });

  it("is refused for values", () => {
    const network = make(1, { loss: new MeanSquaredError() });
    const data = engine.dataset({ inputs: new Float32Array(6), shape: [1, 6], targets: new Float32Array(1) });
    expect(() => network.evaluate(data, { confusion: true })).toThrow(
      "confusion: expected a loss of classes, got a regression loss",
    );
  });
});
