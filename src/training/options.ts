/** The options of `fit`, and what is wrong with them. */

import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkInteger,
  checkOptions,
  describe,
  type OptionNames,
  wrongType,
} from "../checks/check-options.js";
import type { AbortSignalLike } from "../checks/platform-types.js";
import type { Rows } from "../dataset/rows.js";
import { checkSplit } from "../dataset/split-rows.js";
import { Random } from "../engine/random.js";
import { checkSignal } from "../event-loop.js";
import { Network } from "../network/network.js";
import { type Callback, checkCallbacks, statefulCallbacks } from "./callbacks/callbacks.js";
import { checkHasRows, checkTaken } from "./check-data.js";
import type { CheckpointContents } from "./checkpoint/checkpoint-contents.js";
import { checkContents } from "./checkpoint/checkpoint-contents.js";
import { type Metric, type Progress, reportedMetrics } from "./epoch-report.js";
import { checkSchedule, type LearningRateSchedule } from "./learning-rate.js";
import { type ClassWeights, checkSampleWeights, copyClassWeights } from "./row-weights.js";

/** Options of `fit`. */
export interface FitOptions {
  /** Passes over the training set; default 25. With `resume`, those before it count. */
  readonly epochs?: number;
  /** Rows of a batch; default 32, or all there are if they are fewer. */
  readonly batchSize?: number;
  /** Visit the rows in a new order each epoch; default true. */
  readonly shuffle?: boolean;
  /**
   * Draws the split, the orders of the rows and what layers draw; default: a fork of the engine's generator, so that runs that take
   * turns on one engine do not draw from each other. With one that is kept, such as the engine's own, later runs go on from where
   * this one ends.
   */
  readonly random?: Random;
  /** Leave out an epoch's last batch if it has fewer rows than the others; default true. */
  readonly dropLast?: boolean;
  /** Evaluated after each epoch: a data set, or a `Subset` of one. */
  readonly validation?: Rows;
  /**
   * In place of `validation`: hold back this fraction of the rows, between 0 and 1, drawn from the engine's generator before
   * the first epoch, from each class of labels its share.
   */
  readonly validationSplit?: number;
  /** Evaluate the training set after each epoch too; default true. */
  readonly evaluateTraining?: boolean;
  /**
   * How much each class counts in training (evaluation is not weighted by class): one weight a class, from 0, those that a
   * record leaves out being 1; or `balanced`: rows / (classes · rows of the class), as scikit-learn has it. Multiplied with
   * the row's sample weight.
   */
  readonly classWeights?: ClassWeights;
  /** How much each row of the data set counts, from 0: for a data set that has no weights itself. Evaluation knows them, too. */
  readonly sampleWeights?: ArrayLike<number>;
  /** Batches whose gradients' mean makes one step; default 1. An epoch's last step may have fewer. */
  readonly accumulate?: number;
  /**
   * Sets the optimizer's learning rate before each of its steps, or each epoch. A resumed training needs the same schedule:
   * a checkpoint has what it has seen, not what it does.
   */
  readonly schedule?: LearningRateSchedule;
  /** What a schedule that watches a metric is told after each epoch; default `valLoss`, without validation `trainLoss`. */
  readonly scheduleMetric?: Metric;
  /** Told of batches and epochs, in this order. */
  readonly callbacks?: readonly Callback[];
  /**
   * What `loadCheckpoint` gives, or another run's `checkpoint()`: go on from there, to the same bits as if there had been no
   * stop. Network, data and all other options must be the same, only `epochs` may be more, and callbacks without state, such as
   * loggers, may come and go.
   */
  readonly resume?: CheckpointContents | undefined;
  /**
   * Ends the training after the batch under way, or in the middle of an evaluation. The epoch it fell in is reported with
   * `completed: false` and without the evaluations; `resume` goes on with it.
   */
  readonly signal?: AbortSignalLike;
  /** Called about ten times a second while an epoch runs, and at its end. */
  onProgress?(progress: Progress): void;
  /**
   * Told once of each thing that is wrong although no error: a loss that has not moved, a layer whose units are dead, a run that
   * was never started. Default: `console.warn`.
   */
  onWarning?(message: string): void;
}

const OPTIONS: OptionNames<FitOptions> = {
  epochs: true,
  batchSize: true,
  shuffle: true,
  random: true,
  dropLast: true,
  validation: true,
  validationSplit: true,
  evaluateTraining: true,
  classWeights: true,
  sampleWeights: true,
  accumulate: true,
  schedule: true,
  scheduleMetric: true,
  callbacks: true,
  resume: true,
  signal: true,
  onProgress: true,
  onWarning: true,
};

/** Checked options, defaults filled in. */
export interface Plan {
  readonly network: Network;
  readonly data: Rows;
  readonly options: FitOptions;
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly evaluateTraining: boolean;
  readonly accumulate: number;
  readonly callbacks: readonly Callback[];
  readonly metrics: readonly Metric[];
  readonly scheduleMetric: Metric;
  readonly warn: (message: string) => void;
}

/** The settings that a checkpoint's training and the one that goes on with it must share. */
export function sharedSettings({ data, options, batchSize, shuffle, dropLast, accumulate }: Plan) {
  const { rows, columns } = data;
  const { validationSplit = 0 } = options;
  const order = { batchSize, shuffle: Number(shuffle), dropLast: Number(dropLast) };
  return { rows, columns, ...order, accumulate, validationSplit };
}

/** What the built-in ones among a training's parts were made with. Of custom parts only their arrays tell. */
export function sharedParts({ network, options }: Plan): Record<string, string> {
  const parts: Record<string, object & { readonly config?: () => unknown }> = {
    loss: network.loss,
    optimizer: network.optimizer,
    ...(options.schedule && { schedule: options.schedule }),
  };
  for (const [index, layer] of network.layers.entries()) parts[`layer ${index}`] = layer;
  const texts = Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part.config?.())] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== undefined));
}

/**
 * The plan has copies of lists and records: what the caller does to them after this changes nothing.
 *
 * @throws RangeError, TypeError, ShapeError for invalid options; nothing has moved then
 */
export function planTraining(network: Network, data: Rows, given: FitOptions): Plan {
  checkOptions("fit", given, OPTIONS);
  // Read once, those that are inherited, too.
  const names = Object.keys(OPTIONS) as (keyof FitOptions)[];
  const options: FitOptions = Object.fromEntries(names.map((name) => [name, given[name]]));
  if (!(network instanceof Network)) throw wrongType("fit: network", "a Network", network);
  checkHasRows("fit: data", data);
  const { epochs = 25, shuffle = true, dropLast = true } = options;
  const { evaluateTraining = true, accumulate = 1 } = options;
  const { callbacks = [], validation, validationSplit, resume, signal, onProgress } = options;
  const { onWarning = (message: string) => console.warn(`simdgrad: ${message}`) } = options;
  checkInteger("epochs", epochs, 0);
  checkInteger("accumulate", accumulate, 1);
  checkBoolean("shuffle", shuffle);
  checkBoolean("dropLast", dropLast);
  checkBoolean("evaluateTraining", evaluateTraining);
  if (options.random !== undefined && !(options.random instanceof Random)) {
    throw wrongType("random", "a Random (see engine.random)", options.random);
  }
  checkSignal(signal);
  for (const [name, listener] of Object.entries({ onProgress, onWarning })) {
    if (listener !== undefined) checkFunction(name, listener);
  }
  const held = validationSplit === undefined ? 0 : checkSplit(data.rows, validationSplit);
  const { batchSize = Math.min(32, data.rows - held) } = options;
  checkInteger("batch size", batchSize, 1);
  if (validation !== undefined && held > 0)
    throw new RangeError("validationSplit: expected it or validation, got both");
  if (validation !== undefined) checkHasRows("validation", validation);
  if (dropLast && batchSize > data.rows - held) {
    const most = `at most the ${data.rows - held} rows of the training set, or dropLast: false`;
    throw new RangeError(`batch size: expected ${most}, got ${batchSize}`);
  }
  checkSampleWeights(options.sampleWeights, data);
  const classWeights = copyClassWeights(options.classWeights, network, data);
  checkCallbacks(callbacks);
  const ofValues = network.loss.activation === "identity";
  const metrics = reportedMetrics(ofValues, evaluateTraining, validation !== undefined || held > 0);
  checkSchedule(options.schedule);
  const { schedule } = options;
  if (options.scheduleMetric !== undefined && !(schedule?.update && schedule.watchesMetric !== false)) {
    const got = schedule ? describe(schedule) : "none";
    throw new RangeError(`scheduleMetric: expected a schedule beside it that watches a metric, got ${got}`);
  }
  const { scheduleMetric = metrics.includes("valLoss") ? "valLoss" : "trainLoss" } = options;
  checkChoice("scheduleMetric", scheduleMetric, metrics);
  for (const callback of callbacks) callback.check?.({ epochs, loss: network.loss, metrics });
  if (resume !== undefined) checkContents(resume);
  const settings = {
    epochs,
    batchSize,
    shuffle,
    dropLast,
    evaluateTraining,
    accumulate,
    callbacks: [...callbacks],
    metrics,
    scheduleMetric,
    warn: (message: string) => onWarning(message),
  };
  const { sampleWeights } = options;
  const copies = {
    ...(classWeights && { classWeights }),
    ...(sampleWeights && { sampleWeights: Float32Array.from(sampleWeights) }),
    ...(validation && { validation: copyRows(validation) }),
  };
  const plan = { network, data: copyRows(data), options: { ...options, ...copies }, ...settings };
  if (resume) checkContinues(plan, resume);
  checkTaken("fit: data", network, data);
  if (validation) checkTaken("validation", network, validation);
  return plan;
}

/** The same matrices, and the indices as they are now. */
function copyRows({ inputs, targets, weights, rows, columns, indices }: Rows): Rows {
  return { inputs, targets, weights, rows, columns, ...(indices && { indices: indices.slice() }) };
}

/** @throws RangeError when the checkpoint is of a training with other settings */
function checkContinues(plan: Plan, contents: CheckpointContents): void {
  const { settings, parts, position, random, schedule, callbacks } = contents;
  for (const [name, value] of Object.entries(sharedSettings(plan))) {
    if (settings[name] === value) continue;
    throw new RangeError(`resume: ${name}: expected ${describe(settings[name])} as in the checkpoint, got ${value}`);
  }
  if ((random.split === undefined) !== (plan.options.validationSplit === undefined)) {
    const got = random.split ? "one" : "none";
    throw new RangeError(
      `resume: expected the generator's state before the split if there is one, and only then, got ${got}`,
    );
  }
  if ((schedule === null) !== (plan.options.schedule === undefined)) {
    const [expected, got] = schedule ? ["one", "none"] : ["none", "one"];
    throw new RangeError(`resume: schedule: expected ${expected} as in the checkpoint, got ${got}`);
  }
  for (const [name, got] of Object.entries(sharedParts(plan))) {
    const expected = parts?.[name];
    if (expected !== undefined && expected !== got)
      throw new RangeError(`resume: ${name}: expected ${expected} as in the checkpoint, got ${got}`);
  }
  const begun = position.batch === 0 ? position.epoch - 1 : position.epoch;
  if (begun > plan.epochs) {
    throw new RangeError(`epochs: expected at least the ${begun} that the checkpoint has begun, got ${plan.epochs}`);
  }
  const stateful = statefulCallbacks(plan.callbacks);
  if (callbacks.length !== stateful.length) {
    const got = `${stateful.length} (${stateful.map(describe).join(", ") || "none"})`;
    throw new RangeError(
      `resume: callbacks: expected ${callbacks.length} with state, such as EarlyStopping, as in the checkpoint, got ${got}`,
    );
  }
}
