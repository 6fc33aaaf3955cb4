/** Session: the worker's engine, data sets and network, and the run that trains it. */

import {
  type CheckpointContents,
  createEngine,
  type DataSource,
  type Dataset,
  type Engine,
  type Loss,
  type Network,
  Random,
} from "../../src/index.js";
import type { WorkerEvent } from "../protocol.js";
import { createNetwork } from "../run/network.js";
import { engineOptions, type RunSettings } from "../run/settings.js";
import { Training, type TrainingPlan } from "./training.js";

/** Data to learn from, before it is in an engine's memory. */
export interface Problem {
  readonly inputs: number;
  readonly outputs: number;
  /** A new loss for each network; default softmax cross-entropy. */
  readonly loss?: () => Loss;
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

export class Session {
  readonly send: (event: WorkerEvent) => void;
  #engine: Engine | undefined;
  #engineKey = "";
  #placed: PlacedProblem | undefined;
  #network: Network | undefined;
  #training: Training | undefined;
  #ended: Promise<void> = Promise.resolve();
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
    if (this.#placed) return this.#placed;
    throw new Error("there is no data yet: load some");
  }

  /**
   * An engine for the settings with the problem's data in it and its generator at the seed: the one before if its options
   * were the same, and then its network stays until another is adopted. Ends a run under way.
   */
  async prepare(settings: RunSettings, problem: Problem): Promise<Engine> {
    await this.#endRun();
    const { seed = 0, ...options } = engineOptions(settings);
    const key = JSON.stringify(options);
    if (!this.#engine || key !== this.#engineKey) {
      this.#engine?.dispose();
      this.#placed = undefined;
      this.#network = undefined;
      this.#training = undefined;
      this.#engine = await createEngine(options);
      this.#engineKey = key;
    }
    const engine = this.#engine;
    if (this.#placed?.problem !== problem) {
      for (const data of [this.#placed?.train, this.#placed?.validation, this.#placed?.test]) data?.dispose();
      this.#placed = {
        problem,
        train: engine.dataset(problem.train, { classes: problem.loss ? 0 : problem.outputs }),
        validation: engine.dataset(problem.validation, { classes: problem.loss ? 0 : problem.outputs }),
        test: engine.dataset(problem.test, { classes: problem.loss ? 0 : problem.outputs }),
      };
    }
    engine.random.state = new Random(seed).state;
    return engine;
  }

  /** Takes a network in place of the present one, which is freed. */
  adopt(network: Network, settings: RunSettings): void {
    this.#network?.dispose();
    this.#network = network;
    this.#settings = settings;
    this.#training = undefined;
  }

  /** Begins a run on a new network; its end is told by events. @throws as `createEngine`, `Network` and `fit` */
  async start(settings: RunSettings, problem: Problem, batches?: number): Promise<Engine> {
    const engine = await this.prepare(settings, problem);
    const network = createNetwork(engine, settings, problem.inputs, problem.outputs, problem.loss?.());
    this.adopt(network, settings);
    this.#train({ network, epochs: settings.epochs, batchSize: settings.batch, ...(batches && { batches }) });
    return engine;
  }

  /** Takes up a checkpoint's run without going on with it yet. @throws as `loadStateDict` and `fit`; the network before stays */
  async restore(settings: RunSettings, problem: Problem, resume: CheckpointContents): Promise<Engine> {
    const engine = await this.prepare(settings, problem);
    const network = createNetwork(engine, settings, problem.inputs, problem.outputs, problem.loss?.());
    const { train: data, validation } = this.placed;
    try {
      network.loadStateDict(resume.network);
      const plan = { network, data, validation, epochs: settings.epochs, batchSize: settings.batch, resume };
      const training = new Training(plan, this.send);
      this.adopt(network, settings);
      this.#training = training;
    } catch (error) {
      network.dispose();
      throw error;
    }
    return engine;
  }

  /** Goes on with a run that has stopped or finished. @throws RangeError for fewer epochs than it has begun */
  async resume(epochs: number): Promise<void> {
    await this.#ended;
    const { plan } = this.training;
    const { network, batchSize } = plan;
    this.#train({ network, batchSize, epochs, resume: this.training.checkpoint() });
    this.#settings = { ...this.settings, epochs };
  }

  #train(plan: Omit<TrainingPlan, "data" | "validation">): void {
    const { train: data, validation } = this.placed;
    this.#training = new Training({ ...plan, data, validation }, this.send);
    this.#ended = this.#training.run();
  }

  async #endRun(): Promise<void> {
    this.#training?.stop();
    await this.#ended;
  }
}
