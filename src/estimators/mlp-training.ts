/** The training of an estimator's network: epochs, the penalty in their losses, stopping. scikit-learn's `_fit_stochastic`. */

import { DisposedError, DivergenceError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import { iterateMinibatches } from "../dataset/minibatches.js";
import { checkSplit, type Split, splitRows } from "../dataset/split-rows.js";
import type { Matrix } from "../engine/matrix.js";
import { Random, type RandomState } from "../engine/random.js";
import { power } from "../engine/reproducible-math.js";
import { TurnClock } from "../event-loop.js";
import type { Targets } from "../network/losses/targets.js";
import type { Network } from "../network/network.js";
import type { StateDict } from "../network/state-dict.js";
import { buildNetwork, makeOptimizer, resetOptimizer } from "./mlp-network.js";
import type { MLPOptimizer } from "./mlp-optimizers.js";
import type { ResolvedOptions } from "./mlp-options.js";
import { MLPProgress } from "./mlp-progress.js";
import type { MLPTask } from "./mlp-task.js";
import { type CheckedSamples, type LabelledSamples, pickRows } from "./samples.js";

/** Rows predicted at a time. */
const PREDICTION_ROWS = 256;

/** @throws RangeError when no validation part can be set aside that a score can be had of */
export function checkValidationPart(
  samples: LabelledSamples,
  task: MLPTask,
  { validationFraction }: ResolvedOptions,
): void {
  const held = checkSplit(task.stratified ? samples.targets : samples.rows, validationFraction, "validationFraction");
  if (held >= task.leastRows) return;
  const needed = `expected at least ${task.leastRows} rows to score on`;
  throw new RangeError(`validationFraction: ${needed}, got ${held} of ${samples.rows}`);
}

/** Rows in linear memory. */
interface PlacedSamples {
  readonly inputs: Matrix;
  readonly targets: Targets & { dispose(): void };
}

/** One network and all that its further training depends on. */
export class MLPTraining {
  readonly network: Network;
  readonly columns: number;
  readonly progress = new MLPProgress();
  readonly #options: ResolvedOptions;
  readonly #task: MLPTask;
  readonly #engine: Engine;
  readonly #optimizer: MLPOptimizer;
  readonly #turns = new TurnClock();
  /** The weights of the best validation score. */
  #best: StateDict | undefined;
  /** What the validation part is drawn with: the same one in every `fit`, so that none of its rows was ever trained on. */
  #splitState: RandomState | undefined;
  #disposed = false;

  constructor(engine: Engine, columns: number, task: MLPTask, options: ResolvedOptions) {
    this.columns = columns;
    this.#options = options;
    this.#task = task;
    this.#engine = engine;
    this.#optimizer = makeOptimizer(options);
    const sizes = { inputs: columns, outputs: task.outputs };
    this.network = buildNetwork(engine, options, sizes, { loss: task.makeLoss(), optimizer: this.#optimizer });
  }

  /**
   * Trains with a new optimizer until there is no more betterment, `maxIter` epochs at most.
   *
   * @returns whether it ended by itself
   * @throws DivergenceError for a loss or weights that are not finite; DisposedError when it is disposed of meanwhile
   */
  async fit(samples: LabelledSamples): Promise<boolean> {
    const { earlyStopping, maxIter, tol } = this.#options;
    const { network, progress } = this;
    resetOptimizer(this.#optimizer);
    const split = earlyStopping ? this.#split(samples) : undefined;
    const held = split && pickRows(samples, split.validation);
    const placed = this.#place(split ? pickRows(samples, split.training) : samples);
    let isOver = false;
    try {
      for (let epoch = 0; epoch < maxIter && !isOver; ++epoch) {
        await this.#epoch(placed);
        if (!held) progress.judgeLoss(tol);
        else if (progress.judgeScore(await this.#score(held), tol)) this.#best = network.stateDict();
        isOver = this.#isOver();
      }
    } finally {
      release(placed);
    }
    if (held && this.#best) network.loadStateDict(this.#best);
    return isOver;
  }

  /** One epoch. @throws as `fit` */
  async fitOnce(samples: LabelledSamples): Promise<void> {
    const placed = this.#place(samples);
    try {
      await this.#epoch(placed);
    } finally {
      release(placed);
    }
    this.progress.judgeLoss(this.#options.tol);
    this.#isOver();
  }

  /** The rows in linear memory, batch by batch; a batch is gone when the next is asked for. */
  *batches({ data, rows, columns }: CheckedSamples): Generator<Matrix, void, undefined> {
    for (let start = 0; start < rows; start += PREDICTION_ROWS) {
      const count = Math.min(PREDICTION_ROWS, rows - start);
      const values = data.subarray(start * columns, (start + count) * columns);
      const input = this.#engine.matrix(count, columns, values, { checkFinite: false });
      try {
        yield input;
      } finally {
        input.dispose();
      }
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.network.dispose();
    this.#engine.dispose();
  }

  /** Trains on each row once, and gives other tasks their turn meanwhile. */
  async #epoch({ inputs, targets }: PlacedSamples): Promise<void> {
    const { batchSize, shuffle } = this.#options;
    const { network, progress } = this;
    const optimizer = this.#optimizer;
    const size = Math.min(batchSize === "auto" ? 200 : batchSize, inputs.rows);
    let total = 0;
    let number = 0;
    for (const batch of iterateMinibatches(this.#engine, inputs, targets, size, { shuffle, dropLast: false })) {
      const { rows } = batch.inputs;
      optimizer.batchRows = rows;
      // Of the weights that the loss is of, which are those before the step.
      total += optimizer.penalty();
      const loss = network.train(batch.inputs, batch.targets);
      ++number;
      if (!Number.isFinite(loss)) throw new DivergenceError(progress.nIter + 1, number, `a loss of ${loss}`);
      total += loss * rows;
      if (this.#turns.isDue()) await this.#giveTurn();
    }
    if (!optimizer.areWeightsFinite()) {
      throw new DivergenceError(progress.nIter + 1, number, "NaN or infinities in the weights");
    }
    progress.addEpoch(inputs.rows, total / inputs.rows);
    this.#scaleStep();
  }

  /** The step length of `invscaling` for the next epoch. */
  #scaleStep(): void {
    const { solver, learningRate, learningRateInit, powerT } = this.#options;
    if (solver !== "sgd" || learningRate !== "invscaling") return;
    this.#optimizer.learningRate = learningRateInit / power(this.progress.rowsSeen + 1, powerT);
  }

  /** Whether training ends here: `adaptive` goes on with a fifth of the step length while that is above 1e-6. */
  #isOver(): boolean {
    const { solver, learningRate, nIterNoChange } = this.#options;
    const optimizer = this.#optimizer;
    if (!this.progress.isStale(nIterNoChange)) return false;
    if (solver !== "sgd" || learningRate !== "adaptive" || optimizer.learningRate <= 1e-6) return true;
    optimizer.learningRate /= 5;
    this.progress.countAnew();
    return false;
  }

  async #score(held: LabelledSamples): Promise<number> {
    const predictions = new Float64Array(held.rows);
    let row = 0;
    for (const input of this.batches(held)) {
      predictions.set(this.#task.predict(this.network, input), row);
      row += input.rows;
      if (this.#turns.isDue()) await this.#giveTurn();
    }
    return this.#task.score(held.targets, predictions);
  }

  async #giveTurn(): Promise<void> {
    await this.#turns.give();
    if (this.#disposed) throw new DisposedError("this estimator was disposed of while it was being fitted");
  }

  #split({ targets, rows }: LabelledSamples): Split {
    let { random } = this.#engine;
    if (this.#splitState) {
      random = new Random(0);
      random.state = this.#splitState;
    } else {
      this.#splitState = random.state;
    }
    const { validationFraction } = this.#options;
    return splitRows(this.#task.stratified ? targets : rows, validationFraction, random, "validationFraction");
  }

  #place({ data, rows, columns, targets }: LabelledSamples): PlacedSamples {
    const engine = this.#engine;
    return engine.memory.allOrNothing(() => ({
      inputs: engine.matrix(rows, columns, data, { checkFinite: false }),
      targets: this.#task.place(engine, targets),
    }));
  }
}

function release({ inputs, targets }: PlacedSamples): void {
  inputs.dispose();
  targets.dispose();
}
