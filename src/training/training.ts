/** A training: epochs of minibatches with evaluations, reports and callbacks. It can be resumed after any batch. */

import { DivergenceError } from "../checks/errors.js";
import { Minibatches } from "../dataset/minibatches.js";
import type { Random } from "../engine/random.js";
import { now, YieldTimer } from "../event-loop.js";
import type { Network } from "../network/network.js";
import type { TrainingLock } from "../network/parameter-lock.js";
import type { Callback, Outcome, RunView } from "./callbacks/callbacks.js";
import { History } from "./callbacks/history.js";
import type { CheckpointContents } from "./checkpoint/checkpoint-contents.js";
import { type ChosenRows, chooseRows } from "./chosen-rows.js";
import { DeadLayers } from "./dead-layers.js";
import { type EpochReport, evaluationNumbers } from "./epoch-report.js";
import { claimForTraining } from "./exclusive-parts.js";
import { ScheduleFollower } from "./learning-rate.js";
import type { Plan } from "./options.js";
import { ProgressClock } from "./progress-clock.js";
import { Stagnation } from "./stagnation.js";
import { captureTraining, type Progression, restoreTraining, startOfTraining } from "./training-state.js";
import { Stepper } from "./training-step.js";

/** A training as its callbacks see it; `epochs` runs it. */
export class Training implements RunView {
  readonly #plan: Plan;
  readonly #schedule: ScheduleFollower;
  readonly #stepper: Stepper;
  readonly #clock: ProgressClock;
  readonly #yieldTimer = new YieldTimer();
  readonly #stagnation: Stagnation;
  readonly #deadLayers: DeadLayers;
  readonly #progression: Progression = startOfTraining();
  readonly #history: History;
  #lock: TrainingLock | undefined;
  #giveBack = () => {};
  /** Callbacks whose `onTrainBegin` was called, so that `onTrainEnd` is called, too. */
  readonly #begun: Callback[] = [];
  /** The run's own generator: alternating runs on one engine draw the same numbers as consecutive runs. */
  #random: Random | undefined;
  #rows: ChosenRows | undefined;
  #batches: Minibatches | undefined;
  #loss = Number.NaN;
  /** Whether every callback has seen the last batch or epoch. */
  #settled = false;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#schedule = new ScheduleFollower(plan.options.schedule, plan.scheduleMetric, plan.network.optimizer);
    this.#stepper = new Stepper(plan.network, plan.accumulate, this.#schedule);
    this.#clock = new ProgressClock(plan.options.onProgress);
    // A dead layer explains a loss that does not fall: one warning is enough.
    const warnOnce = once(plan.warn);
    this.#stagnation = new Stagnation(plan.network, warnOnce);
    this.#deadLayers = new DeadLayers(plan.network, warnOnce);
    this.#history = new History(plan.options.resume?.history);
  }

  get network(): Network {
    return this.#plan.network;
  }

  get epoch(): number {
    return this.#progression.epoch;
  }

  get epochs(): number {
    return this.#plan.epochs;
  }

  get batch(): number {
    return this.#progression.batch;
  }

  get batches(): number {
    return this.#batches?.count ?? 0;
  }

  get loss(): number {
    return this.#loss;
  }

  get history(): History {
    return this.#history;
  }

  get resumed(): boolean {
    return this.#plan.options.resume !== undefined;
  }

  get stopped(): boolean {
    return this.#progression.stopped;
  }

  stop(): void {
    this.#progression.stopped = true;
  }

  checkpoint(): CheckpointContents {
    if (this.#settled) return captureTraining(this.#plan, this.#progression, this.#history, this.#random as Random);
    throw new Error(
      "checkpoint: expected a training between two batches that all callbacks know of (see onSettled), got one that is not",
    );
  }

  /** Trains an epoch per report. Call it once. */
  async *reports(): AsyncGenerator<EpochReport, void, undefined> {
    let failed = true;
    try {
      this.#begin();
      for (const callback of this.#plan.callbacks) {
        this.#begun.push(callback);
        await callback.onTrainBegin?.(this);
      }
      this.#settled = true;
      while (!this.#hasEnded() && !this.#plan.options.signal?.aborted) {
        const report = await this.#runEpoch();
        failed = false;
        yield report;
        failed = true;
      }
      failed = false;
    } finally {
      await this.#end(failed);
    }
  }

  /** Restores the checkpoint, if any, and chooses the rows. @throws as restoreTraining; then nothing has changed */
  #begin(): void {
    const { network, options, callbacks, batchSize, dropLast } = this.#plan;
    const checkpoint = options.resume;
    this.#giveBack = claimForTraining(callbacks, options.schedule);
    this.#lock = network.lock();
    const source = options.random ?? network.engine.random;
    const before = source.state;
    const random = options.random ?? source.fork();
    this.#random = random;
    try {
      if (checkpoint?.random.split) random.state = checkpoint.random.split;
      if (options.validationSplit !== undefined) this.#progression.splitRandom = random.state;
      this.#rows = chooseRows(this.#plan, random);
      this.#batches = new Minibatches(network.engine, this.#rows.training, batchSize, dropLast);
      if (checkpoint) this.#resume(checkpoint);
      else {
        network.zeroGrad();
        this.#schedule.reset();
      }
    } catch (error) {
      source.state = before;
      throw error;
    }
  }

  #resume(checkpoint: CheckpointContents): void {
    const { position, random } = checkpoint;
    const { batches } = this;
    if (position.batch > batches) {
      throw new RangeError(`resume: expected at most ${batches} batches an epoch, got ${position.batch}`);
    }
    restoreTraining(this.#plan, checkpoint, this.#random as Random);
    Object.assign(this.#progression, position, { epochRandom: random.epoch });
  }

  #hasEnded(): boolean {
    const { epoch, stopped } = this.#progression;
    return stopped ? this.#progression.batch === 0 : epoch > this.#plan.epochs;
  }

  /** Trains one epoch, or the rest of it: batches, evaluation, callbacks. */
  async #runEpoch(): Promise<EpochReport> {
    const { network, batchSize } = this.#plan;
    const { evaluation } = this.#rows as ChosenRows;
    const { count, rows } = this.#batches as Minibatches;
    const begun = this.#progression.batch;
    await this.#trainEpoch();
    const { epoch, batch, losses, seconds } = this.#progression;
    const samples = Math.min(batch * batchSize, rows);
    this.#checkDivergence();
    const trainLoss = losses / (samples / batchSize);
    this.#deadLayers.endEpoch(evaluation);
    this.#stagnation.endEpoch(trainLoss, evaluation, epoch, batch, batch === count && begun === 0);
    const start = now();
    const evaluations = await this.#evaluate();
    const report: EpochReport = {
      epoch,
      trainLoss,
      ...evaluations,
      learningRate: network.optimizer.learningRate,
      trainSeconds: seconds,
      evalSeconds: (now() - start) / 1000,
      samplesPerSecond: samples / seconds,
      completed: batch === count && evaluations !== undefined,
    };
    this.#history.push(report);
    if (report.completed) await this.#endEpoch(report);
    return report;
  }

  /** Undefined if the signal ends it. */
  async #evaluate() {
    const { network, evaluateTraining, options } = this.#plan;
    const { evaluation, validation } = this.#rows as ChosenRows;
    const { signal } = options;
    const turns = signal ? { signal } : {};
    try {
      const training = evaluateTraining ? await network.evaluateAsync(evaluation, turns) : undefined;
      const validated = validation && (await network.evaluateAsync(validation, turns));
      return evaluationNumbers(training, validated);
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return undefined;
      throw error;
    }
  }

  /** Checks the weights after the epoch's last step, because no later batch's loss shows them. @throws DivergenceError */
  #checkDivergence(): void {
    const { epoch, batch } = this.#progression;
    const array = this.#plan.network.findNonFinite();
    if (array !== undefined) throw new DivergenceError(epoch, batch, `NaN or infinities in ${array} after the step`);
  }

  async #endEpoch(report: EpochReport): Promise<void> {
    this.#settled = false;
    this.#schedule.endEpoch(report);
    for (const callback of this.#plan.callbacks) await callback.onEpochEnd?.(report, this);
    Object.assign(this.#progression, { epoch: report.epoch + 1, batch: 0, losses: 0, seconds: 0 });
    this.#settled = true;
    for (const callback of this.#plan.callbacks) await callback.onSettled?.("epoch", this);
  }

  /** Trains the epoch's remaining batches, until the signal. */
  async #trainEpoch(): Promise<void> {
    const { network, batchSize, options, callbacks } = this.#plan;
    const progression = this.#progression;
    const batches = this.#batches as Minibatches;
    const { count } = batches;
    this.#drawOrder();
    this.#schedule.beginEpoch(progression.epoch);
    const lock = this.#lock as TrainingLock;
    const random = this.#random as Random;
    while (progression.batch < count) {
      this.#settled = false;
      for (let i = 0; i < callbacks.length; ++i) {
        const pending = callbacks[i]?.onBatchBegin?.(this);
        if (pending) await pending;
      }
      const begun = now();
      const batch = batches.at(progression.batch);
      this.#stepper.beginBatch(progression.epoch, progression.batch, count);
      lock.beginStep();
      // Layers draw from the engine's generator.
      network.engine.random.swap(random);
      let loss: number;
      try {
        loss = this.#stepper.take(batch, progression.batch, count);
      } finally {
        network.engine.random.swap(random);
        lock.endStep();
      }
      ++progression.batch;
      if (!Number.isFinite(loss)) throw new DivergenceError(progression.epoch, progression.batch, `a loss of ${loss}`);
      this.#loss = loss;
      this.#stagnation.endBatch(loss, progression.epoch, progression.batch, count);
      if (progression.batch === count) this.#deadLayers.endLastBatch();
      // A batch counts by its number of rows; a whole one counts 1.
      progression.losses += loss * (batch.targets.rows / batchSize);
      // Only the time of steps: callbacks may wait, and other tasks take any time.
      const ended = now();
      progression.seconds += (ended - begun) / 1000;
      for (let i = 0; i < callbacks.length; ++i) {
        const pending = callbacks[i]?.onBatchEnd?.(this);
        if (pending) await pending;
      }
      this.#settled = true;
      for (let i = 0; i < callbacks.length; ++i) {
        const pending = callbacks[i]?.onSettled?.("batch", this);
        if (pending) await pending;
      }
      this.#clock.tick(progression, this.#plan, batches, ended);
      if (this.#yieldTimer.isDue(ended)) await this.#yieldTimer.yield();
      if (options.signal?.aborted) break;
    }
  }

  /** Draws the epoch's order. A resumed epoch draws the same order again and leaves the generator where it was. */
  #drawOrder(): void {
    const { batch, epochRandom } = this.#progression;
    const random = this.#random as Random;
    const now = random.state;
    const again = batch > 0 && epochRandom !== undefined;
    if (again) random.state = epochRandom;
    else this.#progression.epochRandom = now;
    this.#batches?.arrange(this.#plan.shuffle ? random : undefined);
    if (again) random.state = now;
  }

  /** Calls `onTrainEnd` and frees the rows. After a failure, keeps the first error. */
  async #end(failed: boolean): Promise<void> {
    this.#settled = false;
    const ended = this.#progression.stopped ? "stopped" : "finished";
    const outcome: Outcome = failed ? "failed" : this.#hasEnded() ? ended : "interrupted";
    try {
      for (const callback of this.#begun) await callback.onTrainEnd?.(outcome, this);
      this.#settled = !failed;
    } catch (error) {
      if (!failed) throw error;
    } finally {
      this.#batches?.dispose();
      this.#rows?.dispose();
      this.#lock?.release();
      this.#giveBack();
    }
  }
}

/** Passes on the first message only. */
function once(warn: (message: string) => void): (message: string) => void {
  let told = false;
  return (message) => {
    if (told) return;
    told = true;
    warn(message);
  };
}
