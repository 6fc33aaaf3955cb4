/** TaskStore: a task's worker, the run that it trains, and how a new worker takes over from one that has ended. */

import type { Signal } from "@preact/signals";
import type { SavedFile } from "../../src/app/model-file.js";
import type { RunSettings } from "../../src/app/settings/page-settings.js";
import type { RunCalls, WorkerEvent } from "../protocol/run.js";
import { RunState } from "./run-state.js";
import { saveFile } from "./save-file.js";
import { type Call, WorkerClient, WorkerDeath } from "./worker-client.js";

/** The parts that differ between tasks. */
export interface TaskLife<C> {
  startWorker(): Worker;
  onEvent(event: WorkerEvent): void;
  /** The worker has died. */
  onDeath(reason: string): void;
  /** Stop has ended the worker, which was in the middle of a long batch. */
  onEnd(): void;
  /** Gives a new worker the data. If that fails, the next action tries again. */
  prepare(call: Call<C>): Promise<void>;
  /** Gives a new worker the last one's network. Returns the hash of its weights if it trained them. */
  revive(call: Call<C>): Promise<string | undefined>;
  /** Forgets the network that could not be revived: the next action must not fail for the same reason. */
  forget(): void;
}

export class TaskStore<C extends RunCalls> {
  /** Asks the worker, which starts with the first call. */
  readonly call: Call<C>;
  readonly run: RunState;
  readonly #shared: Call<RunCalls>;

  /** @param batchesToShow as in ShownRun */
  constructor(life: TaskLife<C>, batchesToShow = 0) {
    const client = new WorkerClient<C>(life.startWorker, {
      onEvent: life.onEvent,
      onDeath: life.onDeath,
      revive: (call) => this.#revive(life, call),
    });
    this.call = client.call;
    this.#shared = client.call as unknown as Call<RunCalls>;
    const end = (reason: string) => {
      client.end(reason);
      life.onEnd();
    };
    this.run = new RunState({ call: this.#shared, end }, batchesToShow);
  }

  /** Resumes a run that was stopped or has finished, up to the epochs in the form. */
  resume(form: Signal<RunSettings>): Promise<void> {
    return this.run.resume(form, (epochs) => this.#shared("resume", { epochs }));
  }

  /** Does something, and shows the error if it fails. */
  async attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    this.run.clearTexts();
    return this.tellErrors(action);
  }

  /** `attempt` that leaves the texts about the run as they are. */
  async tellErrors<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      // RunState tells of a worker's death.
      if (!(error instanceof WorkerDeath)) this.run.failure.value = (error as Error).message;
      return undefined;
    }
  }

  /** Offers a file of the run as a download. */
  async save(ask: () => Promise<SavedFile>): Promise<void> {
    const file = await this.attempt(ask);
    if (!file) return;
    saveFile(file);
    this.run.unsaved.value = false;
  }

  async #revive(life: TaskLife<C>, call: Call<C>): Promise<void> {
    await life.prepare(call);
    try {
      const hash = await life.revive(call);
      if (hash !== undefined && !["running", "paused"].includes(this.run.status.peek())) this.run.hash.value = hash;
    } catch (error) {
      life.forget();
      this.run.lose(`The network could not be restored: ${(error as Error).message}`);
      throw error;
    }
  }
}
