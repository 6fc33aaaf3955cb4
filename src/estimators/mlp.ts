/** What MLPClassifier and MLPRegressor have in common: options, training, stopping. Names and defaults are scikit-learn's. */

import { iterateMinibatches } from "../data/minibatches.js";
import { splitRows } from "../data/split.js";
import { createEngine, type Engine } from "../engine.js";
import { DivergenceError, NotFittedError, ShapeError } from "../errors.js";
import { Dense } from "../layers/dense.js";
import { Layer } from "../layers/layer.js";
import { ReLU } from "../layers/relu.js";
import { Sigmoid } from "../layers/sigmoid.js";
import { Tanh } from "../layers/tanh.js";
import type { Loss, Targets } from "../losses/loss.js";
import type { Matrix } from "../matrix.js";
import { Network, type StateDict } from "../network.js";
import { Adam } from "../optimizers/adam.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { SGD } from "../optimizers/sgd.js";
import { checkOptions, DEFAULTS, type MLPOptions } from "./mlp-options.js";
import { type CheckedSamples, checkSamples, pickRows, type Samples } from "./samples.js";

/** Rows predicted at a time. */
const PREDICTION_ROWS = 256;

/** The estimators' base. One training at a time; `dispose` frees the engine. */
export abstract class MLP<Y> {
  readonly options: Required<MLPOptions>;
  /** Mean loss of each epoch of the last `fit`, and of every `partialFit` since; penalty included. */
  lossCurve: number[] = [];
  /** Score on the part set aside after each epoch, with `earlyStopping`. */
  validationScores: number[] = [];
  /** Epochs trained. */
  nIter = 0;
  /** Whether the last `fit` ended by itself, before `maxIter`. */
  converged = false;
  protected network: Network | undefined;
  #engine: Engine | undefined;
  #columns = 0;
  #seen = 0;

  /** @throws TypeError for unknown options, RangeError for values out of range */
  constructor(options: MLPOptions = {}) {
    this.options = { ...DEFAULTS, ...options };
    checkOptions(this.options);
  }

  /** The smallest of `lossCurve`. */
  get bestLoss(): number {
    return this.lossCurve.reduce((best, loss) => Math.min(best, loss), Number.POSITIVE_INFINITY);
  }

  /** Weights of each layer: [inputs, outputs], row by row. @throws NotFittedError */
  get coefs(): Float32Array[] {
    return this.#parameters("weights");
  }

  /** Biases of each layer. @throws NotFittedError */
  get intercepts(): Float32Array[] {
    return this.#parameters("biases");
  }

  /** Frees the engine and the weights; the estimator is then as if never fitted. */
  dispose(): void {
    this.network?.dispose();
    this.#engine?.dispose();
    this.network = undefined;
    this.#engine = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Score of predictions: accuracy or R². */
  abstract score(X: Samples, y: ArrayLike<Y>): number;

  protected abstract makeLoss(): Loss;

  /** Columns of the output. */
  protected abstract outputs(y: ArrayLike<Y>): number;

  /** The targets of these rows in linear memory. */
  protected abstract place(engine: Engine, y: ArrayLike<Y>, rows: readonly number[]): Targets & { dispose(): void };

  /** Class indices for a split that keeps their shares; undefined for values. */
  protected abstract strata(y: ArrayLike<Y>): ArrayLike<number> | undefined;

  protected async train(X: Samples, y: ArrayLike<Y>): Promise<void> {
    const samples = checkSamples(X, y);
    const goesOn = this.options.warmStart && this.network !== undefined;
    await this.#prepare(samples.columns, y, goesOn);
    if (!goesOn) this.lossCurve = [];
    this.validationScores = [];
    this.nIter = 0;
    this.converged = false;
    const { earlyStopping, maxIter } = this.options;
    const [rows, heldOut] = earlyStopping ? this.#split(samples.rows, y) : [range(samples.rows), []];
    let best = { score: Number.NEGATIVE_INFINITY, state: undefined as StateDict | undefined };
    let stale = 0;
    let bestLoss = Number.POSITIVE_INFINITY;
    while (this.nIter < maxIter) {
      const loss = this.#epoch(samples, y, rows);
      // Let other tasks have their turn.
      if (this.nIter % 8 === 0) await new Promise((resolve) => setTimeout(resolve));
      if (earlyStopping) {
        const held = { data: pickRows(samples, heldOut), rows: heldOut.length, columns: samples.columns };
        const score = this.score(
          held,
          heldOut.map((row) => y[row] as Y),
        );
        this.validationScores.push(score);
        stale = score < best.score + this.options.tol ? stale + 1 : 0;
        if (score > best.score) best = { score, state: (this.network as Network).stateDict() };
      } else {
        stale = loss > bestLoss - this.options.tol ? stale + 1 : 0;
        bestLoss = Math.min(bestLoss, loss);
      }
      if (stale > this.options.nIterNoChange && this.#stops()) {
        this.converged = true;
        break;
      }
      if (stale > this.options.nIterNoChange) stale = 0;
    }
    if (best.state) (this.network as Network).loadStateDict(best.state);
  }

  /** One epoch on the given rows, from the present weights. */
  protected async trainOnce(X: Samples, y: ArrayLike<Y>): Promise<void> {
    const samples = checkSamples(X, y);
    if (this.network && samples.columns !== this.#columns) {
      throw new ShapeError(`X: expected ${this.#columns} columns, got ${samples.columns}`);
    }
    await this.#prepare(samples.columns, y, this.network !== undefined);
    this.#epoch(samples, y, range(samples.rows));
  }

  /** What `read` returns for each batch of rows, in order. @throws NotFittedError, ShapeError, RangeError for NaN and ±∞ */
  protected predictBatches(X: Samples, read: (network: Network, input: Matrix) => void): void {
    const { network } = this;
    if (!network) throw new NotFittedError("this estimator was used before fit");
    const samples = checkSamples(X);
    if (samples.columns !== this.#columns) {
      throw new ShapeError(`X: expected ${this.#columns} columns, got ${samples.columns}`);
    }
    for (let start = 0; start < samples.rows; start += PREDICTION_ROWS) {
      const rows = Math.min(PREDICTION_ROWS, samples.rows - start);
      const data = samples.data.subarray(start * samples.columns, (start + rows) * samples.columns);
      const input = network.engine.matrix(rows, samples.columns, data);
      try {
        read(network, input);
      } finally {
        input.dispose();
      }
    }
  }

  async #prepare(columns: number, y: ArrayLike<Y>, goesOn: boolean): Promise<void> {
    const outputs = this.outputs(y);
    if (goesOn) {
      if (columns === this.#columns && outputs === this.network?.outputs) return;
      throw new ShapeError(`X, y: expected ${this.#columns} columns and as many classes as before`);
    }
    const { randomState, threads } = this.options;
    this.dispose();
    const engine = await createEngine({ seed: randomState, threads });
    this.#engine = engine;
    this.#columns = columns;
    this.#seen = 0;
    const sizes = [columns, ...this.options.hiddenLayerSizes, outputs];
    const layers = sizes.slice(1).flatMap((size, index) => {
      const dense = new Dense(sizes[index] as number, size, { sparse: false });
      return index === 0 ? [dense] : [makeActivation(this.options.activation), dense];
    });
    this.network = new Network(engine, layers, { loss: this.makeLoss(), optimizer: this.#makeOptimizer(y.length) });
    const factor = this.options.activation === "logistic" ? 2 : 6;
    for (const layer of layers) {
      if (!(layer instanceof Dense)) continue;
      // Glorot and Bengio 2010, for the biases too.
      const bound = Math.sqrt(factor / (layer.inputs + layer.outputs));
      for (const parameter of layer.parameters()) {
        parameter.set(parameter.toArray().map(() => (2 * engine.random.uniform() - 1) * bound));
      }
    }
  }

  #makeOptimizer(rows: number): Optimizer {
    const { solver, learningRateInit, alpha, beta1, beta2, epsilon, momentum, nesterovsMomentum } = this.options;
    const penalty = { weightDecay: alpha / this.#batchSize(rows), decay: "weights" as const };
    return solver === "adam"
      ? new Adam({ learningRate: learningRateInit, betas: [beta1, beta2], epsilon, ...penalty })
      : new SGD({ learningRate: learningRateInit, momentum, nesterov: nesterovsMomentum && momentum > 0, ...penalty });
  }

  #batchSize(rows: number): number {
    const { batchSize } = this.options;
    return Math.min(batchSize === "auto" ? 200 : batchSize, rows);
  }

  #epoch(samples: CheckedSamples, y: ArrayLike<Y>, rows: readonly number[]): number {
    const network = this.network as Network;
    const { engine } = network;
    const inputs = engine.matrix(rows.length, samples.columns, pickRows(samples, rows));
    const targets = this.place(engine, y, rows);
    let total = 0;
    try {
      const options = { shuffle: this.options.shuffle, dropLast: false };
      for (const batch of iterateMinibatches(engine, inputs, targets, this.#batchSize(rows.length), options)) {
        total += network.train(batch.inputs, batch.targets) * batch.inputs.rows;
        this.#seen += batch.inputs.rows;
      }
    } finally {
      inputs.dispose();
      targets.dispose();
    }
    ++this.nIter;
    const { solver, learningRate, learningRateInit, powerT, alpha } = this.options;
    if (solver === "sgd" && learningRate === "invscaling") {
      network.optimizer.learningRate = learningRateInit / (this.#seen + 1) ** powerT;
    }
    const squares = this.coefs.reduce(
      (sum, weights) => weights.reduce((part, weight) => part + weight * weight, sum),
      0,
    );
    const loss = total / rows.length + (alpha / 2 / this.#batchSize(rows.length)) * squares;
    if (!Number.isFinite(loss)) throw new DivergenceError(this.nIter, 1, loss);
    this.lossCurve.push(loss);
    return loss;
  }

  /** Whether training ends here; `adaptive` goes on with a fifth of the step length while that is above 1e-6. */
  #stops(): boolean {
    const { solver, learningRate } = this.options;
    const { optimizer } = this.network as Network;
    if (solver !== "sgd" || learningRate !== "adaptive" || optimizer.learningRate <= 1e-6) return true;
    optimizer.learningRate /= 5;
    return false;
  }

  /** Rows to train on and rows set aside. */
  #split(count: number, y: ArrayLike<Y>): [number[], number[]] {
    const { random } = this.#engine as Engine;
    const { validationFraction } = this.options;
    const split = splitRows(this.strata(y) ?? count, validationFraction, random, "validationFraction");
    return [[...split.training], [...split.validation]];
  }

  #parameters(name: string): Float32Array[] {
    if (!this.network) throw new NotFittedError("this estimator was used before fit");
    return this.network
      .parameters()
      .filter((parameter) => parameter.name === name)
      .map((parameter) => parameter.toArray());
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, row) => row);
}

function makeActivation(name: Required<MLPOptions>["activation"]): Layer {
  switch (name) {
    case "relu":
      return new ReLU();
    case "tanh":
      return new Tanh();
    case "logistic":
      return new Sigmoid();
    default:
      return new Layer();
  }
}
