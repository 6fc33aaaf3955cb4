import * as library from "../../src/index.js";
import { type Case, type Cases, call, make, method, options } from "./cases.js";
import { checkpoint, data, engine, network, run, write } from "./fixture.js";

const monitor = { monitor: () => "trainLoss", mode: () => "min", minDelta: () => 0.1 };

/** A network and data that fit each other; what both take is in use before `fit` is called. */
const problem = () => ({ network: network(), data: data() });

const fitOptions = options(
  "fit",
  async (given: library.FitOptions, own) => {
    const { network: trained, data: rows } = own as ReturnType<typeof problem>;
    await library.fit(trained, rows, { epochs: 1, ...given }).return();
  },
  {
    epochs: () => 2,
    batchSize: () => 4,
    shuffle: () => true,
    random: () => new library.Random(1),
    dropLast: () => true,
    validation: data,
    validationSplit: () => 0.5,
    evaluateTraining: () => true,
    classWeights: { value: () => [1, 1, 1], takes: [] },
    sampleWeights: () => new Float32Array(40).fill(1),
    accumulate: () => 1,
    schedule: { value: () => new library.StepLR({ stepSize: 1 }) },
    scheduleMetric: { value: () => "trainLoss", beside: () => ({ schedule: new library.ReduceLROnPlateau() }) },
    callbacks: () => [new library.EarlyStopping({ monitor: "trainLoss" })],
    resume: () => library.loadCheckpoint(checkpoint),
    signal: () => new AbortController().signal,
    onProgress: () => write,
    onWarning: () => write,
  },
  problem,
);

export const trainingOptions = [
  fitOptions,
  options("EarlyStopping", (given: library.EarlyStoppingOptions) => new library.EarlyStopping(given), {
    ...monitor,
    patience: () => 3,
    restoreBest: () => true,
  }),
  options("Checkpoint", (given: library.CheckpointOptions) => new library.Checkpoint(given), {
    write: { value: () => write, required: true },
    everyEpochs: () => 2,
    everyBatches: () => 2,
    onImprovement: () => ({ monitor: "trainLoss" }),
    metadata: () => ({}),
  }),
  options(
    "Checkpoint: onImprovement",
    (given: library.MonitorOptions) => new library.Checkpoint({ write, onImprovement: given }),
    monitor,
  ),
  options("CsvLogger", (given: library.LoggerOptions) => new library.CsvLogger(given), {
    write: { value: () => write, required: true },
  }),
  options("JsonlLogger", (given: library.LoggerOptions) => new library.JsonlLogger(given), {
    write: { value: () => write, required: true },
  }),
];

/** What `resume` consists of. */
export const resumeParts = options(
  "fit: resume",
  async (given: library.CheckpointContents, own) => {
    const { network: trained, data: rows } = own as ReturnType<typeof problem>;
    for await (const _ of library.fit(trained, rows, { epochs: 1, resume: given }));
  },
  Object.fromEntries(
    Object.entries(library.loadCheckpoint(checkpoint)).map(([name, value]) => [
      name,
      // Files of earlier versions have none; what another part is made of is not looked up.
      name === "parts" ? { value: () => value } : { value: () => value, required: true },
    ]),
  ),
  problem,
);

const fresh = () => library.fit(network(), data(), { epochs: 1, onWarning: write });

/** A run fails with whatever is thrown into it. */
const throwing: Case = {
  ...call(
    () => undefined,
    () => [new Error("x")],
    { takes: { 0: "all" } },
  ),
  on: fresh,
  call: async (own, [given]) => {
    const outcome = await (own as library.TrainingRun).throw(given).catch((error) => ({ error }));
    if (!("error" in outcome) || !Object.is(outcome.error, given))
      throw new Error("expected what was thrown, got another");
  },
};

export const trainingCases: Cases = {
  fit: call(
    async (...given) => {
      const [trained, rows, more] = given as unknown as [library.Network, library.Rows, library.FitOptions];
      await library.fit(trained, rows, more).return();
    },
    () => [network(), data()],
    { optional: () => [{ epochs: 1 }] },
  ),
  // What `then` and the like do with what they are given, promises do.
  ...Object.fromEntries(
    ["stop", "run", "next", "return", "then", "catch", "finally"].map((name) => [
      `TrainingRun.${name}`,
      method(fresh, name),
    ]),
  ),
  "TrainingRun.checkpoint": method(() => ({ checkpoint: () => run.checkpoint() }), "checkpoint"),
  "TrainingRun.throw": throwing,

  EarlyStopping: make(library.EarlyStopping, () => [], { optional: () => [{}] }),
  "EarlyStopping.state": method(() => new library.EarlyStopping(), "state"),
  "EarlyStopping.loadState": method(
    () => new library.EarlyStopping(),
    "loadState",
    () => [new library.EarlyStopping().state()],
  ),
  "EarlyStopping.loadState: values": call(
    (values: never) => new library.EarlyStopping().loadState({ values }),
    () => [new library.EarlyStopping().state().values],
  ),
  Checkpoint: make(library.Checkpoint, () => [{ write }]),
  CsvLogger: make(library.CsvLogger, () => [{ write }]),
  JsonlLogger: make(library.JsonlLogger, () => [{ write }]),
  History: make(library.History, () => [], { optional: () => [run.history.reports] }),
  "History.values": method(
    () => run.history,
    "values",
    () => ["trainLoss"],
  ),
  "History.push": method(
    () => new library.History(),
    "push",
    () => [run.history.reports[0]],
  ),
  "History.toJSON": method(() => run.history, "toJSON"),
  "History.toCSV": method(() => run.history, "toCSV"),
  saveCheckpoint: call(
    (...given) => library.saveCheckpoint(...(given as unknown as [never, never])),
    () => [run],
    { optional: () => [{}] },
  ),
  loadCheckpoint: call(
    (...given) => library.loadCheckpoint(...(given as unknown as [never, never])),
    () => [checkpoint],
    { optional: () => ["file"] },
  ),
};

const report = run.history.reports[0] as library.EpochReport;
export const reportParts = options(
  "History.push",
  (given: library.EpochReport) => new library.History().push(given),
  Object.fromEntries(
    Object.entries(report).map(([name, value]) => [
      name,
      {
        value: () => value,
        required: name !== "trainAccuracy",
        // Losses may be anything, and a division by no time gives infinity.
        takes: typeof value === "number" ? ["NaN", "Infinity"] : [],
      },
    ]),
  ),
);

export const iterated = options(
  "iterateMinibatches",
  (given: library.MinibatchOptions, own) => {
    const { inputs, targets } = own as library.Dataset;
    return [...library.iterateMinibatches(engine, inputs, targets, 4, given)];
  },
  {
    shuffle: { value: () => true, takes: [] },
    dropLast: () => true,
    weights: () => engine.matrix(40, 1, new Float32Array(40).fill(1)),
    indices: () => Int32Array.of(1, 2),
    skip: () => 1,
  },
  data,
);
