/** RunState: what the page shows of a run, and what is kept of it should its worker end. Filled by the worker's events. */

import { batch, computed, type Signal, signal } from "@preact/signals";
import type { EpochReport } from "../../src/index.js";
import type { RunStatus, RunUpdate, WorkerEvent } from "../protocol.js";
import type { RunSettings } from "../run/settings.js";
import { Curve } from "./curve.js";
import { WorkerDeath } from "./worker-client.js";

export type ShownStatus = RunStatus | "idle" | "starting";
export type SteerName = "pause" | "continue" | "step" | "stop";

/** The worker, as far as a run needs it. */
export interface Steering {
  call(name: SteerName, argument: undefined): Promise<void>;
  /** Ends the worker; calls that wait for an answer are rejected with WorkerDeath. */
  end(reason: string): void;
}

/** A checkpoint, and what was shown when it was taken. */
interface Kept {
  readonly checkpoint: Uint8Array;
  readonly progress: RunUpdate;
  readonly lastReport: EpochReport | undefined;
}

/** A worker that has not stopped by then, as it is in the middle of a long batch, is ended. */
const PATIENCE_MILLISECONDS = 800;
const TITLES: Readonly<Record<ShownStatus, string>> = {
  idle: "Ready",
  starting: "Starting",
  running: "Training",
  paused: "Paused",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed",
};
const ASKED = { pause: "Pausing", stop: "Stopping" } as const;
const grouped = new Intl.NumberFormat("en");

export class RunState {
  readonly status = signal<ShownStatus>("idle");
  /** What has been asked of the run, and has not come about yet. */
  readonly asked = signal<"pause" | "stop" | undefined>(undefined);
  /** What went wrong last; empty when nothing did. */
  readonly failure = signal("");
  /** What else there is to know of how the run came to where it is. */
  readonly note = signal("");
  readonly progress = signal<RunUpdate | undefined>(undefined);
  /** The last epoch that has been evaluated. */
  readonly lastReport = signal<EpochReport | undefined>(undefined);
  /** SHA-256 of the weights, unless they are changing. */
  readonly hash = signal("");
  /** Settings of the run that is shown. */
  readonly settings = signal<RunSettings | undefined>(undefined);
  /** Whether there are results that no file has. */
  readonly unsaved = signal(false);
  /** Losses over the epochs: of training, of validation. */
  readonly lossCurve = new Curve(2);
  /** Accuracies, or R², after each epoch: of training, of validation. */
  readonly scoreCurve = new Curve(2);
  readonly busy = computed(() => ["starting", "running", "paused"].includes(this.status.value));
  readonly over = computed(() => ["stopped", "finished"].includes(this.status.value));
  /** Status and what has been asked, for people. */
  readonly title = computed(() => (this.asked.value ? ASKED[this.asked.value] : TITLES[this.status.value]));

  readonly #steering: Steering;
  readonly #batchesToShow: number;
  #kept: Kept | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** What is to be done once the run that was asked for begins. */
  #onBegin = () => {};

  /** @param batchesToShow in an epoch of fewer batches the loss is shown as a mean: single small ones say little */
  constructor(steering: Steering, batchesToShow = 0) {
    this.#steering = steering;
    this.#batchesToShow = batchesToShow;
  }

  /** The newest checkpoint that the worker has given; undefined without one. */
  get kept(): Uint8Array | undefined {
    return this.#kept?.checkpoint;
  }

  /** Starts a new run. What is shown of the one before stays until it begins, and if it is refused. */
  start<T>(settings: RunSettings, ask: () => Promise<T>, onBegin = () => {}): Promise<T | undefined> {
    return this.begin(ask, () => {
      this.forget();
      this.settings.value = settings;
      onBegin();
    });
  }

  /**
   * Goes on with a run that was stopped or has finished, with its own settings but for the epochs of `form`, which shows the
   * run's from then on. Refused, both stay as they were.
   */
  async resume(form: Signal<RunSettings>, ask: (epochs: number) => Promise<unknown>): Promise<void> {
    const { epochs } = form.peek();
    await this.begin(
      () => ask(epochs),
      () => {
        const own = this.settings.peek();
        if (!own) return;
        this.settings.value = { ...own, epochs };
        form.value = { ...own, epochs };
      },
    );
  }

  async steer(name: SteerName): Promise<void> {
    this.clearTexts();
    if (name === "stop" && this.status.peek() === "starting") {
      this.#steering.end("it was stopped");
      this.note.value = "Stopped before the first batch.";
      return;
    }
    if (name === "stop") this.#patience ??= setTimeout(() => this.#giveUp(), PATIENCE_MILLISECONDS);
    if (name === "stop" || name === "pause") this.asked.value = name;
    try {
      await this.#steering.call(name, undefined);
    } catch (error) {
      this.#forgetAsked();
      this.#tell(error);
    }
  }

  take(event: WorkerEvent): void {
    if (event.kind === "update") this.#takeUpdate(event.update);
    else if (event.kind === "hash") this.hash.value = event.hash;
    else if (event.kind === "kept") this.#keep(event.checkpoint);
    else if (event.kind === "status") batch(() => this.#takeStatus(event));
  }

  /** Shows a run that has stopped where `update` says. */
  show(settings: RunSettings, update: RunUpdate): void {
    this.status.value = "stopped";
    this.settings.value = settings;
    this.#takeUpdate(update);
  }

  /** The worker has died: the run is back where it was last kept. */
  died(reason: string): void {
    const death = `The training worker has died: ${reason}.`;
    const next = "Another worker starts by itself with what you do next";
    batch(() => {
      this.#forgetAsked();
      // A start is refused by the same death.
      if (!this.busy.peek() || this.status.peek() === "starting") {
        this.failure.value = `${death} ${next}.`;
      } else if (this.#goBack()) {
        this.failure.value = `${death} The run is back at ${this.#place()}, where it was last kept. ${next}; Resume goes on from there.`;
      } else {
        this.status.value = "failed";
        this.failure.value = `${death} It had just begun, and nothing of it could be kept. ${next}.`;
      }
    });
  }

  /** The run that was kept cannot be gone on with after all. */
  lose(message: string): void {
    this.#kept = undefined;
    this.status.value = "failed";
    this.failure.value = message;
  }

  /** Clears what is shown of a run. */
  forget(status: ShownStatus = this.status.peek()): void {
    batch(() => {
      this.status.value = status;
      this.clearTexts();
      this.#forgetAsked();
      this.#kept = undefined;
      this.progress.value = undefined;
      this.lastReport.value = undefined;
      this.hash.value = "";
      this.settings.value = undefined;
      this.unsaved.value = false;
      this.lossCurve.clear();
      this.scoreCurve.clear();
    });
  }

  /** Whether no file may take its place, as it is under way; says so. */
  refusesFiles(): boolean {
    if (this.busy.peek()) this.failure.value = "A run is under way: stop it before another file is opened.";
    return this.busy.peek();
  }

  /** What went wrong before is over with the next action. */
  clearTexts(): void {
    this.failure.value = "";
    this.note.value = "";
  }

  /** Asks for something that takes the place of what is shown, or goes on with it. Refused, all stays as it was. */
  async begin<T>(ask: () => Promise<T>, onBegin = () => {}): Promise<T | undefined> {
    const before = this.status.peek();
    this.clearTexts();
    this.status.value = "starting";
    this.#onBegin = onBegin;
    try {
      return await ask();
    } catch (error) {
      if (this.status.peek() === "starting") this.status.value = before;
      this.#tell(error);
      return undefined;
    }
  }

  /** Of a worker's death all has been said. */
  #tell(error: unknown): void {
    if (!(error instanceof WorkerDeath)) this.failure.value = (error as Error).message;
  }

  #takeStatus({ status, message, isBroken }: Extract<WorkerEvent, { kind: "status" }>): void {
    if (this.status.peek() === "starting") {
      // Anything else is the end of the run before.
      if (status !== "running") return;
      this.#onBegin();
    }
    if (isBroken) {
      this.#steering.end(message ?? "");
      this.died(message ?? "");
      return;
    }
    this.status.value = status;
    if (status === "running") {
      this.hash.value = "";
      this.unsaved.value = true;
    }
    if (status !== "running" && !(status === "paused" && this.asked.peek() === "stop")) this.#forgetAsked();
    if (message) this.failure.value = message;
  }

  #takeUpdate(update: RunUpdate): void {
    batch(() => {
      this.progress.value = update;
      const byBatch = update.batches >= this.#batchesToShow;
      if (byBatch) for (const [time, loss] of update.losses) this.lossCurve.append(time, loss);
      for (const report of update.reports) {
        this.lastReport.value = report;
        if (!report.completed) continue;
        if (byBatch) this.lossCurve.place(report.epoch, 1, report.valLoss ?? null);
        else this.lossCurve.append(report.epoch, report.trainLoss, report.valLoss ?? null);
        const { trainAccuracy, trainR2, valAccuracy, valR2 } = report;
        this.scoreCurve.append(report.epoch, trainAccuracy ?? trainR2 ?? null, valAccuracy ?? valR2 ?? null);
      }
      if (update.losses.length > 0 || update.reports.length > 0) this.lossCurve.commit();
      if (update.reports.length > 0) this.scoreCurve.commit();
    });
  }

  #keep(checkpoint: Uint8Array): void {
    const progress = this.progress.peek();
    if (progress) this.#kept = { checkpoint, progress, lastReport: this.lastReport.peek() };
  }

  /** Shows the run as it was kept. @returns whether it was */
  #goBack(): boolean {
    const kept = this.#kept;
    if (!kept) return false;
    const { epoch, batch: done, batches } = kept.progress;
    this.status.value = "stopped";
    this.progress.value = { ...kept.progress, losses: [], reports: [] };
    this.lastReport.value = kept.lastReport;
    this.lossCurve.cut(epoch - 1 + done / batches);
    this.scoreCurve.cut(epoch - 1 + done / batches);
    return true;
  }

  /** "epoch 3, batch 120 of 1,562". */
  #place(): string {
    const { epoch, batch: done, batches } = this.progress.peek() as RunUpdate;
    return `epoch ${epoch}, batch ${grouped.format(done)} of ${grouped.format(batches)}`;
  }

  /** A batch or an evaluation under way takes too long to wait for. */
  #giveUp(): void {
    this.#steering.end("it was stopped");
    batch(() => {
      this.#forgetAsked();
      const why = "Stopped in the middle of a batch or an evaluation, which would have taken longer than a second.";
      if (this.#goBack()) {
        this.note.value = `${why} The run is back at ${this.#place()}; Resume goes on from there.`;
      } else {
        this.forget("idle");
        this.note.value = `${why} It was the run’s first: nothing is left of it.`;
      }
    });
  }

  #forgetAsked(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.asked.value = undefined;
  }
}
