/** RunState: the run that the page shows. Steers it through its worker and follows the worker's events, including its death. */

import { batch, type Signal } from "@preact/signals";
import type { RunSettings } from "../../src/app/settings/page-settings.js";
import type { WorkerEvent } from "../protocol/run.js";
import { ShownRun } from "./shown-run.js";
import { WorkerDeath } from "./worker-client.js";

export type SteerName = "pause" | "continue" | "step" | "stop";

/** A run's access to its worker. */
export interface Steering {
  call(name: SteerName, argument: undefined): Promise<void>;
  /** Ends the worker. Calls that wait for an answer reject with WorkerDeath. */
  end(reason: string): void;
}

/** How long Stop waits for a batch to end before it ends the worker. */
const PATIENCE_MILLISECONDS = 800;

export class RunState extends ShownRun {
  readonly #steering: Steering;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** Called when the requested run begins. */
  #onBegin = () => {};

  /** @param batchesToShow as in ShownRun */
  constructor(steering: Steering, batchesToShow = 0) {
    super(batchesToShow);
    this.#steering = steering;
  }

  /** Starts a new run. The page keeps showing the previous run until the new one begins, and if it is refused. */
  start<T>(settings: RunSettings, ask: () => Promise<T>, onBegin = () => {}): Promise<T | undefined> {
    return this.begin(ask, () => {
      this.forget();
      this.settings.value = settings;
      onBegin();
    });
  }

  /**
   * Resumes a run that was stopped or has finished, with its own settings and the epochs of `form`. From then on the form shows
   * the run's settings. If it is refused, both stay as they were.
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
    if (event.kind === "update") this.takeUpdate(event.update);
    else if (event.kind === "hash") this.hash.value = event.hash;
    else if (event.kind === "warning") this.warning.value = event.message;
    else if (event.kind === "kept") this.keep(event.checkpoint);
    else if (event.kind === "status") batch(() => this.#takeStatus(event));
  }

  /** Handles the worker's death: goes back to the last checkpoint. */
  died(reason: string): void {
    const death = `The training worker died: ${reason}.`;
    const next = "Your next action starts a new worker";
    batch(() => {
      this.#forgetAsked();
      // The death also rejects a start.
      if (!this.busy.peek() || this.status.peek() === "starting") {
        this.failure.value = `${death} ${next}.`;
      } else if (this.goBack()) {
        this.failure.value = `${death} The run is back at ${this.place}, its last checkpoint. ${next}; Resume continues from there.`;
      } else {
        this.status.value = "failed";
        this.failure.value = `${death} It had just begun, so there is no checkpoint. ${next}.`;
      }
    });
  }

  /** Whether a run is under way, so that no file can be opened. If so, says it. */
  refusesFiles(): boolean {
    if (this.busy.peek()) this.failure.value = "A run is under way. Stop it before you open another file.";
    return this.busy.peek();
  }

  /** Asks for something that replaces or resumes what is shown. If it is refused, everything stays as it was. */
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

  /** Shows the error, except a worker's death, which `died` shows. */
  #tell(error: unknown): void {
    if (!(error instanceof WorkerDeath)) this.failure.value = (error as Error).message;
  }

  #takeStatus({ status, message, isBroken }: Extract<WorkerEvent, { kind: "status" }>): void {
    if (this.status.peek() === "starting") {
      // Any other status belongs to the previous run.
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

  /** Ends the worker, because the current batch takes too long. */
  #giveUp(): void {
    this.#steering.end("it was stopped");
    batch(() => {
      this.#forgetAsked();
      const why = "Stopped in the middle of a batch that would have taken longer than a second.";
      if (this.goBack()) {
        this.note.value = `${why} The run is back at ${this.place}; Resume continues from there.`;
      } else {
        this.forget("idle");
        this.note.value = `${why} There was no checkpoint yet.`;
      }
    });
  }

  #forgetAsked(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.asked.value = undefined;
  }
}
