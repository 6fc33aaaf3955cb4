/** What the page knows of the run: signals that the worker's events fill, and the commands. */

import { batch, computed, signal } from "@preact/signals";
import type { EngineInfo, EpochReport } from "../../src/index.js";
import type { LabelledDigit, RunStatus, RunUpdate, SavedFile, WorkerEvent } from "../protocol.js";
import type { RunSettings } from "../run/settings.js";
import { Curve } from "./curve.js";
import { settings } from "./location.js";
import { call, listen } from "./worker-client.js";

export type DataEvent = Extract<WorkerEvent, { kind: "data" }>;

/** How far MNIST's download is; undefined before it begins. */
export const data = signal<DataEvent | undefined>(undefined);
export const examples = signal<readonly LabelledDigit[]>([]);
export const engine = signal<EngineInfo | undefined>(undefined);
export const status = signal<RunStatus | "idle" | "starting">("idle");
/** What went wrong last; empty when nothing did. */
export const failure = signal("");
export const progress = signal<RunUpdate | undefined>(undefined);
/** Losses over the epochs: of training, of validation. */
export const lossCurve = new Curve(2);
/** Accuracies after each epoch: of training, of validation. */
export const accuracyCurve = new Curve(2);
/** The last epoch that has been evaluated. */
export const lastReport = signal<EpochReport | undefined>(undefined);
export const hash = signal("");
/** Settings of the run that the charts show. */
export const runSettings = signal<RunSettings | undefined>(undefined);
/** Counts networks: what shows one asks again when it changes. */
export const generation = signal(0);
/** What was opened last, for people; empty once a run has started. */
export const opened = signal("");

export const busy = computed(() => ["starting", "running", "paused"].includes(status.value));
export const ready = computed(() => data.value?.stage === "ready");
export const hasNetwork = computed(() => generation.value > 0 && status.value !== "starting");

/** Listens to the worker and has it load MNIST. */
export async function openRunStore(): Promise<void> {
  listen(take);
  await loadData();
}

/** Fetches MNIST, or tries again to. */
export async function loadData(): Promise<void> {
  failure.value = "";
  try {
    examples.value = await call("load", { base: new URL("mnist/", document.baseURI).href });
  } catch (error) {
    batch(() => {
      data.value = undefined;
      failure.value = `MNIST could not be loaded: ${(error as Error).message}`;
    });
  }
}

/** Starts a run with the present settings; with `step` it pauses after one batch. */
export async function start(step = false): Promise<void> {
  batch(() => {
    forget("starting");
    runSettings.value = settings.value;
  });
  try {
    engine.value = await call("start", { settings: settings.value, step });
    ++generation.value;
  } catch (error) {
    batch(() => {
      status.value = "failed";
      failure.value = (error as Error).message;
    });
  }
}

/** Opens a model to look at, or a checkpoint to go on from; either takes the place of the present network. */
export async function open(file: SavedFile): Promise<void> {
  const before = status.value;
  failure.value = "";
  status.value = "starting";
  try {
    const found = await call("open", { settings: settings.value, file });
    batch(() => {
      forget(found.run ? "stopped" : "idle");
      if (found.run) {
        settings.value = found.run.settings;
        takeUpdate(found.run.update);
      }
      runSettings.value = found.run?.settings;
      engine.value = found.engine;
      hash.value = found.hash;
      opened.value = found.title;
      ++generation.value;
    });
  } catch (error) {
    batch(() => {
      status.value = before;
      failure.value = (error as Error).message;
    });
  }
}

/** Goes on with a run that was stopped or has finished, up to the epochs of the present settings. */
export function resume(): Promise<void> {
  const { epochs } = settings.value;
  if (runSettings.value) runSettings.value = { ...runSettings.value, epochs };
  return steer("resume", { epochs });
}

/** Sends a command and shows what is wrong with it, if anything. */
export async function steer(name: "pause" | "continue" | "step" | "stop"): Promise<void>;
export async function steer(name: "resume", argument: { readonly epochs: number }): Promise<void>;
export async function steer(
  name: "pause" | "continue" | "step" | "stop" | "resume",
  argument?: unknown,
): Promise<void> {
  failure.value = "";
  try {
    await call(name, argument as never);
  } catch (error) {
    failure.value = (error as Error).message;
  }
}

function take(event: WorkerEvent): void {
  if (event.kind === "data") data.value = event;
  else if (event.kind === "update") takeUpdate(event.update);
  else if (event.kind === "hash") hash.value = event.hash;
  else {
    batch(() => {
      status.value = event.status;
      if (event.status === "running") hash.value = "";
      if (event.message) failure.value = event.message;
    });
  }
}

function takeUpdate(update: RunUpdate): void {
  batch(() => {
    progress.value = update;
    for (const [time, loss] of update.losses) lossCurve.append(time, loss);
    for (const report of update.reports) {
      lastReport.value = report;
      if (!report.completed) continue;
      lossCurve.place(report.epoch, 1, report.valLoss ?? null);
      accuracyCurve.append(report.epoch, report.trainAccuracy ?? null, report.valAccuracy ?? null);
    }
    if (update.losses.length > 0 || update.reports.length > 0) lossCurve.commit();
    if (update.reports.length > 0) accuracyCurve.commit();
  });
}

/** Clears what was shown of the run before. */
function forget(next: "starting" | "stopped" | "idle"): void {
  status.value = next;
  failure.value = "";
  progress.value = undefined;
  lastReport.value = undefined;
  hash.value = "";
  opened.value = "";
  lossCurve.clear();
  accuracyCurve.clear();
}
