/** What MLPClassifier and MLPRegressor have in common: options, training, stopping. Names and defaults are scikit-learn's. */

import { iterateMinibatches } from "../data/minibatches.js";
import { splitRows } from "../data/split.js";
import { createEngine, type Engine } from "../engine.js";
import { DisposedError, DivergenceError, NotFittedError, ShapeError } from "../errors.js";
import type { Loss, Targets } from "../losses/loss.js";
import type { Matrix } from "../matrix.js";
import type { Network } from "../network.js";
import type { StateDict } from "../state-dict.js";
import { buildNetwork, resetOptimizer } from "./mlp-network.js";
import { type MLPOptions, resolveOptions } from "./mlp-options.js";
import { type CheckedSamples, checkSamples, pickRows, type Samples } from "./samples.js";

/** Rows predicted at a time. */
const PREDICTION_ROWS = 256;

const DISPOSED = "this estimator was disposed of while it was being fitted";

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
  #training = false;
  /** How often it was disposed of: whether it was while something was waited for. */
  #disposals = 0;

  /** @throws TypeError for unknown options, RangeError for values out of range */
  constructor(options: MLPOptions = {}) {
    this.options = resolveOptions(options);
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
    ++this.#disposals;
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
  protected abstract outputs(): number;

  /** The targets of these rows in linear memory. */
  protected abstract place(engine: Engine, y: ArrayLike<Y>, rows: readonly number[]): Targets & { dispose(): void };

  /** Class indices for a split that keeps their shares; undefined for values. */
  protected abstract strata(y: ArrayLike<Y>): ArrayLike<number> | undefined;

  /**
   * Trains to the end.
   *
   * @param begin called when a new network is made, before it is
   */
  protected train(samples: CheckedSamples, y: ArrayLike<Y>, begin: () => void): Promise<void> {
    return this.#exclusively(async () => {
      const goesOn = this.options.warmStart && this.network !== undefined;
      await this.#prepare(samples.columns, y, goesOn, begin);
      await this.#fit(samples, y, goesOn);
    });
  }

  /** One epoch on the rows, from the present weights. @param begin as in `train` */
  protected trainOnce(samples: CheckedSamples, y: ArrayLike<Y>, begin: () => void): Promise<void> {
    return this.#exclusively(async () => {
      await this.#prepare(samples.columns, y, this.network !== undefined, begin);
      this.#epoch(samples, y, range(samples.rows));
    });
  }

  async #exclusively(action: () => Promise<void>): Promise<void> {
    if (this.#training) throw new Error("this estimator is being fitted: expected one training at a time");
    this.#training = true;
    try {
      await action();
    } finally {
      this.#training = false;
    }
  }

  async #fit(samples: CheckedSamples, y: ArrayLike<Y>, goesOn: boolean): Promise<void> {
    const network = this.network as Network;
    if (goesOn) resetOptimizer(network.optimizer);
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
      if (this.network !== network) throw new DisposedError(DISPOSED);
      if (earlyStopping) {
        const held = { data: pickRows(samples, heldOut), rows: heldOut.length, columns: samples.columns };
        const score = this.score(
          held,
          heldOut.map((row) => y[row] as Y),
        );
        this.validationScores.push(score);
        stale = score < best.score + this.options.tol ? stale + 1 : 0;
        if (score > best.score) best = { score, state: network.stateDict() };
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
    if (best.state) network.loadStateDict(best.state);
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

  /**
   * Makes the network, unless training goes on with the one there is. What there was stays until the new engine is there.
   *
   * @param begin sets what the new network's outputs depend on
   */
  async #prepare(columns: number, y: ArrayLike<Y>, goesOn: boolean, begin: () => void): Promise<void> {
    if (goesOn) {
      if (columns === this.#columns) return;
      throw new ShapeError(`X: expected ${this.#columns} columns, got ${columns}`);
    }
    const { randomState, threads } = this.options;
    const disposals = this.#disposals;
    const engine = await createEngine({ seed: randomState, threads });
    if (this.#disposals !== disposals) {
      engine.dispose();
      throw new DisposedError(DISPOSED);
    }
    this.dispose();
    begin();
    this.#engine = engine;
    this.#columns = columns;
    this.#seen = 0;
    const sizes = { inputs: columns, outputs: this.outputs(), batchSize: this.#batchSize(y.length) };
    this.network = buildNetwork(engine, this.options, this.makeLoss(), sizes);
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
    if (!Number.isFinite(loss)) throw new DivergenceError(this.nIter, 1, `a loss of ${loss}`);
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
