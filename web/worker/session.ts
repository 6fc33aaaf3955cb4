/** Session: the worker's engine, data sets and network, and the run that trains it. */

import { checkpointMetadata } from "../../src/app/checkpoint-file.js";
import { type NetworkShape, networkFromSettings } from "../../src/app/network-from-settings.js";
import { engineOptions, type RunSettings } from "../../src/app/page-settings.js";
import {
  type CheckpointContents,
  createEngine,
  type DataSource,
  type Dataset,
  type Engine,
  type Network,
  Random,
} from "../../src/index.js";
import type { WorkerEvent } from "../protocol.js";
import { createWorker } from "./page-thread.js";
import { Training, type TrainingPlan } from "./training.js";

/** Data to learn from, before it is in an engine's memory. */
export interface Problem extends NetworkShape {
  readonly train: DataSource;
  readonly validation: DataSource;
  readonly test: DataSource;
}

/** A problem's data sets in an engine's memory. */
interface PlacedProblem {
  readonly problem: Problem;
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/** An engine with a problem's data in it. */
export interface Workplace {
  readonly engine: Engine;
  /** The engine's options: another run with the same can have it. */
  readonly key: string;
  readonly placed: PlacedProblem;
}

/** What of a workplace is adopted with it. */
interface Adopted {
  readonly network: Network;
  readonly settings: RunSettings;
  readonly training?: Training;
}

export class Session {
  readonly send: (event: WorkerEvent) => void;
  #workplace: Workplace | undefined;
  #network: Network | undefined;
  #training: Training | undefined;
  #settings: RunSettings | undefined;

  constructor(send: (event: WorkerEvent) => void) {
    this.send = send;
  }

  /** @throws Error before the first */
  get network(): Network {
    if (this.#network) return this.#network;
    throw new Error("there is no network yet: train one, or open a model");
  }

  /** Those of the present run, or with which the present model was opened. @throws Error before the first */
  get settings(): RunSettings {
    if (this.#settings) return this.#settings;
    throw new Error("there is no run yet: start one");
  }

  /** @throws Error before the first */
  get training(): Training {
    if (this.#training) return this.#training;
    throw new Error("there is no run yet: start one");
  }

  /** The problem whose network this is. @throws Error before the first */
  get placed(): PlacedProblem {
    if (this.#workplace) return this.#workplace.placed;
    throw new Error("there is no data yet: load some");
  }

  /**
   * Has `make` make a network for the settings in a workplace, and takes it in place of the present one. The workplace is the
   * one before if its options were the same. If anything is refused, all stays as it was. Ends a run under way.
   */
  async replace(
    settings: RunSettings,
    problem: Problem,
    make: (workplace: Workplace) => Adopted | Promise<Adopted>,
  ): Promise<Engine> {
    await this.#endRun();
    const { seed = 0, ...options } = engineOptions(settings);
    const key = JSON.stringify(options);
    const before = this.#workplace;
    const isSame = before?.key === key && before.placed.problem === problem;
    const workplace = isSame ? before : await makeWorkplace(options, key, problem);
    workplace.engine.random.state = new Random(seed).state;
    try {
      this.#adopt(workplace, await make(workplace));
    } catch (error) {
      if (workplace !== before) workplace.engine.dispose();
      throw error;
    }
    return workplace.engine;
  }

  /** Begins a run on a new network; its end is told by events. @throws as `createEngine`, `Network` and `fit` */
  start(settings: RunSettings, problem: Problem, batches?: number): Promise<Engine> {
    return this.replace(settings, problem, async (workplace) => {
      const network = networkFromSettings(workplace.engine, settings, problem);
      const plan = { network, epochs: settings.epochs, batchSize: settings.batchSize, ...(batches && { batches }) };
      return disposingOnError(network, async () => {
        const training = this.#makeTraining(workplace, settings, plan);
        await training.begin();
        return { network, settings, training };
      });
    });
  }

  /** Takes up a checkpoint's run without going on with it yet. @throws as `loadStateDict` and `fit` */
  restore(settings: RunSettings, problem: Problem, resume: CheckpointContents): Promise<Engine> {
    return this.replace(settings, problem, (workplace) => {
      const network = networkFromSettings(workplace.engine, settings, problem);
      return disposingOnError(network, async () => {
        network.loadStateDict(resume.network);
        // Going on sets it again: here it is asked whether it fits.
        network.optimizer.loadStateDict(resume.optimizer);
        const plan = { network, epochs: settings.epochs, batchSize: settings.batchSize, resume };
        return { network, settings, training: this.#makeTraining(workplace, settings, plan) };
      });
    });
  }

  /** Goes on with a run that has stopped or finished. @throws RangeError for fewer epochs than it has begun; it stays as it was */
  async resume(epochs: number): Promise<void> {
    await this.training.ended;
    const { network, batchSize } = this.training.plan;
    const settings = { ...this.settings, epochs };
    const plan = { network, batchSize, epochs, resume: this.training.checkpoint() };
    const training = this.#makeTraining(this.#workplace as Workplace, settings, plan);
    await training.begin();
    this.#training = training;
    this.#settings = settings;
  }

  #makeTraining(
    { placed }: Workplace,
    settings: RunSettings,
    plan: Omit<TrainingPlan, "data" | "validation" | "metadata">,
  ): Training {
    const { train: data, validation } = placed;
    return new Training({ ...plan, data, validation, metadata: checkpointMetadata(settings) }, this.send);
  }

  #adopt(workplace: Workplace, { network, settings, training }: Adopted): void {
    this.#network?.dispose();
    if (this.#workplace !== workplace) this.#workplace?.engine.dispose();
    this.#workplace = workplace;
    this.#network = network;
    this.#settings = settings;
    this.#training = training;
  }

  async #endRun(): Promise<void> {
    this.#training?.stop();
    await this.#training?.ended;
  }
}

async function makeWorkplace(
  options: Parameters<typeof createEngine>[0],
  key: string,
  problem: Problem,
): Promise<Workplace> {
  const engine = await createEngine({ ...options, createWorker });
  try {
    const place = (source: DataSource) => engine.dataset(source, { classes: problem.classes?.length ?? 0 });
    const { train, validation, test } = problem;
    const placed = { problem, train: place(train), validation: place(validation), test: place(test) };
    return { engine, key, placed };
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

/** What `action` comes to; its network is freed if that is an error. */
async function disposingOnError<T>(network: Network, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    network.dispose();
    throw error;
  }
}
