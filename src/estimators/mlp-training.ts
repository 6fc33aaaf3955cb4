/** The network of an estimator, and its training: scikit-learn's options as a run of `fit`. */

import { DisposedError, DivergenceError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import type { Rows } from "../dataset/rows.js";
import { checkSplit, type Split, splitRows } from "../dataset/split-rows.js";
import type { Matrix } from "../engine/matrix.js";
import { Random, type RandomState } from "../engine/random.js";
import { YieldTimer } from "../event-loop.js";
import type { Network } from "../network/network.js";
import type { StateDict } from "../network/state-dict.js";
import { fit } from "../training/fit.js";
import { inverseScaling, MLPEpochs } from "./mlp-epochs.js";
import { buildNetwork, makeOptimizer, resetOptimizer } from "./mlp-network.js";
import type { MLPOptimizer } from "./mlp-optimizers.js";
import type { ResolvedOptions } from "./mlp-options.js";
import { MLPProgress } from "./mlp-progress.js";
import type { MLPTask } from "./mlp-task.js";
import type { CheckedSamples, LabelledSamples } from "./samples.js";

/** What a training ends with whose estimator is disposed of meanwhile. */
export function disposedMeanwhile(): DisposedError {
  return new DisposedError("this estimator was disposed of while it was being fitted");
}

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

/** One network and all that its further training depends on. */
export class MLPTraining {
  readonly network: Network;
  readonly columns: number;
  readonly progress = new MLPProgress();
  readonly #options: ResolvedOptions;
  readonly #task: MLPTask;
  readonly #engine: Engine;
  readonly #optimizer: MLPOptimizer;
  readonly #yieldTimer = new YieldTimer();
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
  fit(samples: LabelledSamples): Promise<boolean> {
    const { earlyStopping, maxIter, tol } = this.#options;
    resetOptimizer(this.#optimizer);
    const split = earlyStopping ? this.#split(samples) : undefined;
    return this.#placed(samples, async (data) => {
      if (!split) return this.#run(data, maxIter, true);
      const part = (indices: Int32Array): Rows => ({ ...data, rows: indices.length, indices });
      const held = part(split.validation);
      const targets = Float64Array.from(split.validation, (row) => samples.targets[row] as number);
      const isOver = await this.#run(part(split.training), maxIter, true, async () => {
        const { classes, values } = await this.network.predictAllAsync(held);
        const score = this.#task.score(targets, (classes ?? values) as ArrayLike<number>);
        if (this.progress.judgeScore(score, tol)) this.#best = this.network.stateDict();
      });
      if (this.#best) this.network.loadStateDict(this.#best);
      return isOver;
    });
  }

  /** One epoch. @throws as `fit` */
  async fitOnce(samples: LabelledSamples): Promise<void> {
    await this.#placed(samples, (data) => this.#run(data, 1, false));
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

  /**
   * A run of `fit`, whose epochs and generator go on from those of the runs before.
   *
   * @param begins whether the optimizer is new
   * @param judge of each epoch: by its loss, if there is no other
   * @returns whether it ended by itself
   */
  async #run(
    data: Rows,
    epochs: number,
    begins: boolean,
    judge: () => void | Promise<void> = () => this.progress.judgeLoss(this.#options.tol),
  ): Promise<boolean> {
    const { network, progress } = this;
    const options = this.#options;
    const { batchSize: most, shuffle } = options;
    const batchSize = Math.min(most === "auto" ? 200 : most, data.rows);
    const counted = new MLPEpochs(this.#optimizer, progress, options, data.rows, batchSize, judge);
    const epochsBefore = progress.nIter;
    try {
      await fit(network, data, {
        epochs,
        batchSize,
        shuffle,
        random: this.#engine.random,
        dropLast: false,
        evaluateTraining: false,
        callbacks: [counted],
        ...inverseScaling(options, progress, begins),
        // Of a loss that does not fall scikit-learn says nothing meanwhile; `converged` does.
        onWarning: () => {},
      });
      // Calls that are shorter than a turn give one, too.
      if (this.#yieldTimer.isDue()) await this.#yieldTimer.yield();
    } catch (error) {
      if (!this.#disposed) throw this.#divergence(error, epochsBefore, data) ?? error;
    }
    if (this.#disposed) throw disposedMeanwhile();
    return counted.isOver;
  }

  /** That training diverged, in epochs of all calls; undefined for another error. */
  #divergence(error: unknown, epochs: number, { inputs, indices }: Rows): DivergenceError | undefined {
    if (error instanceof DivergenceError) {
      // "in layers.0.weights after the step": an estimator's user knows of no layers.
      return new DivergenceError(epochs + error.epoch, error.batch, error.got.replace(/ in .+/, " in the weights"));
    }
    if (!(error instanceof RangeError)) return undefined;
    // A network that diverged in a call before gives no finite numbers: fit does not begin with one.
    const first = indices?.[0] ?? 0;
    const outputs = this.network.evaluationActivations((inputs as Matrix).slice(first, first + 1)).at(-1) as Matrix;
    return outputs.data.every(Number.isFinite) ? undefined : new DivergenceError(epochs + 1, 1, "a loss of NaN");
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

  /** What `work` gives for the rows in linear memory, where they are for as long. */
  async #placed<T>(samples: LabelledSamples, work: (data: Rows) => Promise<T>): Promise<T> {
    const { data, rows, columns, targets } = samples;
    const engine = this.#engine;
    const [inputs, placed] = engine.memory.allOrNothing(() => [
      engine.matrix(rows, columns, data, { checkFinite: false }),
      this.#task.place(engine, targets),
    ]);
    try {
      return await work({ inputs, targets: placed, weights: undefined, rows, columns });
    } finally {
      inputs.dispose();
      placed.dispose();
    }
  }
}
