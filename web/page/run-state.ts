/** RunState: a run that is shown, and how it is steered: what is asked of its worker, and what comes of it, its death too. */

import { batch, type Signal } from "@preact/signals";
import type { RunSettings } from "../../src/app/settings/page-settings.js";
import type { WorkerEvent } from "../protocol/run.js";
import { ShownRun } from "./shown-run.js";
import { WorkerDeath } from "./worker-client.js";

export type SteerName = "pause" | "continue" | "step" | "stop";

/** The worker, as far as a run needs it. */
export interface Steering {
  call(name: SteerName, argument: undefined): Promise<void>;
  /** Ends the worker; calls that wait for an answer are rejected with WorkerDeath. */
  end(reason: string): void;
}

/** A worker that has not stopped by then, as it is in the middle of a long batch, is ended. */
const PATIENCE_MILLISECONDS = 800;

export class RunState extends ShownRun {
  readonly #steering: Steering;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** What is to be done once the run that was asked for begins. */
  #onBegin = () => {};

  /** @param batchesToShow as of ShownRun */
  constructor(steering: Steering, batchesToShow = 0) {
    super(batchesToShow);
    this.#steering = steering;
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
    if (event.kind === "update") this.takeUpdate(event.update);
    else if (event.kind === "hash") this.hash.value = event.hash;
    else if (event.kind === "warning") this.warning.value = event.message;
    else if (event.kind === "kept") this.keep(event.checkpoint);
    else if (event.kind === "status") batch(() => this.#takeStatus(event));
  }

  /** The worker has died: the run is back where it was last kept. */
  died(reason: string): void {
    const death = `The training worker died: ${reason}.`;
    const next = "Your next action starts a new worker";
    batch(() => {
      this.#forgetAsked();
      // A start is refused by the same death.
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

  /** Whether no file may take its place, as it is under way; says so. */
  refusesFiles(): boolean {
    if (this.busy.peek()) this.failure.value = "A run is under way. Stop it before you open another file.";
    return this.busy.peek();
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

  /** A batch under way takes too long to wait for. */
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
