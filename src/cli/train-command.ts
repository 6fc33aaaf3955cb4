/** The options of `simdgrad train`. */

import { type Command, Option } from "commander";
import { INIT_NAMES } from "../app/network-plan.js";
import { DEFAULTS, UNSTOPPED_EPOCHS } from "../app/settings.js";
import {
  delimiter,
  encoding,
  fraction,
  integer,
  layerSizes,
  once,
  patience,
  positiveNumber,
  repeated,
  seconds,
  spec,
  threadCount,
} from "./options.js";

const ACTIVATION_NAMES = ["relu", "leaky-relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus"];
const OPTIMIZER_NAMES = ["sgd", "rmsprop", "adagrad", "adam", "adamw"];
const SCHEDULE_NAMES = ["constant", "step", "exponential", "cosine", "one-cycle", "plateau"];

/** Adds the settings: without defaults, which depend on the data (see settings.ts) and on the run that is gone on with. */
export function addTrainOptions(command: Command): Command {
  const add = <T>(flags: string, text: string, parse?: (value: string, before: T) => T) =>
    command.addOption(parse ? new Option(flags, text).argParser(parse) : new Option(flags, text));
  const choose = (flags: string, text: string, names: readonly string[]) =>
    command.addOption(new Option(flags, text).choices(names));
  add("--target <column>", "of a table: name or number of the column to learn (default: target, label, class or y)");
  choose("--task <task>", "of a table: default by the target", ["classification", "regression"]);
  choose("--scaling <how>", "of a table: scaling of numbers (default: standard)", ["standard", "minmax"]);
  add("--categorical <columns>", "of a table: columns of numbers or dates that are names (may be repeated)", repeated);
  add("--ignore <columns>", "of a table: names or numbers of columns to leave out (may be repeated)", repeated);
  add("--keep <columns>", "of a table: columns to learn from although they look like keys (may be repeated)", repeated);
  add("--missing <texts>", "of a table: what means a missing value, too: tbd,-999 (may be repeated)", repeated);
  choose("--missing-target <how>", "of a table: rows without a target (default: refuse)", ["refuse", "drop"]);
  add("--day-first", "of a table: 3/4/2020 is in April where the column does not show it");
  add("--header", "of a CSV file: its first row holds names (default: by the rows below it)");
  add("--no-header", "of a CSV file: its first row is data");
  add("--delimiter <character>", "of a CSV file: default by its first rows", delimiter);
  choose("--decimal <mark>", "of a CSV file: default by each column's first rows", [".", ","]);
  choose("--thousands <mark>", "of a CSV file: default by each column's first rows", [",", ".", " ", "'"]);
  add(
    "--encoding <name>",
    "of a CSV or JSON Lines file: latin1, utf-16le, … (default: utf-8, or as its first bytes say)",
    encoding,
  );
  add("--validation-split <x>", "of a table: fraction of rows to validate with (default: 0.1)", fraction);
  add("--test-split <x>", "of a table: fraction of rows to test with (default: 0.2)", fraction);
  add("--hidden <sizes>", "units of the hidden layers (default: 100,200 for images, else 100)", once(layerSizes));
  choose("--activation <name>", "after each hidden layer (default: relu)", ACTIVATION_NAMES);
  add("--dropout <rate>", "after each hidden layer (default: 0)", fraction);
  choose("--init <name>", "initial weights (default: normal for images, else glorot-uniform)", Object.keys(INIT_NAMES));
  add(
    "--optimizer <name>",
    `${OPTIMIZER_NAMES.join(", ")}; with options as in sgd:momentum=0.9 (default: sgd for images, else adam)`,
    spec(OPTIMIZER_NAMES),
  );
  add("--learning-rate <x>", "step length (default: 0.1 for images, else the optimizer's)", positiveNumber);
  add(
    "--schedule <name>",
    `of the learning rate: ${SCHEDULE_NAMES.join(", ")}; with options as in step:stepSize=10 (default: constant)`,
    spec(SCHEDULE_NAMES),
  );
  add(
    "--epochs <n>",
    `passes over the training set (default: ${DEFAULTS.mnist.epochs} for images, else ${DEFAULTS.table.epochs}, without early stopping ${UNSTOPPED_EPOCHS})`,
    integer(0),
  );
  add("--batch-size <n>", "rows of a step (default: 32, or all if they are fewer)", integer(1));
  add(
    "--early-stopping <epochs|none>",
    `end after so many without a lower validation loss, keep the best; none: all, keep the last (default: none for MNIST, else ${DEFAULTS.table.earlyStopping})`,
    patience,
  );
  add("--class-weights <how>", "balanced, none, or class=weight,… (default: none)", once(String));
  add("--seed <n>", "seed of weights, shuffles and splits (default: 42)", integer(0));
  add("--deterministic", "the same bits on every machine; somewhat slower");
  command.addOption(new Option("--threads <n>", "threads to share the work").argParser(threadCount).default("auto"));
  add("--revectorize", "V8's experimental 256-bit vectors, checked before use (Node from 23.5)");
  add(
    "--data <dir>",
    "of images: folder with the four files of MNIST or a set like it (Fashion-MNIST, EMNIST), raw or .gz",
  );
  add("--download", "of MNIST: download it when it is found nowhere");
  command.addOption(
    new Option("--checkpoint-every <seconds>", "how old the checkpoint may become").argParser(seconds).default(10),
  );
  add("--resume <run>", "folder of a run, or a checkpoint (the page's, too): go on with it, or give it more epochs");
  return add("--out <dir>", "folder for the results (default: runs/<time>)");
}
