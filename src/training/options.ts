/** The options of `fit` and their checks. */

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
  /** Passes over the training set; default 25. With `resume`, earlier epochs count. */
  readonly epochs?: number;
  /** Rows per batch; default 32, or all rows if there are fewer. */
  readonly batchSize?: number;
  /** Visit the rows in a new order each epoch; default true. */
  readonly shuffle?: boolean;
  /**
   * Draws the split, the order of the rows and what layers draw. Default: a fork of the engine's generator, so that alternating runs
   * on one engine do not affect each other. If you pass a generator, such as the engine's own, later runs continue where this one
   * ends.
   */
  readonly random?: Random;
  /** Drop an epoch's last batch if it has fewer rows than the others; default true. */
  readonly dropLast?: boolean;
  /** Evaluated after each epoch: a data set, or a `Subset` of one. */
  readonly validation?: Rows;
  /**
   * Instead of `validation`: hold out this fraction of the rows, between 0 and 1, drawn before the first epoch and stratified by
   * class.
   */
  readonly validationSplit?: number;
  /** Evaluate the training set after each epoch too; default true. */
  readonly evaluateTraining?: boolean;
  /**
   * Class weights for training (evaluation has none): one weight per class, at least 0; a class missing in a record has weight 1.
   * Or `balanced`: rows / (classes · rows of the class), as in scikit-learn. They are multiplied by sample weights.
   */
  readonly classWeights?: ClassWeights;
  /** Sample weights, at least 0, for a data set without its own. Evaluation uses them, too. */
  readonly sampleWeights?: ArrayLike<number>;
  /** Number of batches whose mean gradient makes one step; default 1. An epoch's last step may have fewer. */
  readonly accumulate?: number;
  /**
   * Sets the optimizer's learning rate before each step or epoch. To resume a training, pass the same schedule: a checkpoint has
   * its state, not its code.
   */
  readonly schedule?: LearningRateSchedule;
  /** The metric that a schedule watches; default `valLoss`, or `trainLoss` without validation. */
  readonly scheduleMetric?: Metric;
  /** Callbacks, called in this order. */
  readonly callbacks?: readonly Callback[];
  /**
   * Resume from a checkpoint of `loadCheckpoint`, or from another run's `checkpoint()`, bit for bit as if training had not stopped.
   * Network, data and all other options must be the same. Only `epochs` may be larger, and callbacks without state, such as
   * loggers, may differ.
   */
  readonly resume?: CheckpointContents | undefined;
  /**
   * Stops the training after the current batch, or during an evaluation. That epoch's report has `completed: false` and no
   * evaluations; `resume` continues it.
   */
  readonly signal?: AbortSignalLike;
  /** Called about ten times per second during an epoch, and at its end. */
  onProgress?(progress: Progress): void;
  /**
   * Called once per warning: the loss does not fall, all units of a layer are dead, a run was never started. Default:
   * `console.warn`.
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

/** The checked options with defaults. */
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

/** The settings that a checkpoint and the training that resumes from it must share. */
export function sharedSettings({ data, options, batchSize, shuffle, dropLast, accumulate }: Plan) {
  const { rows, columns } = data;
  const { validationSplit = 0 } = options;
  const order = { batchSize, shuffle: Number(shuffle), dropLast: Number(dropLast) };
  return { rows, columns, ...order, accumulate, validationSplit };
}

/** The options of a training's built-in parts. Custom parts are only compared by their arrays. */
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
 * The plan has copies of lists and records: later changes by the caller have no effect.
 *
 * @throws RangeError, TypeError, ShapeError for invalid options; then nothing has changed
 */
export function planTraining(network: Network, data: Rows, given: FitOptions): Plan {
  checkOptions("fit", given, OPTIONS);
  // Each option is read once, including inherited ones.
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

/** The same matrices with a copy of the indices. */
function copyRows({ inputs, targets, weights, rows, columns, indices }: Rows): Rows {
  return { inputs, targets, weights, rows, columns, ...(indices && { indices: indices.slice() }) };
}

/** @throws RangeError if the checkpoint's training had other settings */
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
