import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serializeOnnx } from "../src/formats/onnx/onnx.js";
import {
  Adagrad,
  Adam,
  AdamW,
  BatchNorm,
  BinaryCrossEntropy,
  CosineAnnealingLR,
  createEngine,
  Dense,
  Dropout,
  EarlyStopping,
  ELU,
  type Engine,
  type FitOptions,
  fit,
  GELU,
  HalfSquaredError,
  Huber,
  type Layer,
  LayerNorm,
  LeakyReLU,
  type Loss,
  loadModel,
  type Matrix,
  MeanAbsoluteError,
  MeanSquaredError,
  Network,
  OneCycleLR,
  type Optimizer,
  ReduceLROnPlateau,
  ReLU,
  RMSProp,
  SGD,
  Sigmoid,
  SiLU,
  Softplus,
  StepLR,
  saveCheckpoint,
  serializeModel,
  serializeWeights,
  Tanh,
} from "../src/index.js";
import { numbers } from "./kernels/fixture.js";

/**
 * SHA-256 of what runs leave behind: weights, models, checkpoints without their times, ONNX files. A refactoring changes none of
 * them. Who changes one changes everybody's results or files: that needs its reason in the commit and a line in the CHANGELOG.
 * `RECORD_BEHAVIOUR=1 npx vitest run test/behaviour.test.ts` prints what is found.
 */
const recorded = JSON.parse(readFileSync(new URL("recorded/behaviour.json", import.meta.url), "utf8")) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

const [ROWS, INPUTS, CLASSES] = [200, 37, 5];
const command = fileURLToPath(new URL("../build/cli/main.js", import.meta.url));

interface Case {
  readonly layers: () => Layer[];
  readonly loss?: () => Loss;
  readonly optimizer?: () => Optimizer;
  readonly data?: "bytes" | "sparse";
  readonly options?: (engine: Engine) => FitOptions;
  /** Not every layer has an ONNX operator in the opset that is written. */
  readonly onnx?: false;
}

const net = (activation: () => Layer = () => new ReLU(), outputs = CLASSES) => [
  new Dense(INPUTS, 24),
  activation(),
  new Dense(24, outputs),
];

const CASES: Readonly<Record<string, Case>> = {
  dense: { layers: () => net(), options: () => ({ validationSplit: 0.2 }) },
  bytes: { layers: () => net(), data: "bytes", optimizer: () => new SGD({ learningRate: 0.05 }) },
  sparse: { layers: () => net(), data: "sparse" },
  momentum: { layers: () => net(), optimizer: () => new SGD({ learningRate: 0.05, momentum: 0.9, nesterov: true }) },
  rmsprop: { layers: () => net(() => new SiLU()), optimizer: () => new RMSProp({ momentum: 0.5 }) },
  adagrad: { layers: () => net(() => new GELU()), optimizer: () => new Adagrad() },
  adam: { layers: () => net(() => new Tanh()), optimizer: () => new Adam({ weightDecay: 0.01 }) },
  adamw: { layers: () => net(() => new ELU({ alpha: 0.5 })), optimizer: () => new AdamW() },
  dropout: {
    layers: () => [
      new Dense(INPUTS, 24),
      new LeakyReLU({ negativeSlope: 0.1 }),
      new Dropout(0.3),
      new Dense(24, CLASSES),
    ],
  },
  norms: {
    layers: () => [
      new Dense(INPUTS, 24, { init: "orthogonal" }),
      new BatchNorm(24),
      new Softplus(),
      new Dense(24, 16),
      new LayerNorm(16),
      new GELU({ approximate: "tanh" }),
      new Dense(16, CLASSES),
    ],
    optimizer: () => new Adam(),
  },
  binary: { layers: () => net(() => new Sigmoid(), 3), loss: () => new BinaryCrossEntropy() },
  squared: {
    layers: () => net(undefined, 3),
    loss: () => new MeanSquaredError(),
    options: () => ({ schedule: new StepLR({ stepSize: 1 }) }),
  },
  half: {
    layers: () => net(undefined, 3),
    loss: () => new HalfSquaredError({ reduction: "sum" }),
    optimizer: () => new SGD({ learningRate: 1e-3 }),
  },
  absolute: {
    layers: () => net(undefined, 3),
    loss: () => new MeanAbsoluteError(),
    options: () => ({ schedule: new CosineAnnealingLR({ totalSteps: 3 }) }),
  },
  huber: {
    layers: () => net(undefined, 3),
    loss: () => new Huber({ delta: 0.5 }),
    options: () => ({ schedule: new ReduceLROnPlateau({ patience: 0 }), scheduleMetric: "trainLoss" }),
  },
  "one cycle": {
    layers: () => net(),
    optimizer: () => new Adam(),
    options: () => ({ schedule: new OneCycleLR({ totalSteps: 21 }), classWeights: "balanced", accumulate: 2 }),
  },
  stopping: {
    layers: () => net(),
    optimizer: () => new Adam({ learningRate: 0.02 }),
    options: () => ({ epochs: 12, validationSplit: 0.3, callbacks: [new EarlyStopping({ patience: 2 })] }),
  },
};

function sha256(...parts: readonly (Uint8Array | Float32Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** The file with its times taken out: those of the epochs and of the one under way. */
function withoutTimes(checkpoint: Uint8Array): Uint8Array {
  const bytes = Buffer.from(checkpoint);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<string, { data_offsets: [number, number] }> & {
    __metadata__: Record<string, string>;
  };
  const state = JSON.parse(header.__metadata__.state as string);
  const timed = ["trainSeconds", "evalSeconds", "samplesPerSecond"];
  for (const [part, { epochs, numbers: names }] of state.history.entries()) {
    const begin = start + (header[`history.${part}`]?.data_offsets[0] as number);
    for (let epoch = 0; epoch < epochs; ++epoch) {
      for (const [column, name] of names.entries()) {
        if (timed.includes(name)) bytes.writeDoubleLE(0, begin + (epoch * names.length + column) * 8);
      }
    }
  }
  state.position.seconds = 0;
  header.__metadata__.state = JSON.stringify(state);
  return Buffer.concat([Buffer.from(JSON.stringify(header)), bytes.subarray(start)]);
}

function rowsOf({ data }: Case, outputs: number, valued: boolean) {
  const values = numbers(ROWS * INPUTS, 3);
  const bytes = Uint8Array.from(values, (value) => Math.max(0, value * 300));
  const inputs = data === "bytes" ? bytes : data === "sparse" ? values.map((x) => (x > 0.7 ? x : 0)) : values;
  const labels = Int32Array.from({ length: ROWS }, (_, row) => (row * row) % CLASSES);
  const targets = valued
    ? numbers(ROWS * outputs, 5).map((value) => (outputs === 3 ? value : Math.abs(value)))
    : labels;
  return { inputs, shape: [ROWS, INPUTS], targets, ...(data === "bytes" && { scale: 1 / 255 }) };
}

function check(name: string, outcome: Readonly<Record<string, string>>): void {
  if (process.env.RECORD_BEHAVIOUR) console.log(`RECORD ${JSON.stringify({ [name]: outcome })}`);
  else expect(outcome).toEqual(recorded[name]);
}

function predictions(network: Network, input: Matrix): Float32Array {
  return network.loss.activation === "identity" ? network.predictValues(input) : network.predictProbabilities(input);
}

async function outcomeOf(each: Case): Promise<Record<string, string>> {
  const engine = await createEngine({ deterministic: true, seed: 42, threads: 1 });
  const loss = each.loss?.();
  const binary = loss instanceof BinaryCrossEntropy;
  const optimizer = each.optimizer?.();
  const network = new Network(engine, each.layers(), { ...(loss && { loss }), ...(optimizer && { optimizer }) });
  const source = rowsOf(each, 3, loss !== undefined);
  if (binary) source.targets = (source.targets as Float32Array).map((value) => Number(value > 0));
  const data = engine.dataset(source);
  const run = fit(network, data, { epochs: 3, ...each.options?.(engine) });
  const history = await run;
  const checkpoint = saveCheckpoint(run);
  const model = serializeModel(network, { note: "kept" });
  const outcome = {
    weights: sha256(...Object.values(network.stateDict()).map((array) => array.data)),
    losses: sha256(JSON.stringify(history.reports.map(({ trainLoss, valLoss }) => [trainLoss, valLoss]))),
    checkpoint: sha256(withoutTimes(checkpoint)),
    model: sha256(model),
    "state dict": sha256(serializeWeights(network)),
    onnx: sha256(serializeOnnx(network)),
    predictions: sha256(predictions(network, engine.matrix(ROWS, INPUTS, numbers(ROWS * INPUTS, 8)))),
    evaluation: sha256(JSON.stringify(network.evaluate(data))),
    reloaded: sha256(serializeModel(loadModel(engine, model), { note: "kept" })),
  };
  engine.dispose();
  return outcome;
}

describe("what runs of the library leave behind is as recorded", () => {
  it.each(Object.entries(CASES))("%s", async (name, each) => {
    check(name, await outcomeOf(each));
  });
});

/** Runs that take the simd binary: without the flag Node 20 has no other, and the estimators have no option for it. */
const SCRIPT = `
  const { createHash } = await import("node:crypto");
  const { readFileSync } = await import("node:fs");
  const { MLPClassifier, MLPRegressor } = await import(process.argv[1]);
  const read = (path) => readFileSync(path, "utf8").trim().split("\\n").slice(1).map((line) => line.split(","));
  const [iris, diabetes] = [read(process.argv[2]), read(process.argv[3])];
  const X = (rows) => rows.map((row) => row.slice(0, -1).map(Number));
  const result = {};
  const note = (name, { coefs, intercepts, lossCurve, validationScores }, given) => {
    const hash = createHash("sha256");
    for (const array of [...coefs, ...intercepts]) hash.update(array);
    hash.update(JSON.stringify([lossCurve, validationScores, Array.from(given.data ?? given)]));
    result[name] = hash.digest("hex");
  };
  for (const solver of ["adam", "sgd"]) {
    const options = { solver, maxIter: 12, randomState: 5, hiddenLayerSizes: [12, 7], earlyStopping: solver === "sgd" };
    const classifier = await new MLPClassifier(options).fit(X(iris), iris.map((row) => row.at(-1)));
    note("classifier " + solver, classifier, classifier.predictProba(X(iris)));
    const regressor = await new MLPRegressor({ ...options, earlyStopping: false, learningRateInit: 1e-4 })
      .fit(X(diabetes), diabetes.map((row) => Number(row.at(-1))));
    note("regressor " + solver, regressor, regressor.predict(X(diabetes)));
  }
  console.log(JSON.stringify(result));
`;

function node(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
  return stdout;
}

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe("what estimators learn is as recorded", () => {
  it.runIf(process.versions.node.startsWith("20."))("classifiers and regressors", () => {
    const library = new URL("../build/index.js", import.meta.url).href;
    const data = [path("../samples/iris.csv"), path("../samples/diabetes.csv")];
    check("estimators", JSON.parse(node("--input-type=module", "--eval", SCRIPT, library, ...data)));
  });
});

describe("what the command writes is as recorded", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "behaviour-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const RUNS: Readonly<Record<string, readonly string[]>> = {
    "table of classes": [
      path("../samples/iris.csv"),
      "--hidden",
      "100",
      "--epochs",
      "30",
      "--activation",
      "leaky-relu",
      "--dropout",
      "0.1",
    ],
    "table of values": [
      path("../samples/diabetes.csv"),
      "--hidden",
      "100",
      "--epochs",
      "20",
      "--optimizer",
      "adamw",
      "--schedule",
      "cosine",
    ],
    "binary table": [
      path("../samples/breast-cancer.csv"),
      "--hidden",
      "100",
      "--early-stopping",
      "none",
      "--epochs",
      "9",
      "--init",
      "he-normal",
    ],
    mnist: ["mnist", "--epochs", "1"],
  };

  it.each(Object.entries(RUNS))("%s", (name, words) => {
    const out = join(folder, name);
    node(command, "train", ...words, "--deterministic", "--seed", "3", "--threads", "1", "--out", out);
    const file = (written: string) => readFileSync(join(out, written));
    const outcome: Record<string, string> = {
      model: sha256(file("model.safetensors")),
      checkpoint: sha256(withoutTimes(file("checkpoint.safetensors"))),
    };
    for (const format of ["onnx", "npz", "safetensors"]) {
      node(command, "export", out, "--format", format, "--out", join(out, `exported.${format}`));
      outcome[format] = sha256(file(`exported.${format}`));
    }
    if (name !== "mnist") {
      outcome.predictions = sha256(node(command, "predict", out, words[0] as string));
      const { model: _path, ...evaluation } = JSON.parse(
        node(command, "evaluate", out, words[0] as string, "--json")
          .trim()
          .split("\n")
          .at(-1) as string,
      );
      outcome.evaluation = sha256(JSON.stringify(evaluation));
    }
    check(name, outcome);
  });
});
