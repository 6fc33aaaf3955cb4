/** The settings of a training: one row for each, from which follow the command's options, a link's names, records and defaults. */

import { decoderOf } from "../tables/chunks.js";
import { isDelimiter } from "../tables/csv/csv-dialect.js";
import { activationNames, initializerNames, optimizerNames, scheduleNames } from "./network-plan.js";
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

/** Epochs of a table where nothing ends them early. */
export const UNSTOPPED_EPOCHS = 100;
/** Limits of the page, whose browser has to stay usable. */
export const MOST_LAYERS = 8;
export const MOST_UNITS = 4096;
/** Gradient descent as the page has it beside the plain one. */
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

/** Up to so many layers of the page's. */
const pageLayers = shortList(
  listOfValues(digits(1, MOST_UNITS)),
  MOST_LAYERS,
  `up to ${MOST_LAYERS} layers of 1 to ${MOST_UNITS} units, such as 100,200`,
);

/** The optimizers as the page offers them: with their default options, and gradient descent also with a momentum. */
const pageOptimizers: Value<string> = {
  ...oneOf(optimizerNames.flatMap((name) => (name === "sgd" ? ["sgd", "momentum"] : [name]))),
  parse: (name) => (name === "momentum" ? MOMENTUM : oneOf(optimizerNames).parse(name)),
  write: (optimizer) => (optimizer === MOMENTUM ? "momentum" : optimizer),
};

/** Settings of tables alone, and then those of all data, in the order in which they are shown. */
export const SETTINGS: { readonly [K in keyof TrainSettings]-?: Setting<TrainSettings[K]> } = {
  target: {
    json: "string",
    optional: true,
    argument: "column",
    value: text,
    help: "of a table: name or number of the column to learn (default: target, label, class or y)",
  },
  task: {
    json: "string",
    optional: true,
    argument: "task",
    value: oneOf(["classification", "regression"]),
    help: "of a table: default by the target",
  },
  header: {
    json: "boolean",
    optional: true,
    help: "of a CSV file: its first row holds names (default: by the rows below it)",
    helpOff: "of a CSV file: its first row is data",
  },
  delimiter: {
    json: "string",
    optional: true,
    argument: "character",
    value: textThat("one character that is neither a quote nor a line end", (t) => t === "\\t" || isDelimiter(t)),
    help: "of a CSV file: default by its first rows",
  },
  decimal: {
    json: "string",
    optional: true,
    argument: "mark",
    value: oneOf([".", ","]),
    help: "of a CSV file: default by each column's first rows",
  },
  thousands: {
    json: "string",
    optional: true,
    later: true,
    argument: "mark",
    value: oneOf([",", ".", " ", "'"]),
    help: "of a CSV file: default by each column's first rows",
  },
  encoding: {
    json: "string",
    optional: true,
    later: true,
    argument: "name",
    value: encodingLabel,
    help: "of a CSV or JSON Lines file: latin1, utf-16le, … (default: utf-8, or as its first bytes say)",
  },
  dayFirst: {
    json: "boolean",
    optional: true,
    later: true,
    help: "of a table: 3/4/2020 is in April where the column does not show it",
  },
  missing: {
    json: "list",
    optional: true,
    later: true,
    argument: "texts",
    repeated: true,
    value: text,
    help: "of a table: what means a missing value, too: tbd,-999 (may be repeated)",
  },
  missingTarget: {
    json: "string",
    optional: true,
    later: true,
    argument: "how",
    value: oneOf(["refuse", "drop"]),
    help: "of a table: rows without a target (default: refuse)",
  },
  ignore: {
    json: "list",
    optional: true,
    argument: "columns",
    repeated: true,
    value: text,
    help: "of a table: names or numbers of columns to leave out (may be repeated)",
  },
  categorical: {
    json: "list",
    optional: true,
    argument: "columns",
    repeated: true,
    value: text,
    help: "of a table: columns of numbers or dates that are names (may be repeated)",
  },
  keep: {
    json: "list",
    optional: true,
    later: true,
    argument: "columns",
    repeated: true,
    value: text,
    help: "of a table: columns to learn from although they look like keys (may be repeated)",
  },
  scaling: {
    json: "string",
    defaults: same("standard"),
    argument: "how",
    value: oneOf(["standard", "minmax"]),
    help: "of a table: scaling of numbers",
  },
  validationSplit: {
    json: "number",
    defaults: same(0.1),
    argument: "x",
    value: fraction,
    help: "of a table: fraction of rows to validate with",
  },
  testSplit: {
    json: "number",
    defaults: same(0.2),
    argument: "x",
    value: fraction,
    help: "of a table: fraction of rows to test with",
  },
  hidden: {
    json: "list",
    defaults: { mnist: [100, 200], table: [200] },
    argument: "sizes",
    whole: true,
    value: listOfValues(integer(1, 1_000_000)),
    help: "units of the hidden layers",
    page: { link: "layers", title: "Hidden layers", value: pageLayers, table: [16, 16] },
  },
  activation: {
    json: "string",
    named: true,
    defaults: same("relu"),
    argument: "name",
    value: oneOf(activationNames),
    help: "after each hidden layer",
    page: { link: "activation", title: "Activation", value: oneOf(activationNames) },
  },
  dropout: {
    json: "number",
    defaults: same(0),
    argument: "rate",
    value: fraction,
    help: "after each hidden layer",
    page: { link: "dropout", title: "Dropout", value: fraction },
  },
  init: {
    json: "string",
    named: true,
    defaults: { mnist: "normal", table: "glorotUniform" },
    argument: "name",
    value: oneOf(initializerNames),
    help: "initial weights",
    page: { link: "init", title: "Initial weights", value: oneOf(initializerNames) },
  },
  optimizer: {
    json: "string",
    named: true,
    defaults: { mnist: "sgd", table: "adam" },
    argument: "name",
    value: spec(optimizerNames),
    help: `${optimizerNames.join(", ")}; with options as in sgd:momentum=0.9`,
    page: { link: "optimizer", title: "Optimizer", value: pageOptimizers },
  },
  learningRate: {
    json: "number",
    optional: true,
    defaults: { mnist: 0.1, table: undefined },
    argument: "x",
    value: positive,
    help: "step length (default: 0.1 for images, else the optimizer's)",
    page: { link: "rate", title: "Learning rate", value: positiveUpTo(100), table: 0.003 },
  },
  schedule: {
    json: "string",
    named: true,
    defaults: same("constant"),
    argument: "name",
    value: spec(scheduleNames),
    help: `of the learning rate: ${scheduleNames.join(", ")}; with options as in step:stepSize=10`,
  },
  epochs: {
    json: "number",
    defaults: { mnist: MNIST_EPOCHS, table: TABLE_EPOCHS },
    argument: "n",
    value: integer(0),
    help: `passes over the training set (default: ${MNIST_EPOCHS} for images, else ${TABLE_EPOCHS}, without early stopping ${UNSTOPPED_EPOCHS})`,
    page: { link: "epochs", title: "Epochs", value: digits(1, 10_000), table: 100 },
  },
  batchSize: {
    json: "number",
    optional: true,
    defaults: { mnist: 32, table: undefined },
    argument: "n",
    value: integer(1),
    help: "rows of a step (default: 32, or all if they are fewer)",
    page: { link: "batch", title: "Batch size", value: digits(1, 8192), table: 32 },
  },
  earlyStopping: {
    json: "number",
    optional: true,
    defaults: { mnist: undefined, table: TABLE_PATIENCE },
    argument: "epochs|none",
    value: orWord("none", integer(1)),
    help: `end after so many without a lower validation loss, keep the best; none: all, keep the last (default: none for MNIST, else ${TABLE_PATIENCE})`,
  },
  classWeights: {
    json: "string",
    defaults: same("none"),
    argument: "how",
    value: text,
    whole: true,
    help: "balanced, none, or class=weight,…",
  },
  seed: {
    json: "number",
    defaults: same(42),
    argument: "n",
    value: integer(0),
    help: "seed of weights, shuffles and splits",
    page: { link: "seed", title: "Seed", value: digits(0, Number.MAX_SAFE_INTEGER) },
  },
  deterministic: {
    json: "boolean",
    defaults: same(false),
    help: "the same bits on every machine; somewhat slower",
  },
};

/** Names of all settings, in their order. */
export const SETTING_NAMES = Object.keys(SETTINGS) as (keyof TrainSettings)[];

/** Those that only tables have. */
export const TABLE_SETTINGS: readonly (keyof TrainSettings)[] = SETTING_NAMES.slice(0, SETTING_NAMES.indexOf("hidden"));
