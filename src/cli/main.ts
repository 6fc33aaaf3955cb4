#!/usr/bin/env node
/** The command `simdgrad`. Exit codes: 0 success, 1 failure, 2 wrong usage, 130 second Ctrl-C. */

import "../node/relaxed-flag.js";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { roleOf } from "../app/file-role.js";
import { TABLE_SETTINGS } from "../app/settings/schema.js";
import { SettingError } from "../app/settings/train-settings.js";
import { ignoreHangUps } from "./interruption.js";
import { EXPORT_FORMATS, EXPORT_LAYOUTS, flagOf, HELP_GROUPS, integer, threadCount, trainOptions } from "./options.js";
import { print } from "./output.js";
import { startOf, TABLE_ENDINGS, TABLE_FILE } from "./table-file.js";
import { UsageError } from "./usage-error.js";

const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

const dataOption = () =>
  new Option("--data <dir>", "folder with the four files of MNIST or of a set in its format, raw or .gz").helpGroup(
    HELP_GROUPS.images,
  );
const downloadOption = () =>
  new Option("--download", "download MNIST if it is not on this machine").helpGroup(HELP_GROUPS.images);
const jsonOption = () => new Option("--json", "print one JSON object as the last line of standard output");
const threadsOption = () => new Option("--threads <n>", "number of threads").argParser(threadCount).default("auto");
const maxValuesOption = () =>
  new Option(
    "--max-values <n>",
    "Parquet: most values, rows × columns, that a file may have (default: 2097152 + 16 per byte of the file)",
  )
    .argParser(integer(1))
    .helpGroup(HELP_GROUPS.table);

/** @param role what the column is to the command */
const targetOption = (role: string) =>
  new Option("--target <column>", `${role}, for an ONNX model of another program`).helpGroup(HELP_GROUPS.table);

/** A file that exists may have any name. */
function dataFile(text: string): string {
  if (text === "mnist" || TABLE_FILE.test(text) || existsSync(text)) return text;
  throw new InvalidArgumentError(`Expected "mnist" or a file ending in ${TABLE_ENDINGS}, got "${text}".`);
}

/** Whether a file to predict is a table rather than an image: by its contents, or by its name if it is empty or missing. */
async function isTable(path: string): Promise<boolean> {
  if (path === "-") return true;
  const start = await startOf(path).catch(() => undefined);
  return start?.length ? roleOf(start, path) === "table" : TABLE_FILE.test(path);
}

/** @throws UsageError if you gave an option that the task does not have */
function refuse(command: Command, task: string, names: readonly string[]): void {
  const given = names.find((name) => command.getOptionValueSource(name) === "cli");
  if (given !== undefined) throw new UsageError(flagOf(given), `expected none for ${task}`);
}

// A run that cannot print still writes its files. A reader such as head may close its end early.
let hasFailedToPrint = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    // EIO: the terminal was closed.
    if (code === "EPIPE" || (code === "EIO" && stream.isTTY) || hasFailedToPrint) return;
    hasFailedToPrint = true;
    process.exitCode = 1;
    if (stream !== process.stderr) print(`simdgrad: standard output cannot be written (${code})`, process.stderr);
  });
}

ignoreHangUps();

const program = new Command("simdgrad")
  .description("Train dense neural networks on the CPU with WebAssembly SIMD.")
  .version(version)
  .configureOutput({ writeErr: (text) => print(text.replace(/\n$/, ""), process.stderr) })
  .showHelpAfterError("(add --help to see arguments and options)");

const trainCommand = program
  .command("train")
  .description("train and test a network; write model, history and report to --out")
  .argument(
    "<data>",
    '"mnist" (or any image set in its format, with --data), or a table: CSV, JSON Lines or Parquet; - is standard input',
    dataFile,
  );
for (const option of [dataOption(), downloadOption(), ...trainOptions()]) trainCommand.addOption(option);
trainCommand
  .addOption(threadsOption())
  .addOption(maxValuesOption())
  .addOption(jsonOption())
  .action(async (data: string, options, command: Command) => {
    const { train } = await import("./train/train.js");
    // Because of --no-header, Commander sets a default for header.
    const header = command.getOptionValueSource("header") === "cli" ? options.header : undefined;
    if (data === "mnist") {
      refuse(command, "mnist", [...TABLE_SETTINGS, "maxValues"]);
      const { mnistTask } = await import("./train/mnist-task.js");
      return train("mnist", () => mnistTask(options), { ...options, header });
    }
    refuse(command, "a table", ["data", "download"]);
    const { tableTask } = await import("./train/table-task.js");
    return train("table", (settings) => tableTask(data, settings, options.maxValues), { ...options, header });
  });

program
  .command("evaluate")
  .description("test a model on the MNIST test images, on those of --data, or on a table")
  .argument("<run>", "run folder, or model file (safetensors or ONNX)")
  .argument("[table]", "for a table model: a file with the same columns", dataFile)
  .addOption(dataOption())
  .addOption(downloadOption())
  .addOption(targetOption("column with the true values"))
  .addOption(
    new Option("--missing-target <how>", "what to do with rows that have no target (default: refuse)")
      .choices(["refuse", "drop"])
      .helpGroup(HELP_GROUPS.table),
  )
  .addOption(maxValuesOption())
  .addOption(threadsOption())
  .addOption(jsonOption())
  .action(async (run: string, table: string | undefined, options, command: Command) => {
    const { evaluateImages, evaluateTable } = await import("./evaluate.js");
    if (table === undefined) {
      refuse(command, "mnist", ["maxValues", "target", "missingTarget"]);
      return evaluateImages(run, options);
    }
    refuse(command, "a table", ["data", "download"]);
    return evaluateTable(run, table, options);
  });

program
  .command("predict")
  .description("classify PNG images, or predict each row of a table")
  .argument("<run>", "run folder, or model file (safetensors or ONNX)")
  .argument("<files...>", "PNG files, or one table")
  .addOption(
    new Option("--top <n>", "how many of the most likely labels to show")
      .argParser(integer(1))
      .default(3)
      .helpGroup(HELP_GROUPS.images),
  )
  .addOption(new Option("--out <file>", "file to write (default: standard output)").helpGroup(HELP_GROUPS.table))
  .addOption(
    new Option(
      "--formulas <how>",
      "classes that a spreadsheet would run, those that begin with =, +, - or @ and are not numbers: put an apostrophe before them, or keep them",
    )
      .helpGroup(HELP_GROUPS.table)
      .choices(["escape", "keep"])
      .default("escape"),
  )
  .addOption(targetOption("column that is not an input"))
  .addOption(maxValuesOption())
  .addOption(jsonOption())
  .action(async (run: string, files: string[], options, command: Command) => {
    const [first] = files as [string];
    if (files.length === 1 && (await isTable(first))) {
      refuse(command, "a table", ["top"]);
      return (await import("./predict-table.js")).predictTable(run, first, options);
    }
    refuse(command, "images", ["out", "formulas", "maxValues", "target"]);
    return (await import("./predict-images.js")).predictImages(run, files, options);
  });

program
  .command("info")
  .description("show a model: its layers, inputs, settings and test result")
  .argument("<run>", "run folder, or model file (safetensors or ONNX)")
  .addOption(jsonOption())
  .action(async (run: string, options) => (await import("./info.js")).info(run, options));

program
  .command("export")
  .description("write a model as ONNX, safetensors or npz")
  .argument("<run>", "run folder, or model file (safetensors or ONNX)")
  .addOption(new Option("--format <format>", "file format").choices(EXPORT_FORMATS).makeOptionMandatory())
  .addOption(
    new Option(
      "--layout <layout>",
      "safetensors: weights as [in, out], or as [out, in] under PyTorch's names (default: in-out)",
    ).choices(EXPORT_LAYOUTS),
  )
  .addOption(new Option("--out <file>", "file to write (default: next to the model)"))
  .addOption(jsonOption())
  .action(async (run: string, options) => (await import("./export.js")).exportModel(run, options));

for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (caught) {
  const error = caught instanceof SettingError ? new UsageError(flagOf(caught.setting), caught.problem) : caught;
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    print(`simdgrad: ${error instanceof Error ? error.message : String(error)}`, process.stderr);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
