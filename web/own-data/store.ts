/** What the page knows of own data: the table, what is learned of it, the run. Its worker starts when it is needed. */

import { batch, computed, signal } from "@preact/signals";
import type { EpochReport, TargetTask } from "../../src/index.js";
import { Curve } from "../page/curve.js";
import { linkProblems, tableChoice, tableSettings } from "../page/location.js";
import { saveFile } from "../page/save-file.js";
import { WorkerClient } from "../page/worker-client.js";
import type { RunStatus, RunUpdate, WorkerEvent } from "../protocol.js";
import type { ModelFormat } from "../run/model-file.js";
import type {
  GivenFile,
  OpenedTableModel,
  PlanePrediction,
  StartedRun,
  TableCalls,
  TableResult,
  TableView,
  TaskView,
} from "./messages.js";
import { SAMPLES, type Sample } from "./samples.js";
import { type TableChoice, writeChoice } from "./table-choice.js";

/** Of shorter epochs the loss is shown as a mean: single small batches say little. */
const BATCHES_TO_SHOW = 100;

export const table = signal<TableView | undefined>(undefined);
/** What is learned; undefined while that is not possible. */
export const task = signal<TaskView | undefined>(undefined);
/** The column that was chosen, even if it cannot be learned. */
export const target = signal("");
/** The reader's choice in place of what was found. */
export const chosenTask = signal<TargetTask | undefined>(undefined);
export const status = signal<RunStatus | "idle" | "starting">("idle");
/** What went wrong last; empty when nothing did. */
export const failure = signal("");
export const progress = signal<RunUpdate | undefined>(undefined);
export const lossCurve = new Curve(2);
/** Accuracy, or R². */
export const scoreCurve = new Curve(2);
export const lastReport = signal<EpochReport | undefined>(undefined);
export const hash = signal("");
export const run = signal<StartedRun | undefined>(undefined);
export const runEpochs = signal(1);
/** Of the network as it was when the run last paused or ended. */
export const result = signal<TableResult | undefined>(undefined);
export const openedModel = signal<OpenedTableModel | undefined>(undefined);
/** What the last prediction came to, for people. */
export const predicted = signal("");
/** Epochs a second at most; 0: no limit. */
export const pace = signal(20);

export const busy = computed(() => ["starting", "running", "paused"].includes(status.value));
export const ready = computed(() => table.value !== undefined && task.value !== undefined);

let client: WorkerClient<TableCalls> | undefined;

function worker(): WorkerClient<TableCalls> {
  if (client) return client;
  client = new WorkerClient(
    new Worker(new URL("../worker/table-worker.ts", import.meta.url), { type: "module", name: "own data" }),
  );
  client.listen(take);
  return client;
}

/** Does something and shows what is wrong with it, if anything. */
async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  failure.value = "";
  try {
    return await action();
  } catch (error) {
    failure.value = (error as Error).message;
    return undefined;
  }
}

/** What the page shows, or is about to. */
let opened: TableChoice = {};

/** Takes a file's table. What the choice does not say of target and task is guessed. */
async function openTable(file: GivenFile | Promise<GivenFile>, choice: TableChoice): Promise<void> {
  opened = choice;
  tableChoice.value = choice;
  await attempt(async () => {
    if (busy.value) await steer("stop");
    const view = await worker().call("openTable", await file);
    batch(() => {
      table.value = view;
      chosenTask.value = undefined;
      openedModel.value = undefined;
      predicted.value = "";
      forgetRun("idle");
    });
    const { target: column, task: wanted } = choice;
    if (column === undefined || view.columns.some(({ name }) => name === column)) {
      await learn(column ?? view.target, wanted);
    } else {
      linkProblems.value = [`target: expected a column of ${view.name}, got “${column.slice(0, 40)}”`];
      await chooseTarget(view.target);
    }
  });
}

/** Opens a file of the reader's own. The first one may be what a link meant. */
export async function openFile(file: GivenFile): Promise<void> {
  const { sample, ...meant } = tableChoice.value;
  await openTable(file, table.value || sample ? {} : meant);
}

export async function openSample({ name, open }: Sample): Promise<void> {
  await openTable(open(), { sample: name });
}

/** Opens what a link says, unless it is open. */
export async function openLinked(choice: TableChoice): Promise<void> {
  if (writeChoice(choice) === writeChoice(opened)) return;
  const sample = SAMPLES.find(({ name }) => name === choice.sample);
  if (sample) await openTable(sample.open(), choice);
}

/** Learns another column, or the same as another task. */
export async function chooseTarget(column: string, wanted?: TargetTask): Promise<void> {
  const { sample } = opened;
  opened = { ...(sample && { sample }), target: column, ...(wanted && { task: wanted }) };
  tableChoice.value = opened;
  await learn(column, wanted);
}

async function learn(column: string, wanted?: TargetTask): Promise<void> {
  target.value = column;
  chosenTask.value = wanted;
  task.value = undefined;
  const found = await attempt(() =>
    worker().call("describe", { target: column, ...(wanted !== undefined && { task: wanted }) }),
  );
  if (target.value === column) task.value = found;
}

/** Starts a run with the present settings; with `step` it pauses after one batch. */
export async function start(step = false): Promise<void> {
  const wanted = task.value;
  if (!wanted) return;
  batch(() => {
    forgetRun("starting");
    openedModel.value = undefined;
    runEpochs.value = tableSettings.value.epochs;
  });
  const started = await attempt(() =>
    worker().call("start", {
      target: wanted.target,
      task: wanted.task,
      settings: tableSettings.value,
      step,
      pace: pace.value,
    }),
  );
  batch(() => {
    run.value = started;
    if (!started) status.value = "failed";
  });
}

export async function steer(name: "pause" | "continue" | "step" | "stop"): Promise<void> {
  await attempt(async () => worker().call(name, undefined));
}

/** Goes on with a run that was stopped or has finished, up to the epochs of the present settings. */
export async function resume(): Promise<void> {
  const { epochs } = tableSettings.value;
  runEpochs.value = epochs;
  await attempt(async () => worker().call("resume", { epochs }));
}

export async function setPace(epochsPerSecond: number): Promise<void> {
  pace.value = epochsPerSecond;
  if (busy.value) await attempt(async () => worker().call("pace", epochsPerSecond));
}

/** @throws Error without a run whose table has two features */
export async function predictPlane(size: number): Promise<PlanePrediction> {
  return worker().call("plane", { size });
}

/** Downloads the predictions for a file's rows, or for the table's. */
export async function downloadPredictions(file?: GivenFile): Promise<void> {
  predicted.value = "";
  const found = await attempt(async () => worker().call("predict", file));
  if (!found) return;
  saveFile(found.file, "text/csv");
  const unknown = Object.entries(found.unknown).map(([name, count]) => `${count} in ${name}`);
  const note = unknown.length > 0 ? ` Values that training did not know: ${unknown.join(", ")}.` : "";
  predicted.value = `${found.rows.toLocaleString("en")} rows predicted: ${found.file.name}.${note}`;
}

export async function downloadModel(format: ModelFormat): Promise<void> {
  const file = await attempt(async () => worker().call("saveModel", { format }));
  if (file) saveFile(file);
}

/** Takes a model file in place of the present network. */
export async function openModel(file: GivenFile): Promise<void> {
  const opened = await attempt(async () => worker().call("openModel", file));
  if (!opened) return;
  batch(() => {
    forgetRun("idle");
    predicted.value = "";
    openedModel.value = opened;
  });
}

/** Before a start the plane of the run before stays until the new one has its own: the page must not jump. */
function forgetRun(next: "idle" | "starting"): void {
  status.value = next;
  if (next === "idle") run.value = undefined;
  progress.value = undefined;
  lastReport.value = undefined;
  hash.value = "";
  result.value = undefined;
  lossCurve.clear();
  scoreCurve.clear();
}

function take(event: WorkerEvent): void {
  if (event.kind === "update") takeUpdate(event.update);
  else if (event.kind === "hash") hash.value = event.hash;
  else if (event.kind === "status") {
    // The end of the run before, which the new one has brought about.
    if (status.value === "starting" && (event.status === "stopped" || event.status === "finished")) return;
    batch(() => {
      status.value = event.status;
      if (event.status === "running") hash.value = "";
      if (event.message) failure.value = event.message;
    });
    if (["paused", "stopped", "finished"].includes(event.status)) void evaluate();
  }
}

async function evaluate(): Promise<void> {
  const found = await attempt(async () => worker().call("result", undefined));
  if (found) result.value = found;
}

function takeUpdate(update: RunUpdate): void {
  batch(() => {
    progress.value = update;
    const byBatch = update.batches >= BATCHES_TO_SHOW;
    if (byBatch) for (const [time, loss] of update.losses) lossCurve.append(time, loss);
    for (const report of update.reports) {
      lastReport.value = report;
      if (!report.completed) continue;
      if (byBatch) lossCurve.place(report.epoch, 1, report.valLoss ?? null);
      else lossCurve.append(report.epoch, report.trainLoss, report.valLoss ?? null);
      const { trainAccuracy, trainR2, valAccuracy, valR2 } = report;
      scoreCurve.append(report.epoch, trainAccuracy ?? trainR2 ?? null, valAccuracy ?? valR2 ?? null);
    }
    lossCurve.commit();
    scoreCurve.commit();
  });
}
