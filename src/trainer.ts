/** fit: epochs of minibatch training as an async iterator, one report an epoch. */

import type { Dataset } from "./data/dataset.js";
import { iterateMinibatches } from "./data/minibatches.js";
import { DivergenceError } from "./errors.js";
import type { Network } from "./network.js";

/** Options of `fit`. */
export interface FitOptions {
  /** Passes over the training set; default 25. */
  readonly epochs?: number;
  /** Rows of a step; default 32. */
  readonly batchSize?: number;
  /** Visit the rows in a new order each epoch; default true. */
  readonly shuffle?: boolean;
  /** Evaluated after each epoch. */
  readonly validation?: Dataset;
  /** Evaluate the training set after each epoch too; default true. */
  readonly evaluateTraining?: boolean;
  /** Stops after the current batch; the epoch it fell in is still evaluated and reported, with `completed: false`. */
  readonly signal?: AbortSignal;
  /** Called about ten times a second while an epoch runs, and at its end. */
  onProgress?(progress: Progress): void;
}

/** How far an epoch is. */
export interface Progress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done, of `batches`. */
  readonly batch: number;
  readonly batches: number;
  /** Mean loss of this epoch's batches so far. */
  readonly loss: number;
  readonly samplesPerSecond: number;
  /** Seconds until the end of the epoch at the present rate. */
  readonly secondsLeft: number;
}

/** What an epoch came to. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean loss of the batches, each before its step. */
  readonly trainLoss: number;
  /** Accuracy over the training set after the epoch; undefined when it was not asked for. */
  readonly trainAccuracy?: number;
  readonly valLoss?: number;
  readonly valAccuracy?: number;
  /** R² in place of accuracy under a loss of values. */
  readonly trainR2?: number;
  readonly valR2?: number;
  /** Time in training steps, and in evaluation. */
  readonly trainSeconds: number;
  readonly evalSeconds: number;
  readonly samplesPerSecond: number;
  /** False when the signal stopped it early. */
  readonly completed: boolean;
}

/** How long training may keep the thread before other tasks get their turn. */
const YIELD_MILLISECONDS = 50;
const PROGRESS_MILLISECONDS = 100;

/**
 * Trains `network` on minibatches of `data` and yields a report after every epoch; a last partial batch is dropped. Leaving
 * the loop stops the training.
 *
 * @throws RangeError for an invalid option or a training set smaller than one batch; nothing is trained then.
 * DivergenceError when a batch's loss is NaN or infinite: the parameters are of no use any more
 */
export async function* fit(
  network: Network,
  data: Dataset,
  options: FitOptions = {},
): AsyncGenerator<EpochReport, void> {
  const { epochs = 25, batchSize = 32, shuffle = true, validation, evaluateTraining = true, signal } = options;
  if (!Number.isInteger(epochs) || epochs < 0) {
    throw new RangeError(`epochs: expected an integer of at least 0, got ${epochs}`);
  }
  if (batchSize > data.rows) {
    throw new RangeError(`batch size: expected at most the ${data.rows} rows of the training set, got ${batchSize}`);
  }
  const lastTurn = { at: performance.now() };
  for (let epoch = 1; epoch <= epochs && !signal?.aborted; ++epoch) {
    const trained = await trainEpoch(network, data, epoch, epochs, batchSize, shuffle, lastTurn, options);
    const start = performance.now();
    const training = evaluateTraining ? network.evaluate(data) : undefined;
    const validated = validation ? network.evaluate(validation) : undefined;
    yield {
      epoch,
      trainLoss: trained.loss,
      ...(training?.accuracy !== undefined && { trainAccuracy: training.accuracy }),
      ...(training?.r2 !== undefined && { trainR2: training.r2 }),
      ...(validated && { valLoss: validated.loss }),
      ...(validated?.accuracy !== undefined && { valAccuracy: validated.accuracy }),
      ...(validated?.r2 !== undefined && { valR2: validated.r2 }),
      trainSeconds: trained.seconds,
      evalSeconds: (performance.now() - start) / 1000,
      samplesPerSecond: trained.samples / trained.seconds,
      completed: trained.completed,
    };
  }
}

interface TrainedEpoch {
  readonly loss: number;
  readonly samples: number;
  readonly seconds: number;
  readonly completed: boolean;
}

/** When other tasks last had their turn: epochs may be much shorter than the time between two turns. */
interface LastTurn {
  at: number;
}

async function trainEpoch(
  network: Network,
  data: Dataset,
  epoch: number,
  epochs: number,
  batchSize: number,
  shuffle: boolean,
  lastTurn: LastTurn,
  { signal, onProgress }: FitOptions,
): Promise<TrainedEpoch> {
  const batches = Math.floor(data.rows / batchSize);
  const start = performance.now();
  let lastProgress = start;
  let batch = 0;
  let losses = 0;
  for (const { inputs, targets, weights } of iterateMinibatches(network.engine, data.inputs, data.targets, batchSize, {
    shuffle,
    weights: data.weights,
  })) {
    const loss = network.train(inputs, targets, weights);
    ++batch;
    if (!Number.isFinite(loss)) throw new DivergenceError(epoch, batch, loss);
    losses += loss;
    const now = performance.now();
    if (onProgress && (now - lastProgress > PROGRESS_MILLISECONDS || batch === batches)) {
      lastProgress = now;
      const rate = (batch * batchSize) / ((now - start) / 1000);
      const secondsLeft = ((batches - batch) * batchSize) / rate;
      onProgress({ epoch, epochs, batch, batches, loss: losses / batch, samplesPerSecond: rate, secondsLeft });
    }
    if (now - lastTurn.at > YIELD_MILLISECONDS) {
      await nextTask();
      lastTurn.at = performance.now();
    }
    if (signal?.aborted) break;
  }
  const seconds = (performance.now() - start) / 1000;
  return { loss: losses / batch, samples: batch * batchSize, seconds, completed: batch === batches };
}

/** Lets timers, input and signals have their turn. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    // setTimeout waits at least a millisecond; setImmediate, where there is one, does not.
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve);
  });
}
