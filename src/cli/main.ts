#!/usr/bin/env node
/** The command `simdgrad`. Exit codes: 0 done, 1 failure, 2 usage. */

import "./relaxed-flag.js";
import { readFile } from "node:fs/promises";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { INIT_NAMES, integer, layerSizes, positiveNumber, threadCount } from "./options.js";

const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

const dataOption = () => new Option("--data <dir>", "folder with the four MNIST files, raw or .gz");
const downloadOption = () => new Option("--download", "download MNIST when it is found nowhere");
const jsonOption = () => new Option("--json", "print one JSON object as the last line of standard output");
const threadsOption = () =>
  new Option("--threads <n>", "threads to share the work").argParser(threadCount).default("auto");
const deterministicOption = () => new Option("--deterministic", "the same bits on every machine; somewhat slower");
const revectorizeOption = () =>
  new Option("--revectorize", "V8's experimental 256-bit vectors, checked before use (Node from 23.5)");

function dataFile(text: string): string {
  if (text === "mnist" || /\.(csv|tsv|txt)$/i.test(text)) return text;
  throw new InvalidArgumentError(`Expected "mnist" or a file ending in .csv, .tsv or .txt, got "${text}".`);
}

function fraction(text: string): number {
  const value = positiveNumber(text);
  if (value < 1) return value;
  throw new InvalidArgumentError(`Expected a number between 0 and 1, got "${text}".`);
}

/** Ends the program with a usage error when an option was given that the task does not have. */
function refuse(command: Command, task: string, names: readonly string[]): void {
  const given = names.find((name) => command.getOptionValueSource(name) === "cli");
  if (given === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === given)?.long;
  command.error(`error: option '${flag}' is not one of ${task}`, { exitCode: 2 });
}

// A reader that has seen enough, such as head, does not end a run: its files are still written.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const program = new Command("simdgrad")
  .description("Train dense neural networks on the CPU with WebAssembly SIMD.")
  .version(version)
  .showHelpAfterError("(--help shows what is accepted)");

program
  .command("train")
  .description("train a network and write model, history and report to --out")
  .argument("<data>", '"mnist", or a CSV file with a header', dataFile)
  .addOption(new Option("--target <column>", "of a CSV file: the column to learn"))
  .addOption(
    new Option("--task <task>", "of a CSV file: default by the target").choices(["classification", "regression"]),
  )
  .addOption(
    new Option("--epochs <n>", "passes over the training set (default: 25 for MNIST, else 100)").argParser(integer(0)),
  )
  .addOption(new Option("--batch-size <n>", "rows of a step").argParser(integer(1, 50_000)).default(32))
  .addOption(
    new Option("--learning-rate <x>", "step length (default: 0.1 for MNIST, else the optimizer's)").argParser(
      positiveNumber,
    ),
  )
  .addOption(
    new Option("--hidden <sizes>", "units of the hidden layers (default: 100,200 for MNIST, else 100)").argParser(
      layerSizes,
    ),
  )
  .addOption(
    new Option("--init <name>", "of MNIST: initial weights").choices(Object.keys(INIT_NAMES)).default("normal"),
  )
  .addOption(
    new Option("--optimizer <name>", "of a CSV file")
      .choices(["sgd", "rmsprop", "adagrad", "adam", "adamw"])
      .default("adam"),
  )
  .addOption(
    new Option("--early-stopping <epochs>", "of a CSV file: patience on the validation loss").argParser(integer(1)),
  )
  .addOption(new Option("--validation-split <x>", "of a CSV file").argParser(fraction).default(0.1))
  .addOption(new Option("--test-split <x>", "of a CSV file").argParser(fraction).default(0.2))
  .addOption(new Option("--class-weights <how>", "of a CSV file").choices(["balanced", "none"]).default("none"))
  .addOption(new Option("--seed <n>", "seed of weights and shuffles").argParser(integer(0)).default(42))
  .addOption(threadsOption())
  .addOption(deterministicOption())
  .addOption(revectorizeOption())
  .addOption(dataOption())
  .addOption(downloadOption())
  .addOption(new Option("--out <dir>", "folder for the results (default: runs/<time>)"))
  .addOption(jsonOption())
  .action(async (data, options, command: Command) => {
    if (data === "mnist") {
      const foreign = ["target", "task", "optimizer", "earlyStopping", "validationSplit", "testSplit", "classWeights"];
      refuse(command, "mnist", foreign);
      return (await import("./train.js")).train({ epochs: 25, learningRate: 0.1, hidden: [100, 200], ...options });
    }
    refuse(command, "a CSV file", ["init", "deterministic", "revectorize", "data", "download"]);
    if (options.target === undefined) command.error("error: a CSV file needs --target <column>", { exitCode: 2 });
    return (await import("./own-data.js")).trainCsv(data, { epochs: 100, hidden: [100], ...options });
  });

program
  .command("evaluate")
  .description("test a model on MNIST's 10 000 test images, or on a CSV file")
  .argument("<model>", "safetensors file written by train")
  .argument("[data.csv]", "for a model that was trained on a CSV file")
  .addOption(threadsOption())
  .addOption(dataOption())
  .addOption(downloadOption())
  .addOption(jsonOption())
  .action(async (model, file, options) =>
    file === undefined
      ? (await import("./evaluate.js")).evaluate(model, options)
      : (await import("./own-data.js")).evaluateCsv(model, file, options.json === true),
  );

program
  .command("predict")
  .description("name the digit in each PNG image, or predict each row of a CSV file")
  .argument("<model>", "safetensors file written by train")
  .argument("<files...>", "PNG files, or one CSV file")
  .addOption(new Option("--top <n>", "most likely digits to show").argParser(integer(1)).default(3))
  .addOption(new Option("--out <file>", "of a CSV file: where to write the predictions (default: standard output)"))
  .addOption(jsonOption())
  .action(async (model, files: string[], options, command: Command) => {
    if (files.length === 1 && /\.(csv|tsv|txt)$/i.test(files[0] as string)) {
      refuse(command, "a CSV file", ["top", "json"]);
      return (await import("./own-data.js")).predictCsv(model, files[0] as string, options.out);
    }
    refuse(command, "images", ["out"]);
    return (await import("./predict.js")).predict(model, files, options);
  });

for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    console.error(`simdgrad: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
