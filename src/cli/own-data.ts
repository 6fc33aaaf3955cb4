/** `simdgrad train data.csv`, and prediction with what it wrote: the model file carries its preprocessing. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Papa from "papaparse";
import { parseCsv } from "../data/csv.js";
import type { Dataset } from "../data/dataset.js";
import { Preprocessor, type TargetTask } from "../data/preprocessing.js";
import { findColumn, selectRows, type Table } from "../data/table.js";
import { trainTestSplit } from "../data/train-test-split.js";
import { createEngine, type Engine } from "../engine.js";
import { FormatError } from "../errors.js";
import { loadModel, serializeModel } from "../formats/model.js";
import { parseSafetensors } from "../formats/safetensors.js";
import { Dense } from "../layers/dense.js";
import type { Layer } from "../layers/layer.js";
import { ReLU } from "../layers/relu.js";
import { MeanSquaredError } from "../losses/regression.js";
import { SoftmaxCrossEntropy } from "../losses/softmax-cross-entropy.js";
import { classScores } from "../metrics.js";
import { Network } from "../network.js";
import { createOptimizer } from "../optimizers/create.js";
import { type EpochReport, fit } from "../trainer.js";
import type { Callback } from "../training/callbacks.js";
import { EarlyStopping } from "../training/early-stopping.js";
import { prepareFolder, writeWhole } from "./files.js";
import { TrainingDisplay } from "./progress.js";
import { isInteractive } from "./terminal.js";

/** The command's options, checked by the parser. */
export interface TrainCsvOptions {
  readonly target: string;
  readonly task?: TargetTask;
  readonly hidden: readonly number[];
  readonly optimizer: string;
  readonly learningRate?: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly earlyStopping?: number;
  readonly validationSplit: number;
  readonly testSplit: number;
  readonly classWeights: "balanced" | "none";
  readonly seed: number;
  readonly threads: number | "auto";
  readonly out?: string;
  readonly json?: boolean;
}

/** Trains on the table in a CSV file and tests on rows set aside. */
export async function trainCsv(path: string, options: TrainCsvOptions): Promise<void> {
  const screen = options.json ? process.stderr : process.stdout;
  const say = (text: string) => screen.write(`${text}\n`);
  const table = await readTable(path);
  const out = options.out ?? join("runs", new Date().toISOString().replace(/[:.]/g, "-"));
  const { seed } = options;
  const { config } = Preprocessor.fit(table, options.target, options.task);
  const stratify = config.classes && Array.from(findColumn(table, options.target).values as ArrayLike<string>);
  const parts = trainTestSplit(table.rows, { testSize: options.testSplit, seed, ...(stratify && { stratify }) });
  const [training, testing] = [selectRows(table, parts.train), selectRows(table, parts.test)];
  const preprocessor = Preprocessor.fit(training, options.target, config.task);

  const engine = await createEngine({ seed, threads: options.threads });
  const network = buildNetwork(engine, preprocessor, options);
  const data = placeTable(engine, preprocessor, training);
  const testData = placeTable(engine, preprocessor, testing);
  await prepareFolder(out);
  say(`${path}: ${training.rows} rows to train with, ${testing.rows} to test; ${config.task} of ${options.target}\n`);
  say(`${network.summary()}\n`);

  const display = new TrainingDisplay(screen, isInteractive(screen));
  const epochs: EpochReport[] = [];
  const callbacks: Callback[] =
    options.earlyStopping === undefined
      ? []
      : [new EarlyStopping({ patience: options.earlyStopping, restoreBest: true })];
  for await (const report of fit(network, data, {
    epochs: options.epochs,
    batchSize: Math.min(options.batchSize, Math.floor(training.rows * (1 - options.validationSplit))),
    validationSplit: options.validationSplit,
    ...(options.classWeights === "balanced" && { classWeights: "balanced" as const }),
    callbacks,
    onProgress: (progress) => display.showProgress(progress),
  })) {
    epochs.push(report);
    display.showEpoch(report);
  }
  display.finish();

  const test = network.evaluate(testData);
  const { classes } = preprocessor.config;
  const spread = preprocessor.config.targetScale ?? 1;
  say(
    classes
      ? `\ntest accuracy ${test.accuracy?.toFixed(4)}, loss ${test.loss.toFixed(4)}\n\n${classTable(test.confusion ?? [], classes)}`
      : `\ntest R² ${test.r2?.toFixed(4)}, mean absolute error ${((test.meanAbsoluteError ?? 0) * spread).toPrecision(4)}`,
  );
  const model = join(out, "model.safetensors");
  const metadata = { task: config.task, preprocessing: JSON.stringify(preprocessor.config), seed: String(seed) };
  await writeWhole(model, serializeModel(network, metadata));
  const summary = { task: config.task, target: options.target, epochs, test, ...(classes && { classes }), model };
  await writeWhole(join(out, "history.json"), `${JSON.stringify(summary, null, 2)}\n`);
  say(`\nwritten: ${model}\n         ${join(out, "history.json")}`);
  if (options.json) console.log(JSON.stringify(summary));
  engine.dispose();
}

/** Writes a CSV with the prediction, and the classes' probabilities, for each row of a CSV file. */
export async function predictCsv(model: string, path: string, out: string | undefined): Promise<void> {
  const engine = await createEngine({ threads: 1 });
  const { network, preprocessor } = await readTableModel(engine, model);
  const table = await readTable(path);
  const inputs = engine.matrix(table.rows, preprocessor.inputs, preprocessor.transform(table));
  const { classes } = preprocessor.config;
  const rows = classes
    ? classRows(network.predict(inputs), network.predictProbabilities(inputs), classes)
    : preprocessor.restore(network.predictValues(inputs)).map((prediction) => ({ prediction }));
  const text = `${Papa.unparse(rows as object[], { newline: "\n" })}\n`;
  if (out === undefined) process.stdout.write(text);
  else await writeWhole(out, text);
}

/** Prints how well a model does on the rows of a CSV file that has the target. */
export async function evaluateCsv(model: string, path: string, json: boolean): Promise<void> {
  const engine = await createEngine({ threads: 1 });
  const { network, preprocessor } = await readTableModel(engine, model);
  const result = network.evaluate(placeTable(engine, preprocessor, await readTable(path)));
  const { classes, task } = preprocessor.config;
  if (json) console.log(JSON.stringify({ task, model, ...result, ...(classes && { classes }) }));
  else if (classes) {
    console.log(`accuracy ${result.accuracy?.toFixed(4)}, loss ${result.loss.toFixed(4)}\n`);
    console.log(classTable(result.confusion ?? [], classes));
  } else console.log(`R² ${result.r2?.toFixed(4)}, loss ${result.loss.toFixed(4)} in units of the target's variance`);
}

function classRows(predicted: Int32Array, probabilities: Float32Array, classes: readonly string[]) {
  return Array.from(predicted, (label, row) => ({
    prediction: classes[label],
    ...Object.fromEntries(
      classes.map((name, index) => [`probability_${name}`, probabilities[row * classes.length + index]]),
    ),
  }));
}

/** @throws Error when the file cannot be read, FormatError when it is not such a model */
async function readTableModel(engine: Engine, path: string) {
  const bytes = await readBytes(path);
  const { metadata } = parseSafetensors(bytes, path);
  const preprocessor = Preprocessor.parse(metadata.preprocessing, path);
  const { classes } = preprocessor.config;
  const network = loadModel(engine, bytes, path, classes ? {} : { loss: new MeanSquaredError() });
  const [first] = network.layers;
  const outputs = classes?.length ?? 1;
  if (!(first instanceof Dense) || first.inputs !== preprocessor.inputs || network.outputs !== outputs) {
    throw new FormatError(`${path}: expected a network of ${preprocessor.inputs} inputs and ${outputs} outputs`);
  }
  return { network, preprocessor };
}

async function readTable(path: string): Promise<Table> {
  return parseCsv(new TextDecoder().decode(await readBytes(path)), path);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(`${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
}

function placeTable(engine: Engine, preprocessor: Preprocessor, table: Table): Dataset {
  const source = {
    inputs: preprocessor.transform(table),
    shape: [table.rows, preprocessor.inputs],
    targets: preprocessor.targets(table),
  };
  const { classes } = preprocessor.config;
  return engine.dataset(source, classes ? { classes: classes.length } : {});
}

function buildNetwork(engine: Engine, { inputs, config }: Preprocessor, options: TrainCsvOptions): Network {
  const sizes = [inputs, ...options.hidden, config.classes?.length ?? 1];
  const layers = sizes.slice(1).flatMap((outputs, index): Layer[] => {
    const dense = new Dense(sizes[index] as number, outputs, { init: "glorotUniform" });
    return index === 0 ? [dense] : [new ReLU(), dense];
  });
  const { learningRate } = options;
  return new Network(engine, layers, {
    loss: config.classes ? new SoftmaxCrossEntropy() : new MeanSquaredError(),
    optimizer: createOptimizer({ type: options.optimizer, ...(learningRate !== undefined && { learningRate }) }),
  });
}

/** Precision, recall, F1 and support of each class. */
function classTable(confusion: readonly (readonly number[])[], classes: readonly string[]): string {
  const width = Math.max(5, ...classes.map((name) => name.length));
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(11)).join("");
  const lines = classScores(confusion, classes).map(
    ({ label, precision, recall, f1, support }) =>
      String(label).padEnd(width) +
      cells([...[precision, recall, f1].map((value) => value.toFixed(3)), String(support)]),
  );
  return ["".padEnd(width) + cells(["precision", "recall", "F1", "rows"]), ...lines].join("\n");
}
