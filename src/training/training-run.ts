/** What `fit` returns: a training that runs to the end if you await it, or epoch by epoch if you iterate over it. */

import type { Network } from "../network/network.js";
import type { RunView } from "./callbacks/callbacks.js";
import type { History } from "./callbacks/history.js";
import type { CheckpointContents } from "./checkpoint/checkpoint-contents.js";
import type { EpochReport } from "./epoch-report.js";
import type { Plan } from "./options.js";
import { Training } from "./training.js";
import { expectStart } from "./unstarted-runs.js";

/**
 * `await run` trains to the end and returns the history, every time you await it. `for await (const report of run)` trains one
 * epoch at a time, and leaving the loop ends the training. The training begins once.
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

  /** The current epoch, from 1, of `epochs`. */
  get epoch(): number {
    return this.#training.epoch;
  }

  get epochs(): number {
    return this.#training.epochs;
  }

  /** Its completed batches, of `batches`. */
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

  /** Whether it resumed from a checkpoint. */
  get resumed(): boolean {
    return this.#training.resumed;
  }

  /** Whether a callback or the caller has called `stop`. */
  get stopped(): boolean {
    return this.#training.stopped;
  }

  /** Ends the training after this epoch. */
  stop(): void {
    this.#training.stop();
  }

  /** A checkpoint for `resume`. @throws Error during a batch; see `RunView` */
  checkpoint(): CheckpointContents {
    return this.#training.checkpoint();
  }

  /** Trains to the end. The same as `await run`. */
  run(): Promise<History> {
    this.#end ??= this.#toTheEnd();
    return this.#end;
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting a run trains it
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
    // A run that failed during iteration has no next epoch.
    if (this.#failure) throw this.#failure.error;
    return this.history;
  }
}
