/** ShownRun: what the page shows of a run, and its last checkpoint for another worker. */

import { batch, computed, signal } from "@preact/signals";
import type { RunStatus, RunUpdate } from "../../src/app/run/events.js";
import type { RunSettings } from "../../src/app/settings/page-settings.js";
import type { EpochReport } from "../../src/index.js";
import { Curve } from "./curve.js";

export type ShownStatus = RunStatus | "idle" | "starting";

/** A checkpoint, and what the page showed at that time. */
interface Kept {
  readonly checkpoint: Uint8Array;
  readonly progress: RunUpdate;
  readonly lastReport: EpochReport | undefined;
}

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

export class ShownRun {
  readonly status = signal<ShownStatus>("idle");
  /** The reader's request that has not taken effect yet. */
  readonly asked = signal<keyof typeof ASKED | undefined>(undefined);
  /** The last error; empty if there is none. */
  readonly failure = signal("");
  /** A note on how the run got where it is. */
  readonly note = signal("");
  /** A warning about the run. It stays as long as the page shows the run. */
  readonly warning = signal("");
  readonly progress = signal<RunUpdate | undefined>(undefined);
  /** The report of the last epoch. */
  readonly lastReport = signal<EpochReport | undefined>(undefined);
  /** SHA-256 of the weights, unless they are changing. */
  readonly hash = signal("");
  /** The run's settings. */
  readonly settings = signal<RunSettings | undefined>(undefined);
  /** Whether there are results that are not saved. */
  readonly unsaved = signal(false);
  /** Training and validation loss over the epochs. */
  readonly lossCurve = new Curve(2);
  /** Training and validation accuracy, or R², after each epoch. */
  readonly scoreCurve = new Curve(2);
  readonly busy = computed(() => ["starting", "running", "paused"].includes(this.status.value));
  readonly over = computed(() => ["stopped", "finished"].includes(this.status.value));
  /** The status, or what was asked, for people. */
  readonly title = computed(() => (this.asked.value ? ASKED[this.asked.value] : TITLES[this.status.value]));

  readonly #batchesToShow: number;
  #kept: Kept | undefined;

  /** @param batchesToShow with fewer batches per epoch, the chart shows the epoch's mean loss: single batches say little */
  constructor(batchesToShow = 0) {
    this.#batchesToShow = batchesToShow;
  }

  /** The worker's newest checkpoint; undefined if there is none. */
  get kept(): Uint8Array | undefined {
    return this.#kept?.checkpoint;
  }

  /** Keeps a checkpoint of the run as it is shown. */
  keep(checkpoint: Uint8Array): void {
    const progress = this.progress.peek();
    if (progress) this.#kept = { checkpoint, progress, lastReport: this.lastReport.peek() };
  }

  /** Shows the run stopped at its last checkpoint. @returns whether there is one */
  goBack(): boolean {
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

  /** Says that the run cannot be resumed from its checkpoint. */
  lose(message: string): void {
    this.#kept = undefined;
    this.status.value = "failed";
    this.failure.value = message;
  }

  /** "epoch 3, batch 120 of 1,562". */
  get place(): string {
    const { epoch = 0, batch: done = 0, batches = 0 } = this.progress.peek() ?? {};
    return `epoch ${epoch}, batch ${grouped.format(done)} of ${grouped.format(batches)}`;
  }

  /** Shows a run that stopped at `update`. */
  show(settings: RunSettings, update: RunUpdate): void {
    this.status.value = "stopped";
    this.settings.value = settings;
    this.takeUpdate(update);
  }

  /** Adds an update. */
  takeUpdate(update: RunUpdate): void {
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

  /** Clears everything. */
  forget(status: ShownStatus = this.status.peek()): void {
    batch(() => {
      this.status.value = status;
      this.clearTexts();
      this.warning.value = "";
      this.#kept = undefined;
      this.asked.value = undefined;
      this.progress.value = undefined;
      this.lastReport.value = undefined;
      this.hash.value = "";
      this.settings.value = undefined;
      this.unsaved.value = false;
      this.lossCurve.clear();
      this.scoreCurve.clear();
    });
  }

  /** Clears error and note, because a new action begins. */
  clearTexts(): void {
    this.failure.value = "";
    this.note.value = "";
  }
}
