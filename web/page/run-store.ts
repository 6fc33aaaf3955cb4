/** What the page knows of the run: signals that the worker's events fill, and the commands. */

import { batch, computed, signal } from "@preact/signals";
import type { EngineInfo, EpochReport } from "../../src/index.js";
import type { LabelledDigit, RunStatus, RunUpdate, WorkerEvent } from "../protocol.js";
import type { RunSettings } from "../run/settings.js";
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
/** The loss curve: times in epochs and losses. The arrays grow; `losses` is a new object for each change. */
export const losses = signal<{ readonly x: number[]; readonly y: number[] }>({ x: [], y: [] });
export const reports = signal<readonly EpochReport[]>([]);
export const hash = signal("");
/** Settings of the run that the charts show. */
export const runSettings = signal<RunSettings | undefined>(undefined);
/** Counts networks: what shows one asks again when it changes. */
export const generation = signal(0);

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
    status.value = "starting";
    failure.value = "";
    progress.value = undefined;
    losses.value = { x: [], y: [] };
    reports.value = [];
    hash.value = "";
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
    if (update.losses.length > 0) {
      const { x, y } = losses.value;
      for (const [time, loss] of update.losses) {
        x.push(time);
        y.push(loss);
      }
      losses.value = { x, y };
    }
    if (update.reports.length > 0) reports.value = [...reports.value, ...update.reports];
  });
}
