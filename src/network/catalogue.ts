/**
 * The catalogue: a row for each built-in layer, loss, optimizer, schedule and initializer. Model files, ONNX, the command, the page
 * and the documentation's lists follow from it.
 */

import { checkChoice, checkRecord } from "../checks/check-options.js";
import type { OptionTable } from "../checks/option-table.js";
import { type InitializerName, initializers } from "./initializers.js";
import type { ActivationRow } from "./layers/activation.js";
import { ACTIVATIONS } from "./layers/activations.js";
import { BATCH_NORM_OPTIONS, BatchNorm } from "./layers/batch-norm.js";
import { DENSE_OPTIONS, Dense } from "./layers/dense.js";
import { DROPOUT_OPTIONS, Dropout } from "./layers/dropout.js";
import type { LayerConfig } from "./layers/layer.js";
import { LAYER_NORM_OPTIONS, LayerNorm } from "./layers/layer-norm.js";
import type { LayerRow } from "./layers/layer-row.js";
import { BINARY_CROSS_ENTROPY_OPTIONS, BinaryCrossEntropy } from "./losses/binary-cross-entropy.js";
import type { Loss } from "./losses/loss.js";
import { REGRESSION_LOSSES } from "./losses/regression.js";
import { SOFTMAX_CROSS_ENTROPY_OPTIONS, SoftmaxCrossEntropy } from "./losses/softmax-cross-entropy.js";
import { ADAGRAD_OPTIONS, Adagrad } from "./optimizers/adagrad.js";
import { ADAM_OPTIONS, ADAMW_OPTIONS, Adam, AdamW } from "./optimizers/adam.js";
import type { Optimizer, OptimizerConfig } from "./optimizers/optimizer.js";
import { RMSPROP_OPTIONS, RMSProp } from "./optimizers/rmsprop.js";
import { SGD, SGD_OPTIONS } from "./optimizers/sgd.js";
import { COSINE_OPTIONS, CosineAnnealingLR } from "./schedules/cosine.js";
import {
  CONSTANT_OPTIONS,
  ConstantLR,
  EXPONENTIAL_OPTIONS,
  ExponentialLR,
  STEP_OPTIONS,
  StepLR,
} from "./schedules/decay.js";
import { ONE_CYCLE_OPTIONS, OneCycleLR } from "./schedules/one-cycle.js";
import { PLATEAU_OPTIONS, ReduceLROnPlateau } from "./schedules/plateau.js";
import type { Schedule, ScheduleConfig } from "./schedules/schedule.js";

/** A built-in part of a training. */
export interface Row<T> {
  /** Its name everywhere: in the API, the command, links and files. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  readonly options: OptionTable;
  /** The kernels that it calls. */
  readonly kernels: readonly string[];
  /** Made with options as its class takes them. @throws TypeError, RangeError for options that it refuses */
  make(options: object): T;
}

/** Rows by name, in the order of a list for people. */
export type Rows<R> = Readonly<Record<string, R>>;

/** Marked as pure where it is called, so that bundlers leave out what nobody asks for: calls among its arguments they would keep. */
const rowsOf = <R extends { readonly name: string }>(list: () => readonly R[]): Rows<R> =>
  Object.fromEntries(list().map((row) => [row.name, row]));

function activation([row, Class]: (typeof ACTIVATIONS)[number]): LayerRow {
  const { name, title, options, onnx } = row;
  const kernels = kernelNames(row).flatMap((kernel) => [`${kernel}Forward`, `${kernel}Backward`]);
  const make = (config: LayerConfig) => new Class(picked(config, options));
  return { name, title, options, kernels, make, columns: () => ({}), arrays: () => ({}), onnx };
}

function kernelNames({ kernel }: ActivationRow): readonly string[] {
  return typeof kernel === "string" ? [kernel] : Object.values(kernel);
}

/** The options of the table among those that a file gives: it may have more to say of a layer. */
function picked(given: Readonly<Record<string, unknown>>, table: OptionTable): Record<string, unknown> {
  return Object.fromEntries(Object.keys(table).map((name) => [name, given[name]]));
}

function normalizationColumns({ features }: LayerConfig) {
  return { inputs: features as number, outputs: features as number };
}

function normalizationArrays({ features }: LayerConfig, running: readonly string[]) {
  return Object.fromEntries(["gamma", "beta", ...running].map((name) => [name, [features as number]]));
}

const RUNNING = ["runningMean", "runningVariance"];

const DENSE: LayerRow = {
  name: "dense",
  title: "Dense",
  options: DENSE_OPTIONS,
  kernels: [
    "denseForward",
    "denseInputGradient",
    "denseWeightGradient",
    "sparseForward",
    "sparseWeightGradient",
    "compressRows",
    "expandRows",
    "biasGradient",
    "axpy",
  ],
  make: ({ inputs, outputs, learningRate }) =>
    new Dense(inputs as number, outputs as number, { learningRate: learningRate as number, init: "zeros" }),
  columns: ({ inputs, outputs }) => ({ inputs: inputs as number, outputs: outputs as number }),
  arrays: ({ inputs, outputs }) => ({ weights: [inputs as number, outputs as number], biases: [outputs as number] }),
  onnx: { op: "Gemm", arrays: ["weights", "biases"] },
};

const DROPOUT: LayerRow = {
  name: "dropout",
  title: "Dropout",
  options: DROPOUT_OPTIONS,
  kernels: ["dropout"],
  make: ({ rate }) => new Dropout(rate as number),
  columns: () => ({}),
  arrays: () => ({}),
};

const BATCH_NORM: LayerRow = {
  name: "batchNorm",
  title: "Batch normalization",
  options: BATCH_NORM_OPTIONS,
  kernels: ["batchNormStatistics", "batchNormInverse", "batchNormForward", "batchNormBackward", "biasGradient"],
  make: (config) => new BatchNorm(config.features as number, picked(config, BATCH_NORM_OPTIONS)),
  columns: normalizationColumns,
  arrays: (config) => normalizationArrays(config, RUNNING),
  onnx: {
    op: "BatchNormalization",
    arrays: ["gamma", "beta", ...RUNNING],
    attributes: {
      epsilon: "epsilon",
      // ONNX's momentum is the share of the old statistics, ours that of the new ones.
      momentum: { complement: "momentum" },
    },
  },
};

const LAYER_NORM: LayerRow = {
  name: "layerNorm",
  title: "Layer normalization",
  options: LAYER_NORM_OPTIONS,
  kernels: ["layerNormForward", "layerNormBackward", "biasGradient"],
  make: (config) => new LayerNorm(config.features as number, picked(config, LAYER_NORM_OPTIONS)),
  columns: normalizationColumns,
  arrays: (config) => normalizationArrays(config, []),
  onnx: {
    op: "LayerNormalization",
    arrays: ["gamma", "beta"],
    attributes: { axis: { integer: -1 }, epsilon: "epsilon" },
  },
};

/** Activations, those that may stand after each hidden layer. */
export const ACTIVATION_ROWS: Rows<LayerRow> = /* @__PURE__ */ rowsOf(() => ACTIVATIONS.map(activation));

export const LAYERS: Rows<LayerRow> = /* @__PURE__ */ rowsOf(() => [
  DENSE,
  ...Object.values(ACTIVATION_ROWS),
  DROPOUT,
  BATCH_NORM,
  LAYER_NORM,
]);

/** A class that is made with one object of options, as a row. */
function made<T>(
  name: string,
  title: string,
  Class: new (options: never) => T,
  options: OptionTable,
  kernels: readonly string[] = [],
): Row<T> {
  return { name, title, options, kernels, make: (given) => new Class(given as never) };
}

export const LOSSES: Rows<Row<Loss>> = /* @__PURE__ */ rowsOf<Row<Loss>>(() => [
  made("softmaxCrossEntropy", "Softmax cross-entropy", SoftmaxCrossEntropy, SOFTMAX_CROSS_ENTROPY_OPTIONS, [
    "softmaxCrossEntropy",
    "weightedCrossEntropy",
    "labelsFromFloats",
    "firstUnnormalized",
  ]),
  made("binaryCrossEntropy", "Binary cross-entropy", BinaryCrossEntropy, BINARY_CROSS_ENTROPY_OPTIONS, [
    "binaryCrossEntropy",
    "floatsFromLabels",
    "firstOutside",
  ]),
  ...REGRESSION_LOSSES.map(([row, Class]) =>
    made(row.name, row.title, Class, row.options, [row.kernel, "floatsFromLabels"]),
  ),
]);

function optimizer(
  name: string,
  title: string,
  Class: new (options: never) => Optimizer,
  options: OptionTable,
  step: string,
) {
  return made(name, title, Class, options, [step, "sumOfSquares"]);
}

export const OPTIMIZERS: Rows<Row<Optimizer>> = /* @__PURE__ */ rowsOf<Row<Optimizer>>(() => [
  optimizer("sgd", "SGD", SGD, SGD_OPTIONS, "sgdStep"),
  optimizer("rmsprop", "RMSProp", RMSProp, RMSPROP_OPTIONS, "rmspropStep"),
  optimizer("adagrad", "Adagrad", Adagrad, ADAGRAD_OPTIONS, "adagradStep"),
  optimizer("adam", "Adam", Adam, ADAM_OPTIONS, "adamStep"),
  optimizer("adamw", "AdamW", AdamW, ADAMW_OPTIONS, "adamStep"),
]);

export const SCHEDULES: Rows<Row<Schedule>> = /* @__PURE__ */ rowsOf<Row<Schedule>>(() => [
  made("constant", "Constant", ConstantLR, CONSTANT_OPTIONS),
  made("step", "Steps", StepLR, STEP_OPTIONS),
  made("exponential", "Exponential", ExponentialLR, EXPONENTIAL_OPTIONS),
  made("cosine", "Cosine", CosineAnnealingLR, COSINE_OPTIONS),
  made("oneCycle", "One cycle", OneCycleLR, ONE_CYCLE_OPTIONS),
  made("plateau", "On a plateau", ReduceLROnPlateau, PLATEAU_OPTIONS),
]);

/** "Glorot uniform" of glorotUniform. */
const titleOf = (name: string) =>
  (name[0] as string).toUpperCase() + name.slice(1).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const INITIALIZERS: Rows<Pick<Row<unknown>, "name" | "title">> = /* @__PURE__ */ rowsOf(() =>
  (Object.keys(initializers) as InitializerName[]).map((name) => ({ name, title: titleOf(name) })),
);

/** The optimizer with the type and options of a `config()`. @throws TypeError, RangeError for an unknown type; as the optimizer's own */
export function createOptimizer(config: OptimizerConfig): Optimizer {
  return create("optimizer", config, OPTIMIZERS);
}

/** The schedule with the type and options of a `config()`. @throws TypeError, RangeError for an unknown type; as the schedule's own */
export function createSchedule(config: ScheduleConfig): Schedule {
  return create("schedule", config, SCHEDULES);
}

function create<T>(what: string, config: { readonly type: string }, rows: Rows<Row<T>>): T {
  checkRecord(what, config, "an object with a type");
  const { type, ...options } = config;
  const name = typeof type === "string" && Object.hasOwn(rows, spelling(type)) ? spelling(type) : type;
  checkChoice(`${what}: type`, name, Object.keys(rows));
  return (rows[name] as Row<T>).make(options);
}

/** The spelling of a name that the command, run folders and files once wrote as leaky-relu: leakyRelu. */
export function spelling(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
