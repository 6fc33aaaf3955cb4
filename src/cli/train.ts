/** `simdgrad train`: trains a network for a task with progress, tests it, and writes it to a folder from which a run can resume. */

import { join } from "node:path";
import { type BestEpoch, bestEpochOf, describeBest } from "../app/best-epoch.js";
import { testAndPredict } from "../app/evaluation.js";
import { networkFromSettings, scheduleFromSettings } from "../app/network-from-settings.js";
import { identityOf, type RunRecord } from "../app/run-record.js";
import { describeSettings, type GivenSettings, newSettings, resumedSettings, settingsOf } from "../app/run-settings.js";
import type { PlacedData } from "../app/task.js";
import type { DataKind, TrainSettings } from "../app/train-settings.js";
import { createEngine, type Engine } from "../create-engine.js";
import type { Dataset } from "../dataset/dataset.js";
import { serializeModel } from "../formats/model.js";
import type { Evaluation } from "../network/evaluation.js";
import type { Network } from "../network/network.js";
import { EarlyStopping } from "../training/callbacks/early-stopping.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { type EpochReport, fit } from "../training/fit.js";
import type { ClassWeights } from "../training/row-weights.js";
import { writeWhole } from "./files.js";
import { catchInterrupts } from "./interruption.js";
import { draw, print, printJson } from "./output.js";
import { TrainingDisplay } from "./progress.js";
import { type RunResult, writeReport } from "./results.js";
import {
  beginRun,
  checkpointPath,
  isFile,
  MODEL_FILE,
  OwnedFolder,
  readCheckpointRun,
  readRecord,
  readRunCheckpoint,
  refuseInputsIn,
  takeFolder,
} from "./run-folder.js";
import type { TrainingTask } from "./task.js";
import { isInteractive } from "./terminal.js";
import { describeTest, flatTest } from "./test-result.js";
import { TimedCheckpoint } from "./timed-checkpoint.js";
import { UsageError } from "./usage-error.js";

/** The command's options, checked by the parser; settings that were not given are undefined. */
export interface TrainOptions extends GivenSettings {
  readonly threads: number | "auto";
  readonly checkpointEvery: number;
  readonly revectorize?: boolean;
  readonly resume?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Where a run is, and what it goes on from. */
interface Run {
  readonly folder: string;
  readonly settings: TrainSettings;
  readonly resume: CheckpointContents | undefined;
  readonly task: TrainingTask;
  /** Makes or changes the folder, which is this process's until it ends: once everything that was asked for is known to be possible. */
  begin(): Promise<OwnedFolder>;
}

/** Rows of a step where nothing is said. */
const BATCH_ROWS = 32;

/**
 * Trains; Ctrl-C ends it after the current batch and everything is still written, a second one ends it at once.
 *
 * @param makeTask is called once the settings are known
 */
export async function train(
  kind: DataKind,
  makeTask: (settings: TrainSettings) => Promise<TrainingTask>,
  options: TrainOptions,
): Promise<void> {
  const screen = options.json ? process.stderr : process.stdout;
  const say = (text: string) => print(text, screen);
  const interactive = isInteractive(screen);
  const run = await openRun(kind, makeTask, options);
  const { task, settings } = run;
  await refuseInputsIn(run.folder);
  const { threads, revectorize = false } = options;
  const engine = await createEngine({
    seed: settings.seed,
    threads,
    deterministic: settings.deterministic,
    revectorize,
  });
  try {
    const network = networkFromSettings(engine, settings, task);
    const data = task.place(engine);
    say(task.introduction);
    if (task.drawing) draw(`\n${task.drawing(interactive, screen.columns)}\n`, screen);
    say("");
    say(describeRun(engine, run, revectorize));
    const display = new TrainingDisplay(screen, interactive, settings.epochs);
    const signal = catchInterrupts(
      () => say("\nstopping; what was trained is still written; Ctrl-C again ends at once without writing"),
      () => display.finish(),
    );
    const trained = await trainNetwork(network, data, run, options, display, say, signal);
    await writeResults(network, data.test, run, trained, say, options.json ?? false);
  } finally {
    engine.dispose();
  }
}

/** Reads the run to go on with, or begins one in a new folder. @throws UsageError for options that contradict it */
async function openRun(
  kind: DataKind,
  makeTask: (settings: TrainSettings) => Promise<TrainingTask>,
  options: TrainOptions,
): Promise<Run> {
  const { resume: from, out } = options;
  const newFolder = () => out ?? join("runs", new Date().toISOString().replace(/[:.]/g, "-"));
  if (from === undefined) {
    const settings = newSettings(options, kind);
    const task = await makeTask(settings);
    const folder = newFolder();
    const begin = () => beginRun(folder, recordOf(task, settings));
    return { folder, settings, resume: undefined, task, begin };
  }
  const file = (await isFile(from)) ? await readCheckpointRun(from) : undefined;
  if (!file && out !== undefined && out !== from)
    throw new UsageError("--out", `expected none beside --resume ${from}, got ${out}`);
  // A checkpoint is read once nobody else writes it.
  const found = file?.record ?? (await readRecord(from));
  const lock = file ? undefined : await takeFolder(from);
  const record = lock ? await readRecord(from) : found;
  if ((record.task === "mnist") !== (kind === "mnist")) {
    throw new UsageError("--resume", `expected a run on the data that was given, got one of ${record.task}`);
  }
  const settings = resumedSettings(options, record.settings, from);
  const task = await makeTask(settings);
  if (task.fingerprint !== record.data) {
    throw new UsageError("--resume", `expected the file that ${from} was trained on, got one with other contents`);
  }
  if (lock) {
    const begin = async () => {
      const owned = new OwnedFolder(from, lock, recordOf(task, settings));
      await owned.record();
      return owned;
    };
    return { folder: from, settings, resume: await readRunCheckpoint(from, record), task, begin };
  }
  const folder = newFolder();
  const begin = () => beginRun(folder, recordOf(task, settings));
  return { folder, settings, resume: file?.checkpoint, task, begin };
}

function recordOf({ task, fingerprint }: TrainingTask, settings: TrainSettings): RunRecord {
  return { task, ...(fingerprint !== undefined && { data: fingerprint }), settings };
}

interface Trained {
  readonly owned: OwnedFolder;
  readonly epochs: readonly EpochReport[];
  /** With early stopping, once an epoch has ended. */
  readonly best: BestEpoch | undefined;
  readonly warnings: readonly string[];
  readonly interrupted: boolean;
  readonly seconds: number;
}

async function trainNetwork(
  network: Network,
  { training, validation }: PlacedData,
  { settings, resume, task, folder, begin }: Run,
  options: TrainOptions,
  display: TrainingDisplay,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Trained> {
  const batchSize = settings.batchSize ?? Math.min(BATCH_ROWS, training.rows);
  if (batchSize > training.rows) {
    throw new UsageError("--batch-size", `expected at most the ${training.rows} rows to train with, got ${batchSize}`);
  }
  const { earlyStopping, epochs } = settings;
  if (earlyStopping !== undefined && !validation) {
    throw new UsageError("--early-stopping", "expected rows to validate with: --validation-split above 0");
  }
  if (!validation && options.earlyStopping === undefined) {
    say("no validation rows: all epochs are trained, and the last is kept\n");
  }
  const schedule = scheduleFromSettings(settings, Math.floor(training.rows / batchSize));
  const classWeights = readClassWeights(settings.classWeights, task.classes);
  let owned: OwnedFolder | undefined;
  const record = recordOf(task, settings);
  const checkpoints = new TimedCheckpoint(checkpointPath(folder), options.checkpointEvery, record, () => owned);
  const stopping =
    earlyStopping === undefined ? undefined : new EarlyStopping({ patience: earlyStopping, restoreBest: true });
  const warnings: string[] = [];
  const started = performance.now();
  const run = fit(network, training, {
    epochs,
    batchSize,
    ...(validation && { validation }),
    ...(schedule && { schedule }),
    ...(classWeights && { classWeights }),
    ...(resume && { resume }),
    callbacks: [...(stopping ? [stopping] : []), checkpoints],
    signal,
    onProgress: (progress) => display.showProgress(progress),
    onWarning: (message) => {
      warnings.push(message);
      display.showNote(`warning: ${message}`);
    },
  });
  if (resume) say(`going on in ${folder} after ${run.history.length} epochs\n`);
  for (const report of run.history) display.recall(report);
  let trained = 0;
  try {
    owned = await begin();
    for await (const report of run) {
      display.showEpoch(report);
      ++trained;
    }
  } catch (error) {
    // It may not have begun.
    await run.return();
    throw error;
  } finally {
    display.finish();
  }
  const interrupted = signal.aborted;
  if (interrupted) {
    await checkpoints.write(run);
    // Only now: the checkpoint has the last weights, which training goes on from.
    const best = stopping?.state().arrays;
    if (best) network.loadStateDict(best);
    say(`interrupted in epoch ${run.history.length}; --resume ${folder} goes on from there`);
  }
  // Without an epoch to train there was no checkpoint.
  if (!owned.isRecorded) await checkpoints.write(run);
  if (trained === 0 && resume && !interrupted) {
    const why = run.stopped ? "early stopping ended it" : "it has had them all";
    say(`no epoch was left to train after ${run.history.length}: ${why}`);
  }
  return {
    owned,
    epochs: run.history.reports,
    best: stopping && bestEpochOf(stopping),
    warnings,
    interrupted,
    seconds: (performance.now() - started) / 1000,
  };
}

/** `balanced`, `none`, or `class=weight,class=weight`. @throws UsageError for a class that there is not */
function readClassWeights(text: string, classes: readonly string[] | undefined): ClassWeights | undefined {
  if (text === "none") return undefined;
  if (!classes) throw new UsageError("--class-weights", "expected none for a regression");
  if (text === "balanced") return text;
  const pairs = text.split(",").map((part) => {
    const [, name = part, weight = ""] = /^(.*)=([^=]*)$/.exec(part) ?? [];
    const index = classes.indexOf(name);
    const float = Math.fround(Number(weight));
    if (index >= 0 && weight.trim() !== "" && float >= 0 && float < Number.POSITIVE_INFINITY)
      return [index, Number(weight)] as const;
    throw new UsageError(
      "--class-weights",
      `expected balanced, none or class=weight of ${classes.join(", ")}, got ${part}`,
    );
  });
  const twice = pairs.find(([index], at) => pairs.findIndex(([other]) => other === index) < at);
  if (!twice) return Object.fromEntries(pairs);
  throw new UsageError("--class-weights", `expected each class once, got ${classes[twice[0]]} twice`);
}

/** Tests the network, writes model, history, pictures and report, and only then shows what came of it. */
async function writeResults(
  network: Network,
  testSet: Dataset | undefined,
  run: Run,
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
  const written = await writeReport(folder, reportOf(network, testSet, tested, run, trained));
  if (trained.best) say(`\nkept: ${describeBest(trained.best, trained.epochs.length)}`);
  if (test)
    say(
      `\ntest ${describeTest(test, task, { columns: process.stdout.columns, scoresIn: "report.html", matrixIn: "history.json" })}\n`,
    );
  say(`${trained.seconds.toFixed(1)} s`);
  say(`\nwritten: ${[model, join(folder, "history.json"), ...written].join("\n         ")}`);
  if (json) printJson(summary);
}

/** What a model file keeps of a test: a confusion matrix would be larger than many a model. */
function numbersOf(test: Evaluation | undefined): object | null {
  return test ? Object.fromEntries(Object.entries(test).filter(([, value]) => typeof value === "number")) : null;
}

function reportOf(
  network: Network,
  testSet: Dataset | undefined,
  tested: ReturnType<typeof testAndPredict> | undefined,
  { settings, task }: Run,
  { epochs, best, warnings }: Trained,
): RunResult {
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
    samples: (testSet && task.samples?.(network, testSet)) ?? [],
  };
}

/** JSON over many lines, lists of numbers on one: a line for each number of a confusion matrix would be megabytes of indentation. */
function toJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/\[\n[-\d\s,.eE+]+\]/g, (list) => list.replace(/\s+/g, " "));
}

function layerSizes({ inputs, outputs }: TrainingTask, { hidden }: TrainSettings): string {
  return [inputs, ...hidden, outputs].join("→");
}

function describeRun(engine: Engine, { task, settings }: Run, wanted: boolean): string {
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
