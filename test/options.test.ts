import vm from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { parseNpz, serializeNpz } from "../src/formats/npz.js";
import { loadOnnx, serializeOnnx } from "../src/formats/onnx/onnx.js";
import {
  Adagrad,
  Adam,
  AdamW,
  BatchNorm,
  BinaryCrossEntropy,
  Checkpoint,
  ConstantLR,
  CosineAnnealingLR,
  CsvLogger,
  checkGradients,
  createEngine,
  createOptimizer,
  createSchedule,
  Dense,
  Dropout,
  EarlyStopping,
  ELU,
  type Engine,
  ExponentialLR,
  fit,
  GELU,
  HalfSquaredError,
  Huber,
  iterateMinibatches,
  JsonlLogger,
  LayerNorm,
  LeakyReLU,
  loadCheckpoint,
  loadModel,
  loadWeights,
  MeanAbsoluteError,
  MeanSquaredError,
  MLPClassifier,
  MLPRegressor,
  Network,
  OneCycleLR,
  Preprocessor,
  parseNpy,
  ReduceLROnPlateau,
  RMSProp,
  SGD,
  SoftmaxCrossEntropy,
  StepLR,
  serializeModel,
  serializeWeights,
  trainTestSplit,
} from "../src/index.js";
import { loadMnist } from "../src/node/mnist-files.js";
import { parseCsv, readCsv } from "../src/tables/csv/csv.js";
import { readJsonLines } from "../src/tables/jsonl/jsonl.js";
import { makeNetwork, source, testEngine } from "./training/fixture.js";

const write = () => {};

/** Everything that takes options, as a function of them, and options with which it works. */
const TAKERS: Record<string, [take: (options: never) => unknown, valid: object]> = {
  Dense: [(options) => new Dense(2, 3, options), {}],
  BatchNorm: [(options) => new BatchNorm(2, options), {}],
  LayerNorm: [(options) => new LayerNorm(2, options), {}],
  LeakyReLU: [(options) => new LeakyReLU(options), {}],
  ELU: [(options) => new ELU(options), {}],
  GELU: [(options) => new GELU(options), {}],
  SoftmaxCrossEntropy: [(options) => new SoftmaxCrossEntropy(options), {}],
  BinaryCrossEntropy: [(options) => new BinaryCrossEntropy(options), {}],
  MeanSquaredError: [(options) => new MeanSquaredError(options), {}],
  HalfSquaredError: [(options) => new HalfSquaredError(options), {}],
  MeanAbsoluteError: [(options) => new MeanAbsoluteError(options), {}],
  Huber: [(options) => new Huber(options), {}],
  SGD: [(options) => new SGD(options), {}],
  RMSProp: [(options) => new RMSProp(options), {}],
  Adagrad: [(options) => new Adagrad(options), {}],
  Adam: [(options) => new Adam(options), {}],
  AdamW: [(options) => new AdamW(options), {}],
  ConstantLR: [(options) => new ConstantLR(options), {}],
  StepLR: [(options) => new StepLR(options), { stepSize: 2 }],
  ExponentialLR: [(options) => new ExponentialLR(options), { gamma: 0.5 }],
  CosineAnnealingLR: [(options) => new CosineAnnealingLR(options), { totalSteps: 5 }],
  OneCycleLR: [(options) => new OneCycleLR(options), { totalSteps: 5 }],
  ReduceLROnPlateau: [(options) => new ReduceLROnPlateau(options), {}],
  EarlyStopping: [(options) => new EarlyStopping(options), {}],
  Checkpoint: [(options) => new Checkpoint(options), { write }],
  CsvLogger: [(options) => new CsvLogger(options), { write }],
  JsonlLogger: [(options) => new JsonlLogger(options), { write }],
  MLPClassifier: [(options) => new MLPClassifier(options), {}],
  MLPRegressor: [(options) => new MLPRegressor(options), {}],
  network: [(options) => new Network(engine, [new Dense(2, 3)], options), {}],
  fit: [(options) => fit(makeNetwork(engine), engine.dataset(source(40)), options), {}],
  "data set": [(options) => engine.dataset(source(40), options), {}],
  minibatches: [(options) => iterateMinibatches(engine, engine.matrix(1, 1), engine.labels([0]), 1, options), {}],
  checkGradients: [
    (options) => {
      const layer = new Dense(2, 2);
      layer.attach(engine, 2);
      return checkGradients(engine, layer, engine.matrix(1, 2, [1, 2]), options);
    },
    {},
  ],
};

let engine: Engine;
beforeAll(async () => {
  engine = await testEngine();
});

describe.each(Object.entries(TAKERS))("%s", (_, [take, valid]) => {
  it("takes its options", () => {
    expect(() => take(valid as never)).not.toThrow();
  });

  it("refuses an unknown one by its name, and says which there are", () => {
    expect(() => take({ ...valid, lr: 0.1 } as never)).toThrow(TypeError);
    expect(() => take({ ...valid, lr: 0.1 } as never)).toThrow(/\blr\b/);
  });

  it.each([[null], [5], ["relu"], [[]]])("refuses %j in place of options", (options) => {
    expect(() => take(options as never)).toThrow(/expected an object, got/);
  });
});

/** Objects that have no options, though they are not empty: what is in them would be without effect. */
const CONTAINERS: [string, () => object, RegExp][] = [
  ["a Map", () => new Map([["learningRate", 1]]), /got a Map$/],
  ["a Set", () => new Set([1]), /got a Set$/],
  ["a promise of options", () => Promise.resolve({}), /got a Promise: await it$/],
  ["a Date", () => new Date(), /got a Date$/],
  ["search parameters", () => new URLSearchParams("epochs=3"), /got an URLSearchParams$/],
  ["bytes", () => new Uint8Array(3), /got a Uint8Array of length 3$/],
  ["an instance without options", () => new (class Settings {})(), /got a Settings without any$/],
];

describe.each(CONTAINERS)("in place of options, %s", (_, make, message) => {
  it.each(Object.keys(TAKERS))("is refused by %s", async (name) => {
    const [take] = TAKERS[name] as (typeof TAKERS)[string];
    const container = make();
    expect(() => take(container as never)).toThrow(TypeError);
    expect(() => take(container as never)).toThrow(message);
  });
});

describe("options that are no plain object, but have what is asked for", () => {
  class Settings {
    get learningRate() {
      return 0.25;
    }
  }
  it.each<[string, object]>([
    ["without a prototype", Object.assign(Object.create(null), { learningRate: 0.25 })],
    ["inherited", Object.create({ learningRate: 0.25 })],
    ["accessors of a class", new Settings()],
    ["of another realm", vm.runInNewContext("({ learningRate: 0.25 })")],
  ])("are taken: %s", (_, options) => {
    expect(new Adam(options).learningRate).toBe(0.25);
  });

  it("an empty object of another realm is one without options", () => {
    expect(new Adam(vm.runInNewContext("({})")).learningRate).toBe(0.001);
  });
});

describe("records that are not records", () => {
  const network = () => makeNetwork(engine);
  const data = () => engine.dataset(source(40));
  it.each<[string, (value: never) => unknown]>([
    ["classWeights", (value) => fit(network(), data(), { classWeights: value })],
    ["state", (value) => network().loadStateDict(value)],
    ["optimizer state", (value) => network().optimizer.loadStateDict(value)],
    ["metadata", (value) => serializeModel(network(), value)],
    ["metadata", (value) => serializeOnnx(network(), { metadata: value })],
    ["kinds", (value) => parseCsv("a,b\n1,x\n2,y\n", "f", { kinds: value })],
    ["wasmUrl", (value) => createEngine({ wasmUrl: value })],
  ])("are refused: %s", async (name, take) => {
    for (const value of [new Map([["a", 1]]), new Set([1]), Promise.resolve({}), 5, "text"]) {
      const attempt = async () => take(value as never);
      if (name === "wasmUrl" && value === "text") continue;
      await expect(attempt(), `${name}: ${value}`).rejects.toThrow(TypeError);
      await expect(attempt()).rejects.toThrow(name);
    }
  });

  it("and numbers that are infinite as floats", () => {
    const made = [
      () => new SGD({ learningRate: 1e39 }),
      () => new SGD({ weightDecay: 1e39 }),
      () => new LeakyReLU({ negativeSlope: -1e39 }),
      () => new Dense(2, 1, { learningRate: 1e39 }),
      () => new Huber({ delta: 1e39 }),
    ];
    for (const make of made) expect(make).toThrow("(too large for float32)");
  });

  it("and an empty record of class weights, which weighs nothing", () => {
    expect(() => fit(network(), data(), { classWeights: {} })).toThrow(
      "classWeights: expected a weight for at least one class",
    );
    expect(() => fit(network(), data(), { classWeights: [] })).toThrow(RangeError);
  });
});

describe("an option that could have no effect is refused, and says what is missing", () => {
  it.each<[string, () => unknown]>([
    [
      "scheduleMetric: expected a schedule beside it that watches a metric, got none",
      () => fit(makeNetwork(engine), engine.dataset(source(40)), { scheduleMetric: "trainLoss" }),
    ],
    ["dampening: expected a momentum above 0 with it, got none", () => new SGD({ dampening: 0.5 })],
    [
      "warmupStart: expected warmupSteps with it, got none",
      () => new CosineAnnealingLR({ totalSteps: 5, warmupStart: 0.5 }),
    ],
    [
      "classes: expected class indices",
      () => engine.dataset({ ...source(40), targets: new Float32Array(40) }, { classes: 3 }),
    ],
    [
      "sparse: true: expected a first layer",
      () => new Network(engine, [new Dense(2, 3), new Dense(3, 2, { sparse: true })]),
    ],
    ["got checkfinite", () => engine.matrix(1, 1, [1], { checkfinite: false } as never)],
    [
      "got checkfinite",
      () => engine.csr(1, 1, { indptr: [0, 0], indices: [], values: [] }, { checkfinite: false } as never),
    ],
  ])("%s", (message, make) => {
    expect(make).toThrow(message);
  });
});

describe("options of a wrong type", () => {
  it.each<[string, () => unknown]>([
    ["Dense: inputs", () => new Dense("2" as never, 3)],
    ["Dense: outputs", () => new Dense(2, undefined as never)],
    ["Dense: learningRate", () => new Dense(2, 3, { learningRate: "0.1" as never })],
    ["Dropout: rate", () => new Dropout({ rate: 0.1 } as never)],
    ["BatchNorm: momentum", () => new BatchNorm(2, { momentum: "0.1" as never })],
    ["BatchNorm: epsilon", () => new BatchNorm(2, { epsilon: "0.1" as never })],
    ["LayerNorm: features", () => new LayerNorm("2" as never)],
    ["LeakyReLU: negativeSlope", () => new LeakyReLU({ negativeSlope: "0.1" as never })],
    ["ELU: alpha", () => new ELU({ alpha: null as never })],
    ["labelSmoothing", () => new SoftmaxCrossEntropy({ labelSmoothing: "0.1" as never })],
    ["delta", () => new Huber({ delta: "1" as never })],
    ["patience", () => new EarlyStopping({ patience: "3" as never })],
    ["minDelta", () => new EarlyStopping({ minDelta: "0.1" as never })],
    ["restoreBest", () => new EarlyStopping({ restoreBest: "yes" as never })],
    ["monitor", () => new EarlyStopping({ monitor: 5 as never })],
    ["everyEpochs", () => new Checkpoint({ write, everyEpochs: "2" as never })],
    ["onImprovement", () => new Checkpoint({ write, onImprovement: { metric: "valLoss" } as never })],
  ])("%s", (name, make) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(name);
  });
});

describe("what is not what a reader or a writer takes", () => {
  const table = parseCsv("a,b\n1,x\n2,y\n");
  it.each<[string, () => unknown]>([
    ["model: expected a Uint8Array", () => loadModel(undefined as never, new ArrayBuffer(8) as never)],
    ["expected a Uint8Array, got an ArrayBuffer", () => loadCheckpoint(new ArrayBuffer(8) as never)],
    ["expected a Uint8Array, got undefined", () => loadWeights(undefined as never, undefined as never)],
    ["onnx: expected a Uint8Array", () => loadOnnx(undefined as never, "file.onnx" as never)],
    ["npy: expected a Uint8Array", () => parseNpy([1, 2] as never)],
    ["npz: expected a Uint8Array", () => parseNpz(null as never)],
    ["got maxbytes", () => parseNpz(new Uint8Array(), "npz", { maxbytes: 1 } as never)],
    ["got compressed", () => serializeNpz([], { compressed: true } as never)],
    ["got opst", () => serializeOnnx(undefined as never, { opst: 17 } as never)],
    ["got order", () => serializeWeights(undefined as never, { order: "pytorch" } as never)],
    ["got test_size", () => trainTestSplit(10, { test_size: 0.5 } as never)],
    ["rows: expected a number", () => trainTestSplit("10" as never)],
    ["text: expected a string", () => parseCsv(undefined as never)],
    [
      'CSV: name: expected a string, got an object with the keys "header"',
      () => parseCsv("a\n1\n", { header: true } as never),
    ],
    ["got sep", () => parseCsv("a\n1\n", "f", { sep: ";" } as never)],
    ["open: expected a function", () => readCsv("iris.csv" as never)],
    ["got sep", () => readJsonLines([], "f", { sep: ";" } as never)],
    ["got dir", () => loadMnist({ dir: "x" } as never)],
    [
      'scaling: expected "standard" or "minmax", got the string "robust"',
      () => Preprocessor.fit(table, "b", { scaling: "robust" as never }),
    ],
    ['task: expected "classification"', () => Preprocessor.fit(table, "b", { task: "ranking" as never })],
  ])("is refused: %s", async (message, make) => {
    const attempt = async () => make();
    await expect(attempt()).rejects.toThrow(message);
  });
});

it("a layer whose weights no memory can hold is refused before they are drawn", async () => {
  const engine = await createEngine({ threads: 1 });
  const { state } = engine.random;
  expect(() => new Network(engine, [new Dense(1e6, 1e6)])).toThrow(
    "layer 0 (Dense): expected at most 1073741824 weights, got 1000000 × 1000000",
  );
  expect(engine.random.state).toEqual(state);
});

describe("options of fit of a wrong type", () => {
  it.each<[string, unknown]>([
    ["epochs", "3"],
    ["batchSize", "32"],
    ["accumulate", "2"],
    ["shuffle", "no"],
    ["dropLast", 1],
    ["evaluateTraining", 0],
    ["validation", [[1, 2]]],
    ["validation", null],
    ["sampleWeights", 5],
    ["signal", 5],
    ["onProgress", 5],
    ["resume", {}],
    ["resume", new Uint8Array(3)],
    ["resume", "run.safetensors"],
    ["callbacks", () => {}],
  ])("%s: %j", (name, value) => {
    const network = makeNetwork(engine);
    const data = engine.dataset(source(40));
    const start = () => fit(network, data, { [name]: value });
    expect(start).toThrow(TypeError);
    expect(start).toThrow(name === "batchSize" ? "batch size" : name);
  });

  it("data and network", () => {
    const network = makeNetwork(engine);
    for (const data of [undefined, [[1, 2]], { inputs: [1], targets: [0] }]) {
      expect(() => fit(network, data as never)).toThrow(/fit: data: expected a Dataset/);
    }
    expect(() => fit(undefined as never, engine.dataset(source(40)))).toThrow(/fit: network: expected a Network/);
  });
});

it("an engine refuses unknown options and what is no flag", async () => {
  await expect(createEngine({ thread: 2 } as never)).rejects.toThrow(/got thread$/);
  await expect(createEngine({ deterministic: "yes" } as never)).rejects.toThrow(TypeError);
});

it("what configs say is what constructors take", () => {
  for (const optimizer of [new SGD(), new RMSProp(), new Adagrad(), new Adam({ clipNorm: 1 }), new AdamW()]) {
    expect(createOptimizer(optimizer.config() as never).config()).toEqual(optimizer.config());
  }
  const schedules = [new ConstantLR(), new StepLR({ stepSize: 2 }), new ExponentialLR({ gamma: 0.5 })];
  const others = [new CosineAnnealingLR({ totalSteps: 3 }), new OneCycleLR({ totalSteps: 3 }), new ReduceLROnPlateau()];
  for (const schedule of [...schedules, ...others]) {
    expect(createSchedule(schedule.config() as never).config()).toEqual(schedule.config());
  }
});
