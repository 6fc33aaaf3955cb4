import { beforeAll, describe, expect, it } from "vitest";
import {
  Adam,
  BatchNorm,
  BinaryCrossEntropy,
  createEngine,
  Dense,
  type DirectStep,
  Dropout,
  type Engine,
  iterateMinibatches,
  Layer,
  type Matrix,
  MeanSquaredError,
  Network,
  Parameter,
  Random,
  ReLU,
  SGD,
  ShapeError,
  SoftmaxCrossEntropy,
} from "../../src/index.js";
import { makeNetwork, source, testEngine } from "../training/fixture.js";

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

describe("evaluation and prediction", () => {
  it.each<[string, (network: Network) => unknown]>([
    ["evaluate", (network) => network.evaluate(engine.dataset(source(40)))],
    ["predict", (network) => network.predict(engine.matrix(2, 2, [1, 2, 3, 4]))],
    ["predictProbabilities", (network) => network.predictProbabilities(engine.matrix(2, 2, [1, 2, 3, 4]))],
  ])("%s is without dropout and batch statistics in training mode, too, which stays on", (_, run) => {
    const layers = [new Dense(2, 32, { init: "heNormal" }), new BatchNorm(32), new Dropout(0.5), new Dense(32, 3)];
    const network = makeNetwork(engine, layers);
    const expected = run(network);
    const state = network.stateDict();
    network.training = true;
    expect(run(network)).toEqual(expected);
    expect(network.training).toBe(true);
    expect(network.stateDict()).toEqual(state);
  });

  it("predictValues, too", () => {
    const layers = [new Dense(2, 8, { init: "heNormal" }), new Dropout(0.9)];
    const network = makeNetwork(engine, layers, { loss: new MeanSquaredError() });
    const input = engine.matrix(1, 2, [1, 2]);
    const expected = network.predictValues(input);
    network.training = true;
    expect(network.predictValues(input)).toEqual(expected);
  });

  it("an error leaves the mode as it was", () => {
    const network = makeNetwork(engine);
    network.training = true;
    expect(() => network.predict(engine.matrix(1, 3, [1, 2, 3]))).toThrow("expected 2 columns");
    expect(network.training).toBe(true);
  });

  it("0/1 labels are right when the room for them makes the memory grow", () => {
    // 2^20 rows of one column: each buffer is as large as the memory at first.
    const rows = 2 ** 20;
    const network = makeNetwork(engine, [new Dense(1, 1, { init: () => 1 })], { loss: new BinaryCrossEntropy() });
    const input = engine.matrix(rows, 1);
    input.data.fill(1);
    expect(network.predict(input).every((label) => label === 1)).toBe(true);
    network.dispose();
    input.dispose();
  });

  it("a data set without rows has nothing to evaluate", () => {
    const empty = engine.dataset({ inputs: new Float32Array(0), shape: [0, 2], targets: new Int32Array(0) });
    expect(() => makeNetwork(engine).evaluate(empty)).toThrow("evaluate: expected at least one row, got none");
    expect(() => makeNetwork(engine).evaluate([[1, 2]] as never)).toThrow(/evaluate: data: expected a Dataset/);
  });
});

describe("a network that cannot be made", () => {
  const used = () => {
    const optimizer = new Adam();
    const loss = new SoftmaxCrossEntropy();
    const layer = new Dense(3, 3);
    makeNetwork(engine, [layer], { optimizer, loss });
    return { optimizer, loss, layer };
  };

  it.each<[string, string, () => Network]>([
    [
      "layers that do not fit",
      "layer 2 (Dense): expected an input",
      () => new Network(engine, [new Dense(2, 64), new ReLU(), new Dense(32, 3)]),
    ],
    [
      "a layer that is used",
      "layer 1 (Dense): this layer already",
      () => new Network(engine, [new Dense(2, 3), used().layer]),
    ],
    [
      "an optimizer that is used",
      "this optimizer already",
      () => new Network(engine, [new Dense(2, 3)], { optimizer: used().optimizer }),
    ],
    ["a loss that is used", "this loss already", () => new Network(engine, [new Dense(2, 3)], { loss: used().loss })],
    [
      "initial weights that are none",
      "layer 1 (Dense): init: expected finite numbers, got NaN as weight 1",
      () => new Network(engine, [new Dense(2, 3), new Dense(3, 2, { init: () => [0, Number.NaN, 0, 0, 0, 0] })]),
    ],
    ["no layer", "layer 0: expected a Layer, got 5", () => new Network(engine, [5 as never])],
    [
      "no loss",
      'loss: expected a Loss, got the string "mse"',
      () => new Network(engine, [new Dense(2, 3)], { loss: "mse" as never }),
    ],
    [
      "no optimizer",
      'optimizer: expected an Optimizer, got the string "adam"',
      () => new Network(engine, [new Dense(2, 3)], { optimizer: "adam" as never }),
    ],
  ])("%s: leaves memory and generator as they were", (_, message, make) => {
    // What `used` makes stays: it is no part of what fails.
    const before = { bytes: 0, state: engine.random.state };
    const remember = engine.memory.bytesInUse;
    used();
    const perUsed = engine.memory.bytesInUse - remember;
    before.bytes = engine.memory.bytesInUse;
    before.state = engine.random.state;
    expect(make).toThrow(message);
    const made = /already/.test(message) ? perUsed : 0;
    expect(engine.memory.bytesInUse).toBe(before.bytes + made);
    if (made === 0) expect(engine.random.state).toEqual(before.state);
  });

  it("leaves what another network uses alone", () => {
    const { optimizer, loss, layer } = used();
    const network = makeNetwork(engine, [new Dense(2, 3)]);
    expect(() => new Network(engine, [new Dense(2, 3), layer])).toThrow();
    expect(() => new Network(engine, [new Dense(2, 3)], { optimizer })).toThrow();
    expect(() => new Network(engine, [new Dense(2, 3)], { loss })).toThrow();
    expect(layer.forward(engine.matrix(1, 3, [1, 2, 3])).columns).toBe(3);
    expect(() => optimizer.step()).not.toThrow();
    expect(loss.compute(engine.matrix(1, 3, [1, 2, 3]), engine.labels([0]))).toBeGreaterThan(0);
    network.dispose();
  });
});

describe("matrices, labels and data sets of another engine", () => {
  it("are refused: their addresses mean something else here", async () => {
    const other = await testEngine();
    const network = makeNetwork(engine);
    const message = "of another engine";
    expect(() => network.evaluate(other.dataset(source(40)))).toThrow(message);
    const input = engine.matrix(2, 2, [1, 2, 3, 4]);
    expect(() => network.train(input, other.labels([0, 1]))).toThrow(message);
    expect(() => network.train(input, engine.labels([0, 1]), other.matrix(2, 1, [1, 1]))).toThrow(message);
    const weights = other.matrix(40, 1, new Float32Array(40).fill(1));
    expect(() => network.evaluate({ ...engine.dataset(source(40)), weights })).toThrow(message);
    expect(() => network.predict(other.matrix(1, 2, [1, 2]))).toThrow("of another");
  });

  it("iterateMinibatches refuses them, weights of other rows and what is none of its options' values", async () => {
    const { inputs, targets } = engine.dataset(source(40));
    const batches = (options: object) => () => iterateMinibatches(engine, inputs, targets, 4, options);
    const other = await testEngine();
    expect(() => iterateMinibatches(other, inputs, targets, 4)).toThrow("of another engine");
    expect(batches({ weights: engine.matrix(1, 1, [1]) })).toThrow("weights: expected 40 × 1, got 1 × 1");
    expect(batches({ weights: [1] })).toThrow(TypeError);
    expect(batches({ skip: -1 })).toThrow("skip: expected an integer of at least 0");
    expect(batches({ shuffle: 5 })).toThrow(TypeError);
    expect(batches({ dropLast: "no" })).toThrow(TypeError);
    expect(batches({ indices: [1, 2] })).toThrow("indices: expected an Int32Array");
  });
});

describe("labels", () => {
  it.each([[Number.NaN], [-2], [2.5], [0]])("refuse %j as the number of classes", (classes) => {
    expect(() => engine.labels([0, 1], classes)).toThrow("labels: classes: expected an integer of at least 1");
  });

  it("refuse a text as the number of classes", () => {
    expect(() => engine.labels([0, 1], "3" as never)).toThrow('labels: classes: expected a number, got the string "3"');
  });

  it("refuse what is no list", () => {
    expect(() => engine.labels(undefined as never)).toThrow(TypeError);
  });
});

describe("a refused or failed step", () => {
  const input = () => engine.matrix(2, 2, [1, 2, 3, 4]);

  it("of targets that the loss cannot take leaves statistics and the generator as they were", () => {
    const network = makeNetwork(engine, [new Dense(2, 4), new BatchNorm(4), new Dropout(0.5), new Dense(4, 3)]);
    const before = [network.stateDict(), engine.random.state];
    for (const targets of [engine.labels([0, 5]), engine.labels([0]), engine.matrix(2, 3, [1, 2, 3, 4, 5, 6])]) {
      expect(() => network.train(input(), targets)).toThrow(RangeError);
    }
    expect(() => network.train(input(), engine.labels([0, 1]), engine.matrix(3, 1))).toThrow("weights");
    expect([network.stateDict(), engine.random.state]).toEqual(before);
  });

  it("of a layer that fails on the way back leaves no gradient behind", () => {
    class Fails extends Layer {
      fails = false;
      override backward(_: Matrix, gradOutput: Matrix): Matrix {
        if (this.fails) throw new RangeError("now");
        return gradOutput;
      }
    }
    const trained = (fails: boolean) => {
      engine.random.state = new Random(1).state;
      const layer = new Fails();
      const network = makeNetwork(engine, [new Dense(2, 4), layer, new Dense(4, 3)], {
        optimizer: new SGD({ learningRate: 0.1, momentum: 0.9 }),
      });
      layer.fails = fails;
      if (fails) expect(() => network.train(input(), engine.labels([0, 1]))).toThrow("layer 1 (Fails): now");
      layer.fails = false;
      network.train(input(), engine.labels([0, 1]));
      return network.stateDict();
    };
    expect(trained(true)).toEqual(trained(false));
  });
});

describe("a step of plain gradient descent", () => {
  /** y = x + shift, which hands the step on or does not. */
  class Shift extends Layer {
    readonly #handsOn: boolean;
    #shift!: Parameter;

    constructor(handsOn: boolean) {
      super();
      this.#handsOn = handsOn;
    }
    override attach(engine: Engine, columns: number | undefined): number | undefined {
      this.#shift = new Parameter(engine, "shift", [3]);
      return columns;
    }
    override parameters(): readonly Parameter[] {
      return [this.#shift];
    }
    override backward(_: Matrix, gradOutput: Matrix, step?: DirectStep): Matrix {
      const { rows, data } = gradOutput;
      const sums = [0, 1, 2].map((j) => data.reduce((sum, value, i) => (i % 3 === j ? sum + value : sum), 0));
      expect(rows).toBe(2);
      this.#shift.addGradient(sums, this.#handsOn ? step : undefined);
      return gradOutput;
    }
  }
  const made = (layer: Layer) => {
    engine.random.state = new Random(1).state;
    return makeNetwork(engine, [new Dense(2, 3), layer]);
  };
  const input = () => engine.matrix(2, 2, [1, 2, 3, 4]);
  const labels = () => engine.labels([0, 1]);

  it("moves the parameters of custom layers, too, whether they hand it on or not", () => {
    const [direct, after] = [made(new Shift(true)), made(new Shift(false))];
    const before = direct.stateDict();
    for (const network of [direct, after]) network.train(input(), labels());
    for (const [name, { data }] of Object.entries(direct.stateDict())) {
      expect(data).not.toEqual(before[name]?.data);
      const other = after.stateDict()[name]?.data as Float32Array;
      for (let i = 0; i < data.length; ++i) expect(other[i]).toBeCloseTo(data[i] as number, 6);
    }
    for (const parameter of after.parameters()) expect(parameter.hasGradient).toBe(false);
  });

  it("is over when a backward pass fails: what comes after it adds gradients, and moves nothing", () => {
    const layer = new Layer();
    const network = made(layer);
    layer.backward = () => {
      throw new RangeError("now");
    };
    expect(() => network.train(input(), labels())).toThrow("layer 1 (Layer): now");
    const before = network.stateDict();
    const [dense] = network.layers;
    network.forward(input());
    dense?.learn(input(), engine.matrix(2, 3, [1, 2, 3, 4, 5, 6]));
    expect(network.stateDict()).toEqual(before);
    expect(network.parameters().map((parameter) => [...parameter.gradient()])).toEqual([
      [13, 17, 21, 18, 24, 30],
      [5, 7, 9],
    ]);
  });
});

describe("what a layer gives", () => {
  const network = (layer: Layer, loss?: MeanSquaredError) =>
    makeNetwork(engine, [new Dense(2, 3), layer], loss ? { loss } : {});
  const giving = (give: (input: Matrix) => Matrix) => Object.assign(new Layer(), { forward: give });
  const input = () => engine.matrix(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]);

  it("lies in the network's memory, has the rows of the input and the columns that attach said", async () => {
    const other = await testEngine();
    const cases: [string, (input: Matrix) => Matrix, string][] = [
      ["another engine's", () => other.matrix(4, 3), "output: expected one of the same engine"],
      ["half the rows", (given) => given.slice(0, 2), "output: expected 4 × 3, got 2 × 3"],
      ["more columns", () => engine.matrix(4, 5), "output: expected 4 × 3, got 4 × 5"],
    ];
    for (const [, give, message] of cases) {
      expect(() => network(giving(give)).predictProbabilities(input())).toThrow(`layer 1 (Layer): ${message}`);
    }
  });

  it("needs backward beside forward to be trained, and not to predict", () => {
    const own = network(giving((given) => given));
    expect(own.predict(input())).toHaveLength(4);
    expect(() => own.train(input(), engine.labels([0, 1, 2, 0]))).toThrow(
      "layer 1 (Layer): expected backward beside forward, got forward alone",
    );
  });

  it("may be disposed of by who is given it: the network works on", () => {
    const own = makeNetwork(engine);
    const before = [...own.logits(input()).data];
    own.logits(input()).dispose();
    expect([...own.logits(input()).data]).toEqual(before);
  });

  it("is no class where softmax has one output", () => {
    const own = makeNetwork(engine, [new Dense(2, 1)]);
    for (const ask of [() => own.predict(input()), () => own.predictProbabilities(input())]) {
      expect(ask).toThrow(ShapeError);
      expect(ask).toThrow("softmax: expected at least 2 outputs, one for each class, got 1");
    }
  });

  it("is refused before weights are drawn that the memory has no room for", async () => {
    const small = await createEngine({ threads: 1, maximumBytes: 2 ** 22, tile: "4x8" });
    let drawn = 0;
    const layer = new Dense(4096, 4096, { init: () => ++drawn });
    expect(() => new Network(small, [layer])).toThrow("linear memory");
    expect(drawn).toBe(0);
  });
});
