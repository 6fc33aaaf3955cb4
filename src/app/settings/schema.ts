/** The schema of all settings. The command's options, the page's fields and links, records and defaults follow from these rows. */

import { decoderOf } from "../../tables/chunks.js";
import { isDelimiter } from "../../tables/csv/csv-dialect.js";
import { activationNames, initializerNames, optimizerNames, scheduleNames } from "./network-names.js";
import type { DataKind, Setting, TrainSettings } from "./train-settings.js";
import {
  digits,
  fraction,
  integer,
  listOfValues,
  oneOf,
  orWord,
  positive,
  positiveUpTo,
  shortList,
  spec,
  text,
  textThat,
  type Value,
} from "./values.js";

const same = <T>(value: T): Readonly<Record<DataKind, T>> => ({ mnist: value, table: value });

/** Default epochs for a table without early stopping. */
export const UNSTOPPED_EPOCHS = 100;
/** Limits in the page, so that the browser stays usable. */
export const MOST_LAYERS = 8;
export const MOST_UNITS = 4096;
/** Gradient descent with momentum, which the page offers besides the plain one. */
export const MOMENTUM = "sgd:momentum=0.9";

const [MNIST_EPOCHS, TABLE_EPOCHS, TABLE_PATIENCE] = [25, 200, 20];

/** A label of the Encoding Standard. */
const encodingLabel: Value<string> = {
  ...text,
  parse: (label) => {
    decoderOf(label);
    return label;
  },
};

/** The hidden layers that the page allows. */
const pageLayers = shortList(
  listOfValues(digits(1, MOST_UNITS)),
  MOST_LAYERS,
  `up to ${MOST_LAYERS} layers of 1 to ${MOST_UNITS} units, such as 100,200`,
);

/** The optimizers of the page: each with its default options, and gradient descent also with momentum. */
const pageOptimizers: Value<string> = {
  ...oneOf(optimizerNames.flatMap((name) => (name === "sgd" ? ["sgd", "momentum"] : [name]))),
  parse: (name) => (name === "momentum" ? MOMENTUM : oneOf(optimizerNames).parse(name)),
  write: (optimizer) => (optimizer === MOMENTUM ? "momentum" : optimizer),
};

/** The settings in the order of the help: first those that only tables have. */
export const SETTINGS: { readonly [K in keyof TrainSettings]-?: Setting<TrainSettings[K]> } = {
  target: {
    group: "table",
    json: "string",
    optional: true,
    argument: "column",
    value: text,
    help: "column to learn, by name or number (default: target, label, class or y)",
  },
  task: {
    group: "table",
    json: "string",
    optional: true,
    argument: "task",
    value: oneOf(["classification", "regression"]),
    help: "kind of task (default: from the values to learn)",
  },
  header: {
    group: "table",
    json: "boolean",
    optional: true,
    help: "CSV: the first row is a header (default: detected)",
    helpOff: "CSV: the first row is data",
  },
  delimiter: {
    group: "table",
    json: "string",
    optional: true,
    argument: "character",
    value: textThat("one character that is neither a quote nor a line end", (t) => t === "\\t" || isDelimiter(t)),
    help: "CSV: character between fields (default: detected)",
  },
  decimal: {
    group: "table",
    json: "string",
    optional: true,
    argument: "mark",
    value: oneOf([".", ","]),
    help: "CSV: decimal mark (default: detected for each column)",
  },
  thousands: {
    group: "table",
    json: "string",
    optional: true,
    later: true,
    argument: "mark",
    value: oneOf([",", ".", " ", "'"]),
    help: "CSV: thousands separator (default: detected for each column)",
  },
  encoding: {
    group: "table",
    json: "string",
    optional: true,
    later: true,
    argument: "name",
    value: encodingLabel,
    help: "CSV, JSON Lines: text encoding, such as latin1 or utf-16le (default: from the first bytes, else utf-8)",
  },
  dayFirst: {
    group: "table",
    json: "boolean",
    optional: true,
    later: true,
    help: "read 3/4/2020 as 3 April in columns that do not show the order",
  },
  missing: {
    group: "table",
    json: "list",
    optional: true,
    later: true,
    argument: "texts",
    repeated: true,
    value: text,
    help: "more texts that mean a missing value, such as tbd,-999 (repeatable)",
  },
  missingTarget: {
    group: "table",
    json: "string",
    optional: true,
    later: true,
    argument: "how",
    value: oneOf(["refuse", "drop"]),
    help: "what to do with rows that have no target (default: refuse)",
  },
  ignore: {
    group: "table",
    json: "list",
    optional: true,
    argument: "columns",
    repeated: true,
    value: text,
    help: "columns to leave out, by name or number (repeatable)",
  },
  categorical: {
    group: "table",
    json: "list",
    optional: true,
    argument: "columns",
    repeated: true,
    value: text,
    help: "columns of numbers or dates to treat as categories (repeatable)",
  },
  keep: {
    group: "table",
    json: "list",
    optional: true,
    later: true,
    argument: "columns",
    repeated: true,
    value: text,
    help: "columns to learn from although they look like keys (repeatable)",
  },
  scaling: {
    group: "table",
    json: "string",
    defaults: same("standard"),
    argument: "how",
    value: oneOf(["standard", "minmax"]),
    help: "how to scale numbers",
  },
  validationSplit: {
    group: "table",
    json: "number",
    defaults: same(0.1),
    argument: "x",
    value: fraction,
    help: "fraction of rows for validation",
  },
  testSplit: {
    group: "table",
    json: "number",
    defaults: same(0.2),
    argument: "x",
    value: fraction,
    help: "fraction of rows for the test",
  },
  hidden: {
    group: "network",
    json: "list",
    defaults: { mnist: [100, 200], table: [200] },
    argument: "sizes",
    whole: true,
    value: listOfValues(integer(1, 1_000_000)),
    help: "sizes of the hidden layers",
    page: { link: "layers", title: "Hidden layers", value: pageLayers, table: [16, 16] },
  },
  activation: {
    group: "network",
    json: "string",
    named: true,
    defaults: same("relu"),
    argument: "name",
    value: oneOf(activationNames),
    help: "activation after each hidden layer",
    page: { link: "activation", title: "Activation", value: oneOf(activationNames) },
  },
  dropout: {
    group: "network",
    json: "number",
    defaults: same(0),
    argument: "rate",
    value: fraction,
    help: "dropout rate after each hidden layer",
    page: { link: "dropout", title: "Dropout", value: fraction },
  },
  init: {
    group: "network",
    json: "string",
    named: true,
    defaults: { mnist: "normal", table: "glorotUniform" },
    argument: "name",
    value: oneOf(initializerNames),
    help: "initializer of the weights",
    page: { link: "init", title: "Initial weights", value: oneOf(initializerNames) },
  },
  optimizer: {
    group: "training",
    json: "string",
    named: true,
    defaults: { mnist: "sgd", table: "adam" },
    argument: "name",
    value: spec(optimizerNames),
    help: `${optimizerNames.join(", ")}; add options as in sgd:momentum=0.9`,
    page: { link: "optimizer", title: "Optimizer", value: pageOptimizers },
  },
  learningRate: {
    group: "training",
    json: "number",
    optional: true,
    defaults: { mnist: 0.1, table: undefined },
    argument: "x",
    value: positive,
    help: "learning rate (default: 0.1 for images, the optimizer's for tables)",
    page: { link: "rate", title: "Learning rate", value: positiveUpTo(100), table: 0.003 },
  },
  schedule: {
    group: "training",
    json: "string",
    named: true,
    defaults: same("constant"),
    argument: "name",
    value: spec(scheduleNames),
    help: `learning-rate schedule: ${scheduleNames.join(", ")}; add options as in step:stepSize=10`,
  },
  epochs: {
    group: "training",
    json: "number",
    defaults: { mnist: MNIST_EPOCHS, table: TABLE_EPOCHS },
    argument: "n",
    value: integer(0),
    help: `passes over the training data (default: ${MNIST_EPOCHS} for images, ${TABLE_EPOCHS} for tables, ${UNSTOPPED_EPOCHS} for tables without early stopping)`,
    page: { link: "epochs", title: "Epochs", value: digits(1, 10_000), table: 100 },
  },
  batchSize: {
    group: "training",
    json: "number",
    optional: true,
    defaults: { mnist: 32, table: undefined },
    argument: "n",
    value: integer(1),
    help: "rows per training step (default: 32, or all rows if there are fewer)",
    page: { link: "batch", title: "Batch size", value: digits(1, 8192), table: 32 },
  },
  earlyStopping: {
    group: "training",
    json: "number",
    optional: true,
    defaults: { mnist: undefined, table: TABLE_PATIENCE },
    argument: "epochs|none",
    value: orWord("none", integer(1)),
    help: `stop after this many epochs without a lower validation loss and keep the best weights; none: train all epochs (default: none for images, ${TABLE_PATIENCE} for tables)`,
  },
  classWeights: {
    group: "training",
    json: "string",
    defaults: same("none"),
    argument: "how",
    value: text,
    whole: true,
    help: "how much each class counts in the loss: balanced, none, or class=weight,…",
  },
  seed: {
    group: "training",
    json: "number",
    defaults: same(42),
    argument: "n",
    value: integer(0),
    help: "seed of the random generator: weights, shuffles and splits",
    page: { link: "seed", title: "Seed", value: digits(0, Number.MAX_SAFE_INTEGER) },
  },
  deterministic: {
    group: "training",
    json: "boolean",
    defaults: same(false),
    help: "compute the same bits on every machine; somewhat slower",
  },
};

/** Names of all settings, in their order. */
export const SETTING_NAMES = Object.keys(SETTINGS) as (keyof TrainSettings)[];

/** Names of the settings that only tables have. */
export const TABLE_SETTINGS = SETTING_NAMES.filter((name) => SETTINGS[name].group === "table");
