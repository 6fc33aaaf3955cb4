/** The run on MNIST: its data, the network and the commands. */

import { batch, computed, signal } from "@preact/signals";
import type { SavedFile } from "../../src/app/model-file.js";
import { FIELDS, type RunSettings } from "../../src/app/settings/page-settings.js";
import type { EngineInfo } from "../../src/index.js";
import type { DigitCalls, LabelledDigit } from "../protocol/digits.js";
import type { DataEvent } from "../protocol/run.js";
import { settings } from "./location.js";
import { TaskStore } from "./task-store.js";
import type { Call } from "./worker-client.js";

/** Progress of MNIST's download; undefined before it begins. */
export const data = signal<DataEvent | undefined>(undefined);
/** Why MNIST could not be loaded; otherwise empty. */
export const dataFailure = signal("");
export const examples = signal<readonly LabelledDigit[]>([]);
export const engine = signal<EngineInfo | undefined>(undefined);
/** Counts networks. Whatever shows one asks again when this changes. */
export const generation = signal(0);
/** A description of the last opened file; empty once a run has started. */
export const opened = signal("");
/** Whether there is a network, in the worker or kept for the next one. */
const exists = signal(false);

const store = new TaskStore<DigitCalls>({
  startWorker: () =>
    new Worker(new URL("../worker/training-worker.ts", import.meta.url), { type: "module", name: "training" }),
  onEvent(event) {
    if (event.kind === "data") data.value = event;
    else run.take(event);
  },
  onDeath(reason) {
    // Without data there is no run yet: loading has failed and shows its own error.
    if (ready.peek()) run.died(reason);
    exists.value = nextFile() !== undefined;
  },
  onEnd() {
    // Starts the next worker at once, so that the page can show its network.
    if (exists.peek()) void call("hash", undefined).catch(() => {});
  },
  prepare: load,
  revive,
  forget() {
    openedFile = undefined;
    exists.value = false;
  },
});

export const { call, run } = store;
export const { status, failure, note, progress, lastReport, hash, busy } = run;

export const ready = computed(() => examples.value.length > 0);
export const hasNetwork = computed(() => exists.value && status.value !== "starting");

/** The opened file, for the next worker, until a run has its own checkpoints. */
let openedFile: SavedFile | undefined;
/** The settings of the run, or those with which the file was opened. */
let openedSettings: RunSettings = settings.peek();

/** Loads MNIST, or tries again. */
export async function loadData(): Promise<void> {
  dataFailure.value = "";
  try {
    await load(call);
  } catch (error) {
    batch(() => {
      data.value = undefined;
      dataFailure.value = (error as Error).message;
    });
  }
}

async function load(ask: Call<DigitCalls>): Promise<void> {
  const first = await ask("load", { base: new URL("mnist/", document.baseURI).href });
  if (examples.peek().length === 0) examples.value = first;
}

/** Starts a run with the current settings. With `step` it pauses after one batch. */
export async function start(step = false): Promise<void> {
  const wanted = settings.peek();
  const onBegin = () => {
    openedFile = undefined;
    opened.value = "";
  };
  const info = await run.start(wanted, () => call("start", { settings: wanted, step }), onBegin);
  if (info) batch(() => takeNetwork(info));
}

/** Opens a model to look at, or a checkpoint to resume. Either replaces the current network. */
export async function open(given: SavedFile): Promise<void> {
  if (run.refusesFiles()) return;
  const present = settings.peek();
  const found = await run.begin(() => call("open", { settings: present, file: given }));
  if (!found) return;
  openedFile = given;
  openedSettings = found.run?.settings ?? present;
  batch(() => {
    run.forget("idle");
    if (found.run) {
      settings.value = found.run.settings;
      run.show(found.run.settings, found.run.update);
      note.value = describeTaken(given.name, found.run.taken);
    }
    hash.value = found.hash;
    opened.value = found.title;
    takeNetwork(found.engine);
  });
}

/** Resumes a run that was stopped or has finished, up to the epochs of the current settings. */
export function resume(): Promise<void> {
  return store.resume(settings);
}

export const save = store.save.bind(store);

function takeNetwork(info: EngineInfo): void {
  engine.value = info;
  exists.value = true;
  ++generation.value;
}

/** Says which settings came from the form, because the file has none. */
function describeTaken(name: string, taken: readonly (keyof RunSettings)[]): string {
  if (taken.length === 0) return "";
  const names = taken.map((setting) => FIELDS[setting].title.toLowerCase()).join(", ");
  return `${name} contains no settings. The form on the Train tab shows those that follow from its arrays. These stay as they were: ${names}.`;
}

/** The file that the next worker opens. */
function nextFile(): { readonly settings: RunSettings; readonly file: SavedFile } | undefined {
  const own = run.settings.peek();
  if (run.kept && own) return { settings: own, file: { name: "checkpoint.safetensors", bytes: run.kept } };
  return openedFile && { settings: openedSettings, file: openedFile };
}

async function revive(ask: Call<DigitCalls>): Promise<string | undefined> {
  const next = nextFile();
  if (!next) {
    exists.value = false;
    return undefined;
  }
  const found = await ask("open", next);
  // The same network as before, so `generation` stays: views would ask again, forever if their call is what kills the worker.
  engine.value = found.engine;
  return found.hash;
}
