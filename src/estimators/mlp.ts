/** The base of MLPClassifier and MLPRegressor: options, attributes, one training at a time. */

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
 * The estimators' base. One training at a time; `dispose` frees the engine. Names, defaults and arithmetic are scikit-learn's, in
 * float32. Two things differ on purpose: losses are not clipped at −ln ε, and each call continues with the generator of the first,
 * so that warm starts and calls of `partialFit` visit the rows in new orders.
 */
export abstract class MLP<Y> {
  /** The options with defaults; frozen. */
  readonly options: Readonly<Required<MLPOptions>>;
  #training: MLPTraining | undefined;
  #progress = new MLPProgress();
  #converged = false;
  #isBusy = false;
  /** How often it was disposed of, to notice that during an await. */
  #disposals = 0;

  /** @throws TypeError for unknown options and wrong types, RangeError for values out of range */
  constructor(options: MLPOptions = {}) {
    this.options = resolveOptions(options);
  }

  /** Mean loss of each epoch, including the penalty. Warm starts and calls of `partialFit` append to it. */
  get lossCurve(): readonly number[] {
    return this.#progress.lossCurve;
  }

  /** The smallest of `lossCurve`. */
  get bestLoss(): number {
    return this.#progress.bestLoss;
  }

  /** Score on the held-out rows after each epoch, with `earlyStopping`. Warm starts append to it. */
  get validationScores(): readonly number[] {
    return this.#progress.validationScores;
  }

  /** Number of epochs, including warm starts and calls of `partialFit`. */
  get nIter(): number {
    return this.#progress.nIter;
  }

  /** Whether the last `fit` ended by itself, before `maxIter`. */
  get converged(): boolean {
    return this.#converged;
  }

  /**
   * Copies of each layer's weights [inputs, outputs], row by row. To continue from other weights, train once, set `coefs` and
   * `intercepts`, and call `partialFit` or `fit` with a warm start.
   *
   * @example
   * const model = new MLPClassifier({ warmStart: true });
   * await model.partialFit(X, y);
   * [model.coefs, model.intercepts] = [coefs, intercepts];
   * await model.fit(X, y);
   * @throws NotFittedError; the setter also TypeError, ShapeError, RangeError unless there is an array of finite numbers per layer,
   * and Error during a training
   */
  get coefs(): Float32Array[] {
    return parametersOf(this.network, "weights").map((parameter) => parameter.toArray());
  }

  set coefs(values: readonly ArrayLike<number>[]) {
    this.#set("weights", values, "coefs");
  }

  /** Copies of each layer's biases. You can set them. @throws as `coefs` */
  get intercepts(): Float32Array[] {
    return parametersOf(this.network, "biases").map((parameter) => parameter.toArray());
  }

  set intercepts(values: readonly ArrayLike<number>[]) {
    this.#set("biases", values, "intercepts");
  }

  /** Frees the engine and the weights. You can fit the estimator again. Curves and counts stay until then. */
  dispose(): void {
    ++this.#disposals;
    this.#training?.dispose();
    this.#training = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The score of predictions: accuracy or R². */
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
   * @param adopt called when a new network has been created
   */
  protected train(samples: LabelledSamples, task: MLPTask, adopt: () => void): Promise<void> {
    return this.#exclusively(async () => {
      if (this.options.earlyStopping) checkValidationPart(samples, task, this.options);
      const training = await this.#prepare(samples.columns, task, this.options.warmStart, adopt);
      this.#converged = false;
      this.#converged = await training.fit(samples);
    });
  }

  /** Trains one epoch from the current weights. @internal @param adopt as in `train` */
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

  /** The current network, if training continues, or a new one. The old one stays until the new one exists. */
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

/** @throws RangeError for a network that does not fit in memory; then the engine is disposed of */
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
