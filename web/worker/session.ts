/** Session: a worker's engine, data sets and network, and the run that trains it. */

import { networkFromSettings } from "../../src/app/network-from-settings.js";
import type { RunEvent } from "../../src/app/run/events.js";
import { planFit } from "../../src/app/run/fit-plan.js";
import { Run, type RunPlan } from "../../src/app/run/run.js";
import { engineOptions, type RunSettings } from "../../src/app/settings/page-settings.js";
import type { PlacedData, Task } from "../../src/app/task.js";
import { type CheckpointContents, createEngine, type Engine, type Network, Random } from "../../src/index.js";
import { createWorker } from "./page-thread.js";
import { sha256 } from "./sha256.js";

/** An engine with a task's data, if there is a task. */
export interface Workplace<T extends Task> {
  readonly engine: Engine;
  /** The engine's options. A run with the same options can reuse it. */
  readonly key: string;
  readonly task: T | undefined;
  readonly data: PlacedData | undefined;
}

/** The network and run in a workplace. */
interface Adopted {
  readonly network: Network;
  readonly settings: RunSettings;
  readonly run?: Run;
}

/** How a run begins. */
export interface Beginning {
  /** Number of batches before the first pause; default no pause. */
  readonly batches?: number | undefined;
  /** The most epochs per second; 0, the default: no limit. */
  readonly pace?: number | undefined;
}

export class Session<T extends Task> {
  readonly send: (event: RunEvent) => void;
  readonly #metadata: (settings: RunSettings) => Readonly<Record<string, string>>;
  #workplace: Workplace<T> | undefined;
  #adopted: Adopted | undefined;

  /** @param metadata returns the metadata for a run's checkpoints */
  constructor(
    send: (event: RunEvent) => void,
    metadata: (settings: RunSettings) => Readonly<Record<string, string>> = () => ({}),
  ) {
    this.send = send;
    this.#metadata = metadata;
  }

  /** @throws Error before the first */
  get network(): Network {
    if (this.#adopted) return this.#adopted.network;
    throw new Error("there is no network yet: train one, or open a model");
  }

  /** The settings of the current run, or those with which the model was opened. @throws Error before the first */
  get settings(): RunSettings {
    if (this.#adopted) return this.#adopted.settings;
    throw new Error("there is no run yet: start one");
  }

  /** @throws Error before the first */
  get run(): Run {
    if (this.#adopted?.run) return this.#adopted.run;
    throw new Error("there is no run yet: start one");
  }

  /** The network's task. @throws Error before the first */
  get task(): T {
    if (this.#workplace?.task) return this.#workplace.task;
    throw new Error("there is no run yet: start one");
  }

  /** The task's data in the engine. @throws Error before the first */
  get data(): PlacedData {
    if (this.#workplace?.data) return this.#workplace.data;
    throw new Error("there is no data yet: load some");
  }

  /**
   * Replaces the current network by the one that `make` creates. Reuses the workplace if its options and its task are the same.
   * If anything fails, everything stays as it was. Ends a run under way.
   */
  async replace(
    settings: RunSettings,
    task: T | undefined,
    make: (workplace: Workplace<T>) => Adopted | Promise<Adopted>,
  ): Promise<Engine> {
    await this.#endRun();
    const { seed = 0, ...options } = engineOptions(settings);
    const key = JSON.stringify(options);
    const before = this.#workplace;
    const isSame = before !== undefined && before.key === key && task !== undefined && before.task === task;
    const workplace = isSame ? before : await makeWorkplace(options, key, task);
    workplace.engine.random.state = new Random(seed).state;
    try {
      this.#adopt(workplace, await make(workplace));
    } catch (error) {
      if (workplace !== before) workplace.engine.dispose();
      throw error;
    }
    return workplace.engine;
  }

  /** Starts a run on a new network. Events tell when it ends. @throws as `createEngine`, `Network` and `fit` */
  start(settings: RunSettings, task: T, beginning: Beginning = {}): Promise<Engine> {
    return this.replace(settings, task, (workplace) => {
      const network = networkFromSettings(workplace.engine, settings, task);
      return disposingOnError(network, async () => {
        const run = this.#makeRun(workplace, network, settings, beginning);
        await run.begin();
        return { network, settings, run };
      });
    });
  }

  /** Restores a checkpoint's run without resuming it. @throws as `loadStateDict` and `fit` */
  restore(settings: RunSettings, task: T, resume: CheckpointContents, beginning: Beginning = {}): Promise<Engine> {
    return this.replace(settings, task, (workplace) => {
      const network = networkFromSettings(workplace.engine, settings, task);
      return disposingOnError(network, async () => {
        network.loadStateDict(resume.network);
        // Resuming loads it again. This checks that it fits.
        network.optimizer.loadStateDict(resume.optimizer);
        return { network, settings, run: this.#makeRun(workplace, network, settings, { ...beginning, resume }) };
      });
    });
  }

  /** Resumes a run that was stopped or has finished. @throws RangeError for fewer epochs than it has begun */
  async resume(epochs: number): Promise<void> {
    await this.run.ended;
    const { network, run } = this;
    const settings = { ...this.settings, epochs };
    const more = { resume: run.checkpoint(), pace: run.pace };
    const next = this.#makeRun(this.#workplace as Workplace<T>, network, settings, more);
    await next.begin();
    this.#adopted = { network, settings, run: next };
  }

  #makeRun(
    { task, data }: Workplace<T>,
    network: Network,
    settings: RunSettings,
    { batches, pace, resume }: Beginning & Pick<RunPlan, "resume">,
  ): Run {
    if (!task || !data) throw new Error("there is no data yet: load some");
    const batchSize = Math.min(settings.batchSize, data.training.rows);
    const plan: RunPlan = {
      ...planFit({ ...settings, batchSize }, data, task.classes),
      network,
      data: data.training,
      metadata: this.#metadata(settings),
      digest: sha256,
      ...(batches !== undefined && { batches }),
      ...(pace !== undefined && { pace }),
      ...(resume && { resume }),
    };
    return new Run(plan, this.send);
  }

  #adopt(workplace: Workplace<T>, adopted: Adopted): void {
    this.#adopted?.network.dispose();
    if (this.#workplace !== workplace) this.#workplace?.engine.dispose();
    this.#workplace = workplace;
    this.#adopted = adopted;
  }

  async #endRun(): Promise<void> {
    this.#adopted?.run?.stop();
    await this.#adopted?.run?.ended;
  }
}

async function makeWorkplace<T extends Task>(
  options: Parameters<typeof createEngine>[0],
  key: string,
  task: T | undefined,
): Promise<Workplace<T>> {
  const engine = await createEngine({ ...options, createWorker });
  try {
    return { engine, key, task, data: task?.place(engine) };
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

/** Runs `action` and frees the network if it fails. */
async function disposingOnError<T>(network: Network, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    network.dispose();
    throw error;
  }
}
