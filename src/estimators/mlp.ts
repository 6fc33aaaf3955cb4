/** What MLPClassifier and MLPRegressor have in common: options, attributes, one training at a time. */

import { NotFittedError, ShapeError } from "../checks/errors.js";
import { createEngine, type Engine } from "../create-engine.js";
import type { Matrix } from "../engine/matrix.js";
import type { Network } from "../network/network.js";
import { parametersOf, setParameters } from "./mlp-network.js";
import { type MLPOptions, type ResolvedOptions, resolveOptions } from "./mlp-options.js";
import { MLPProgress } from "./mlp-progress.js";
import type { MLPTask } from "./mlp-task.js";
import { checkValidationPart, disposedMeanwhile, MLPTraining } from "./mlp-training.js";
import { checkSamples, type LabelledSamples, type Samples } from "./samples.js";

/**
 * The estimators' base. One training at a time; `dispose` frees the engine. Names, defaults and arithmetic are scikit-learn's,
 * in float32. On purpose different: losses are not clipped at −ln ε; and each call goes on with the generator of the first, so
 * that warm starts and calls of `partialFit` visit the rows in new orders.
 */
export abstract class MLP<Y> {
  /** The options, defaults filled in; frozen. */
  readonly options: Readonly<Required<MLPOptions>>;
  #training: MLPTraining | undefined;
  #progress = new MLPProgress();
  #converged = false;
  #isBusy = false;
  /** How often it was disposed of: whether it was while something was waited for. */
  #disposals = 0;

  /** @throws TypeError for unknown options and wrong types, RangeError for values out of range */
  constructor(options: MLPOptions = {}) {
    this.options = resolveOptions(options);
  }

  /** Mean loss of each epoch, penalty included; warm starts and calls of `partialFit` add to it. */
  get lossCurve(): readonly number[] {
    return this.#progress.lossCurve;
  }

  /** The smallest of `lossCurve`. */
  get bestLoss(): number {
    return this.#progress.bestLoss;
  }

  /** Score on the part set aside after each epoch, with `earlyStopping`; warm starts add to it. */
  get validationScores(): readonly number[] {
    return this.#progress.validationScores;
  }

  /** Epochs trained, those of warm starts and calls of `partialFit` included. */
  get nIter(): number {
    return this.#progress.nIter;
  }

  /** Whether the last `fit` ended by itself, before `maxIter`. */
  get converged(): boolean {
    return this.#converged;
  }

  /**
   * Weights of each layer: copies [inputs, outputs], row by row. Set them, and `intercepts`, to go on from others with
   * `partialFit` or a warm start: the shapes are those of a first call.
   *
   * @example
   * const model = new MLPClassifier({ warmStart: true });
   * await model.partialFit(X, y);
   * [model.coefs, model.intercepts] = [coefs, intercepts];
   * await model.fit(X, y);
   * @throws NotFittedError; when set, also TypeError, ShapeError, RangeError unless there is an array of finite numbers for each
   * layer, and Error while it is being fitted
   */
  get coefs(): Float32Array[] {
    return parametersOf(this.network, "weights").map((parameter) => parameter.toArray());
  }

  set coefs(values: readonly ArrayLike<number>[]) {
    this.#set("weights", values, "coefs");
  }

  /** Biases of each layer; may be set. @throws as `coefs` */
  get intercepts(): Float32Array[] {
    return parametersOf(this.network, "biases").map((parameter) => parameter.toArray());
  }

  set intercepts(values: readonly ArrayLike<number>[]) {
    this.#set("biases", values, "intercepts");
  }

  /** Frees the engine and the weights; the estimator can be fitted anew. Curves and counts stay until then. */
  dispose(): void {
    ++this.#disposals;
    this.#training?.dispose();
    this.#training = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Score of predictions: accuracy or R². */
  abstract score(X: Samples, y: ArrayLike<Y>): number;

  /** Whether there is a network. @internal */
  protected get isFitted(): boolean {
    return this.#training !== undefined;
  }

  /** @internal @throws NotFittedError */
  protected get network(): Network {
    return this.#fitted().network;
  }

  /**
   * Trains to the end.
   *
   * @internal
   * @param adopt called when a new network has been made
   */
  protected train(samples: LabelledSamples, task: MLPTask, adopt: () => void): Promise<void> {
    return this.#exclusively(async () => {
      if (this.options.earlyStopping) checkValidationPart(samples, task, this.options);
      const training = await this.#prepare(samples.columns, task, this.options.warmStart, adopt);
      this.#converged = false;
      this.#converged = await training.fit(samples);
    });
  }

  /** One epoch on the rows, from the present weights. @internal @param adopt as in `train` */
  protected trainOnce(samples: LabelledSamples, task: MLPTask, adopt: () => void): Promise<void> {
    return this.#exclusively(async () => {
      const training = await this.#prepare(samples.columns, task, true, adopt);
      await training.fitOnce(samples);
    });
  }

  /** Calls `read` for each batch of rows, in order. @internal @throws NotFittedError, TypeError, ShapeError, RangeError */
  protected predictBatches(X: Samples, read: (network: Network, input: Matrix) => void): void {
    const training = this.#fitted();
    const samples = checkSamples(X);
    checkColumns(training, samples.columns);
    for (const input of training.batches(samples)) read(training.network, input);
  }

  async #exclusively(action: () => Promise<void>): Promise<void> {
    this.#checkIdle();
    this.#isBusy = true;
    try {
      await action();
    } finally {
      this.#isBusy = false;
    }
  }

  #checkIdle(): void {
    if (this.#isBusy) throw new Error("this estimator is being fitted: expected one training at a time");
  }

  #fitted(): MLPTraining {
    if (!this.#training) throw new NotFittedError("this estimator was used before fit");
    return this.#training;
  }

  /** The network that there is, if training goes on, or a new one. What there was stays until the new one is there. */
  async #prepare(columns: number, task: MLPTask, goesOn: boolean, adopt: () => void): Promise<MLPTraining> {
    if (goesOn && this.#training) {
      checkColumns(this.#training, columns);
      return this.#training;
    }
    const { randomState, threads } = this.options;
    const disposals = this.#disposals;
    const engine = await createEngine({ seed: randomState, threads });
    if (this.#disposals !== disposals) {
      engine.dispose();
      throw disposedMeanwhile();
    }
    const training = makeTraining(engine, columns, task, this.options);
    this.dispose();
    this.#training = training;
    this.#progress = training.progress;
    adopt();
    return training;
  }

  #set(name: "weights" | "biases", values: readonly ArrayLike<number>[], attribute: string): void {
    this.#checkIdle();
    setParameters(parametersOf(this.network, name), values, attribute);
  }
}

/** @throws RangeError for a network that does not fit into memory; the engine is disposed of then */
function makeTraining(engine: Engine, columns: number, task: MLPTask, options: ResolvedOptions): MLPTraining {
  try {
    return new MLPTraining(engine, columns, task, options);
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

function checkColumns(training: MLPTraining, columns: number): void {
  if (columns === training.columns) return;
  throw new ShapeError(`X: expected ${training.columns} columns, got ${columns}`);
}
