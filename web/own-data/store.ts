/** The Own data tab: the table, its target and the run. Its worker starts when it is needed. */

import { batch, computed, signal } from "@preact/signals";
import type { ModelFormat } from "../../src/app/model-file.js";
import type { TargetTask } from "../../src/index.js";
import { linkProblems, tableChoice, tableSettings } from "../page/location.js";
import { saveFile } from "../page/save-file.js";
import { TaskStore } from "../page/task-store.js";
import type { Call } from "../page/worker-client.js";
import type {
  GivenFile,
  OpenedTableModel,
  PlanePrediction,
  StartedRun,
  TableCalls,
  TableResult,
  TableStart,
  TableView,
  TaskView,
} from "../protocol/tables.js";
import { SAMPLES, type Sample } from "./samples.js";
import { type TableChoice, writeChoice } from "./table-choice.js";

/** With fewer batches per epoch, the chart shows mean losses: single small batches say little. */
const BATCHES_TO_SHOW = 100;

export const table = signal<TableView | undefined>(undefined);
/** What the network learns; undefined if it cannot. */
export const task = signal<TaskView | undefined>(undefined);
/** The column that was chosen, even if it cannot be learned. */
export const target = signal("");
/** The task that the reader chose instead of the detected one. */
export const chosenTask = signal<TargetTask | undefined>(undefined);
/** The worker's answer when the run started. */
export const started = signal<StartedRun | undefined>(undefined);
/** The test result when the run last paused or ended. */
export const result = signal<TableResult | undefined>(undefined);
export const openedModel = signal<OpenedTableModel | undefined>(undefined);
/** A summary of the last prediction. */
export const predicted = signal("");
/** The most epochs per second; 0: no limit. */
export const pace = signal(20);
/** The name of the file being read; otherwise empty. */
export const reading = signal("");

const store = new TaskStore<TableCalls>(
  {
    startWorker: () =>
      new Worker(new URL("../worker/table-worker.ts", import.meta.url), { type: "module", name: "own data" }),
    onEvent(event) {
      const isStarting = status.peek() === "starting";
      run.take(event);
      const isHeld = event.kind === "status" && ["paused", "stopped", "finished"].includes(event.status);
      // While a run starts, this is the end of the previous run.
      if (isHeld && !isStarting) void evaluate();
    },
    onDeath: (reason) => run.died(reason),
    onEnd() {
      // Starts the next worker at once, so that the page can show its network.
      if (run.kept && runStart) void evaluate();
    },
    async prepare(ask) {
      if (openedTable) await ask("openTable", openedTable);
    },
    revive,
    forget() {
      openedFile = undefined;
      runStart = undefined;
    },
  },
  BATCHES_TO_SHOW,
);
const { call } = store;
export const { run } = store;
const attempt = store.attempt.bind(store);
export const { status, failure, note, progress, lastReport, hash, busy, lossCurve, scoreCurve } = run;

export const ready = computed(() => table.value !== undefined && task.value !== undefined);
export const runEpochs = computed(() => run.settings.value?.epochs ?? 1);

/** The next worker begins with these if this one ends. */
let openedTable: GivenFile | undefined;
let openedFile: GivenFile | undefined;
let runStart: TableStart | undefined;

/** The choice that the page shows. */
let opened: TableChoice = {};

/** Replaces the table by a file's. Guesses target and task if the choice does not have them. */
async function openTable(name: string, load: () => Promise<GivenFile>, choice: TableChoice): Promise<void> {
  if (run.refusesFiles()) return;
  reading.value = name;
  await attempt(async () => {
    const file = await load();
    const view = await call("openTable", file);
    openedTable = file;
    openedFile = undefined;
    opened = choice;
    batch(() => {
      tableChoice.value = choice;
      table.value = view;
      chosenTask.value = undefined;
      forgetRun();
    });
    const { target: column, task: wanted } = choice;
    if (column === undefined || view.columns.some(({ name }) => name === column)) {
      await learn(column ?? view.target, wanted);
    } else {
      linkProblems.value = [`target: expected a column of ${view.name}, got “${column.slice(0, 40)}”`];
      await chooseTarget(view.target);
    }
  });
  reading.value = "";
}

/** Opens the reader's file. The first one may be the one that a link means. */
export async function openFile(file: GivenFile): Promise<void> {
  const { sample, ...meant } = tableChoice.peek();
  await openTable(file.name, async () => file, table.peek() || sample ? {} : meant);
}

export async function openSample({ name, title, open }: Sample): Promise<void> {
  await openTable(title, open, { sample: name });
}

/** Opens a link's table unless it is open. */
export async function openLinked(choice: TableChoice): Promise<void> {
  if (writeChoice(choice) === writeChoice(opened)) return;
  const sample = SAMPLES.find(({ name }) => name === choice.sample);
  if (sample) await openTable(sample.title, sample.open, choice);
}

/** Chooses another target, or another task. */
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
    call("describe", {
      target: column,
      ...(wanted !== undefined && { task: wanted }),
      seed: tableSettings.peek().seed,
    }),
  );
  if (target.value === column) task.value = found;
}

/** Starts a run with the current settings. With `step` it pauses after one batch. */
export async function start(step = false): Promise<void> {
  const found = task.peek();
  if (!found) return;
  const settings = tableSettings.peek();
  const wanted: TableStart = { target: found.target, task: found.task, settings, pace: pace.peek() };
  const onBegin = () => {
    runStart = wanted;
    openedFile = undefined;
    openedModel.value = undefined;
    predicted.value = "";
    result.value = undefined;
  };
  const begun = await run.start(settings, () => call("start", { ...wanted, step }), onBegin);
  // The previous run's plane stays until the new run has its own, so that the page does not jump.
  if (begun) started.value = begun;
}

export const steer = run.steer.bind(run);

/** Resumes a run that was stopped or has finished, up to the epochs of the current settings. */
export function resume(): Promise<void> {
  return store.resume(tableSettings);
}

export async function setPace(epochsPerSecond: number): Promise<void> {
  pace.value = epochsPerSecond;
  if (run.settings.peek()) await attempt(() => call("pace", epochsPerSecond));
}

/** @throws Error without a run whose table has two features */
export async function predictPlane(size: number): Promise<PlanePrediction> {
  return call("plane", { size });
}

/** Downloads the predictions for a file's rows, or for the table's. */
export async function downloadPredictions(file?: GivenFile): Promise<void> {
  predicted.value = "";
  const found = await attempt(() => call("predict", file));
  if (!found) return;
  saveFile(found.file, "text/csv");
  const unknown = Object.entries(found.unknown).map(([name, count]) => `${count} in ${name}`);
  const warning = unknown.length > 0 ? ` Values unknown in training: ${unknown.join(", ")}.` : "";
  predicted.value = `${found.rows.toLocaleString("en")} rows predicted: ${found.file.name}.${warning}`;
}

export function downloadModel(format: ModelFormat): Promise<void> {
  return store.save(() => call("saveModel", { format }));
}

/** Replaces the current network by a model file's. */
export async function openModel(file: GivenFile): Promise<void> {
  if (run.refusesFiles()) return;
  const model = await attempt(() => call("openModel", file));
  if (!model) return;
  openedFile = file;
  batch(() => {
    forgetRun();
    openedModel.value = model;
  });
}

function forgetRun(): void {
  runStart = undefined;
  run.forget("idle");
  started.value = undefined;
  result.value = undefined;
  predicted.value = "";
  openedModel.value = undefined;
}

/** Tests the network. Leaves the texts about the run as they are. */
async function evaluate(): Promise<void> {
  const found = await store.tellErrors(() => call("result", undefined));
  if (found) result.value = found;
}

async function revive(ask: Call<TableCalls>): Promise<string | undefined> {
  const checkpoint = run.kept;
  if (checkpoint && runStart) {
    const settings = run.settings.peek() ?? runStart.settings;
    return (await ask("restore", { ...runStart, settings, pace: pace.peek(), checkpoint })).hash;
  }
  if (openedFile) await ask("openModel", openedFile);
  return undefined;
}
