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

function task(text: string): string {
  if (text !== "mnist") throw new InvalidArgumentError(`Expected "mnist", got "${text}".`);
  return text;
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
  .argument("<task>", 'what to learn: "mnist"', task)
  .addOption(new Option("--epochs <n>", "passes over the training set").argParser(integer(0)).default(25))
  .addOption(new Option("--batch-size <n>", "rows of a step").argParser(integer(1, 50_000)).default(32))
  .addOption(new Option("--learning-rate <x>", "step length").argParser(positiveNumber).default(0.1))
  .addOption(
    new Option("--hidden <sizes>", "units of the hidden layers").argParser(layerSizes).default([100, 200], "100,200"),
  )
  .addOption(new Option("--init <name>", "initial weights").choices(Object.keys(INIT_NAMES)).default("normal"))
  .addOption(new Option("--seed <n>", "seed of weights and shuffles").argParser(integer(0)).default(42))
  .addOption(threadsOption())
  .addOption(deterministicOption())
  .addOption(revectorizeOption())
  .addOption(dataOption())
  .addOption(downloadOption())
  .addOption(new Option("--out <dir>", "folder for the results (default: runs/<time>)"))
  .addOption(jsonOption())
  .action(async (_task, options) => (await import("./train.js")).train(options));

program
  .command("evaluate")
  .description("test a model on MNIST's 10 000 test images")
  .argument("<model>", "safetensors file written by train")
  .addOption(threadsOption())
  .addOption(dataOption())
  .addOption(downloadOption())
  .addOption(jsonOption())
  .action(async (model, options) => (await import("./evaluate.js")).evaluate(model, options));

program
  .command("predict")
  .description("name the digit in each PNG image")
  .argument("<model>", "safetensors file written by train")
  .argument("<images...>", "PNG files")
  .addOption(new Option("--top <n>", "most likely digits to show").argParser(integer(1)).default(3))
  .addOption(jsonOption())
  .action(async (model, images, options) => (await import("./predict.js")).predict(model, images, options));

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
