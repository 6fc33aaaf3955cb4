/** Tests the trained network and writes the results: model, history, charts and report.html. */

import { join } from "node:path";
import { testAndPredict } from "../../app/evaluation.js";
import { identityOf } from "../../app/run-record.js";
import { describeSettings, settingsOf } from "../../app/settings/resolve-settings.js";
import type { TrainSettings } from "../../app/settings/train-settings.js";
import type { Engine } from "../../create-engine.js";
import type { Dataset } from "../../dataset/dataset.js";
import { serializeModel } from "../../formats/model.js";
import type { Evaluation } from "../../network/evaluation.js";
import type { Network } from "../../network/network.js";
import type { Metric } from "../../training/epoch-report.js";
import type { EpochReport } from "../../training/fit.js";
import { writeWhole } from "../files.js";
import { printJson } from "../output.js";
import type { Curve } from "../report/plot.js";
import { type BestEpoch, describeBest, htmlReport, type ReportData } from "../report/report.js";
import { MODEL_FILE, type OwnedFolder } from "../run-folder.js";
import { describeTest, flatTest } from "../test-result.js";
import { type OpenedRun, recordOf } from "./open-run.js";
import type { TrainingTask } from "./training-task.js";

/** A training that has ended, and what it has recorded. */
export interface Trained {
  readonly owned: OwnedFolder;
  readonly epochs: readonly EpochReport[];
  /** With early stopping, if an epoch has ended. */
  readonly best: BestEpoch | undefined;
  readonly warnings: readonly string[];
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** Tests the network, writes all files, and only then prints the results. */
export async function writeResults(
  network: Network,
  testSet: Dataset | undefined,
  run: OpenedRun,
  trained: Trained,
  say: (text: string) => void,
  json: boolean,
): Promise<void> {
  const { folder, settings, task } = run;
  const tested = testSet && testAndPredict(network, testSet, task.classes);
  const test = tested?.test;
  const training = {
    settings: describeSettings(settings, task.task),
    epochs: trained.epochs.length,
    ...(trained.best && { bestEpoch: trained.best.epoch }),
    test: numbersOf(test),
  };
  await trained.owned.check();
  const model = join(folder, MODEL_FILE);
  const metadata = {
    task: task.task,
    ...task.metadata,
    seed: String(settings.seed),
    training: JSON.stringify(training),
    run: await identityOf(recordOf(task, settings)),
  };
  await writeWhole(model, serializeModel(network, metadata));
  const summary = summarize(network.engine, task, settings, trained, test, model);
  await writeWhole(join(folder, "history.json"), `${toJson(summary)}\n`);
  const written = await writeReport(folder, reportOf(network, tested, run, trained));
  if (trained.best) say(`\nkept: ${describeBest(trained.best, trained.epochs.length)}`);
  if (test)
    say(
      `\ntest ${describeTest(test, task, { columns: process.stdout.columns, scoresIn: "report.html", matrixIn: "history.json" })}\n`,
    );
  say(`${trained.seconds.toFixed(1)} s`);
  say(`\nwritten: ${[model, join(folder, "history.json"), ...written].join("\n         ")}`);
  if (json) printJson(summary);
}

/** The numbers of a test that the model file keeps. A confusion matrix could be larger than the model. */
function numbersOf(test: Evaluation | undefined): object | null {
  return test ? Object.fromEntries(Object.entries(test).filter(([, value]) => typeof value === "number")) : null;
}

function reportOf(
  network: Network,
  tested: ReturnType<typeof testAndPredict> | undefined,
  { settings, task }: OpenedRun,
  { epochs, best, warnings }: Trained,
): ReportContents {
  const { title, classes, target } = task;
  return {
    title,
    settings: {
      network: layerSizes(task, settings),
      ...describeSettings(settings, task.task),
      engine: describeEngine(network.engine),
    },
    epochs,
    ...(best && { best }),
    warnings,
    ...(tested && { test: tested.test }),
    ...(classes && { classes }),
    ...(target &&
      tested?.predictions.values && {
        values: { ...target, actual: target.test, predicted: target.restore(tested.predictions.values) },
      }),
    samples: (tested?.predictions.classes && task.samples?.(tested.predictions.classes)) ?? [],
  };
}

/** Indented JSON, but each list of numbers on one line: a confusion matrix would take megabytes of indentation. */
function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/\[\n[-\d\s,.eE+]+\]/g, (list) => list.replace(/\s+/g, " "));
}

function layerSizes({ inputs, outputs }: TrainingTask, { hidden }: TrainSettings): string {
  return [inputs, ...hidden, outputs].join("→");
}

export function describeRun(engine: Engine, { task, settings }: OpenedRun, wanted: boolean): string {
  const { revectorize, revectorizeReason } = engine.info();
  const { optimizer, learningRate, seed } = settings;
  const rate = learningRate === undefined ? "" : `, learning rate ${learningRate}`;
  const missed = wanted && !revectorize ? `\n--revectorize: ${revectorizeReason}` : "";
  return `${layerSizes(task, settings)}, ${optimizer}${rate}, seed ${seed}; ${describeEngine(engine)}${missed}\n`;
}

/** "relaxed SIMD, 256-bit, 2 threads". */
function describeEngine(engine: Engine): string {
  const { variant, threads, revectorize } = engine.info();
  return `${variant} SIMD${revectorize ? ", 256-bit" : ""}, ${threads} thread${threads === 1 ? "" : "s"}`;
}

/** The object that `--json` prints and history.json keeps. */
function summarize(
  engine: Engine,
  { task, classes, target, outputs, inputs }: TrainingTask,
  settings: TrainSettings,
  { epochs, best, warnings, interrupted }: Trained,
  test: Evaluation | undefined,
  model: string,
) {
  const { variant, threads, tile, revectorize } = engine.info();
  return {
    task,
    ...(target && { target: target.name }),
    ...(classes && { classes }),
    inputs,
    outputs,
    settings: settingsOf(settings, task),
    epochs,
    ...(best && { bestEpoch: best.epoch }),
    ...(test && { test, ...flatTest(test) }),
    engine: { variant, threads, tile, revectorize },
    model,
    ...(warnings.length > 0 && { warnings }),
    ...(interrupted && { interrupted }),
  };
}

/** What report.html shows of a run. */
interface ReportContents extends Omit<ReportData, "charts" | "result"> {
  /** For a regression: the target, and true and predicted values of the test rows. */
  readonly values?: {
    readonly name: string;
    readonly actual: ArrayLike<number>;
    readonly predicted: readonly number[];
    /** Converts scaled values to the target's unit. */
    restore(values: ArrayLike<number>): number[];
  };
}

/** Writes accuracy.svg (for a regression r2.svg and predicted.svg), loss.svg and report.html, and returns their paths. */
async function writeReport(folder: string, run: ReportContents): Promise<string[]> {
  const { epochs, values, test } = run;
  // Loaded here so that training does not wait for the chart code.
  const { curvesSvg, scatterSvg } = await import("../report/plot.js");
  const score = values
    ? curvesSvg("R²", "R²", curves("R²", epochs, ["trainR2", "valR2"]))
    : curvesSvg("Accuracy", "accuracy", curves("accuracy", epochs, ["trainAccuracy", "valAccuracy"]));
  const loss = values ? "mean squared error of the scaled target" : "cross-entropy";
  const charts = [
    {
      file: values ? "r2.svg" : "accuracy.svg",
      label: values ? "R² over the epochs" : "Accuracy over the epochs",
      svg: score,
    },
    {
      file: "loss.svg",
      label: "Loss over the epochs",
      svg: curvesSvg("Loss", loss, curves("loss", epochs, ["trainLoss", "valLoss"])),
    },
  ];
  if (values && values.actual.length > 0) {
    const svg = scatterSvg(`${values.name} of the test rows`, values.actual, values.predicted);
    charts.push({ file: "predicted.svg", label: "Predicted against true values", svg });
  }
  const result =
    values &&
    test &&
    `Test ${describeTest(test, { target: values }, { scoresIn: "report.html", matrixIn: "history.json" })}`;
  const pages = [
    ...charts.map(({ file, svg }) => [join(folder, file), svg] as const),
    [join(folder, "report.html"), htmlReport({ ...run, ...(result && { result }), charts })] as const,
  ];
  for (const [path, text] of pages) await writeWhole(path, text);
  return pages.map(([path]) => path);
}

/** The curves of two metrics; the second one only if it has values. */
function curves(measure: string, epochs: readonly EpochReport[], names: readonly Metric[]): Curve[] {
  const series = names.map((name) => ({
    name: `${name.startsWith("train") ? "train" : "validation"} ${measure}`,
    values: epochs.map((epoch) => epoch[name] ?? Number.NaN),
  }));
  return series.filter(({ values }, index) => index === 0 || values.some(Number.isFinite));
}
