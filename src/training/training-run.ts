/** What `fit` returns: a training that runs when it is awaited, or epoch by epoch when it is iterated over. */

import type { Network } from "../network/network.js";
import type { RunView } from "./callbacks/callbacks.js";
import type { History } from "./callbacks/history.js";
import type { CheckpointContents } from "./checkpoint/checkpoint-contents.js";
import type { EpochReport } from "./epoch-report.js";
import type { Plan } from "./options.js";
import { Training } from "./training.js";
import { expectStart } from "./unstarted-runs.js";

/**
 * `await run` trains to the end and gives the history, as often as it is awaited; `for await (const report of run)` trains an
 * epoch at a time, and leaving the loop ends the training. Either begins it once.
 */
export class TrainingRun implements AsyncGenerator<EpochReport, void, undefined>, PromiseLike<History>, RunView {
  readonly #training: Training;
  readonly #reports: AsyncGenerator<EpochReport, void, undefined>;
  readonly #started: () => void;
  #failure: { readonly error: unknown } | undefined;
  #end: Promise<History> | undefined;

  constructor(plan: Plan) {
    this.#training = new Training(plan);
    this.#reports = this.#training.reports();
    this.#started = expectStart(this, plan.warn);
  }

  get network(): Network {
    return this.#training.network;
  }

  /** The epoch under way, from 1, of `epochs`. */
  get epoch(): number {
    return this.#training.epoch;
  }

  get epochs(): number {
    return this.#training.epochs;
  }

  /** Batches of it that are done, of `batches`. */
  get batch(): number {
    return this.#training.batch;
  }

  get batches(): number {
    return this.#training.batches;
  }

  /** Loss of the last batch, before its step. */
  get loss(): number {
    return this.#training.loss;
  }

  /** The reports so far. */
  get history(): History {
    return this.#training.history;
  }

  /** Whether it began with a checkpoint. */
  get resumed(): boolean {
    return this.#training.resumed;
  }

  /** Whether a callback has asked for the end, or `stop` was called. */
  get stopped(): boolean {
    return this.#training.stopped;
  }

  /** Ends the training after this epoch. */
  stop(): void {
    this.#training.stop();
  }

  /** What `fit` takes as `resume`. @throws Error within a batch; see `RunView` */
  checkpoint(): CheckpointContents {
    return this.#training.checkpoint();
  }

  /** Trains to the end: a promise of what `await run` gives. */
  run(): Promise<History> {
    this.#end ??= this.#toTheEnd();
    return this.#end;
  }

  // biome-ignore lint/suspicious/noThenProperty: a run that is awaited is to train, not to be handed on untouched
  then<A = History, B = never>(
    onFulfilled?: ((history: History) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.run().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<History | B> {
    return this.run().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<History> {
    return this.run().finally(onFinally);
  }

  async next(): Promise<IteratorResult<EpochReport, void>> {
    this.#started();
    try {
      return await this.#reports.next();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  return(): Promise<IteratorResult<EpochReport, void>> {
    this.#started();
    return this.#reports.return();
  }

  throw(error: unknown): Promise<IteratorResult<EpochReport, void>> {
    this.#started();
    return this.#reports.throw(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #toTheEnd(): Promise<History> {
    while (!(await this.next()).done);
    // A run that failed while somebody iterated over it has no next epoch either.
    if (this.#failure) throw this.#failure.error;
    return this.history;
  }
}
