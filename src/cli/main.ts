#!/usr/bin/env node
/** The command `simdgrad`. Exit codes: 0 done, 1 failure, 2 usage, 130 by a second Ctrl-C. */

import "../node/relaxed-flag.js";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { roleOf } from "../app/file-role.js";
import { SettingError } from "../app/setting-error.js";
import { TABLE_SETTINGS } from "../app/settings.js";
import { EXPORT_FORMATS, EXPORT_LAYOUTS } from "./export-formats.js";
import { ignoreHangUps } from "./interruption.js";
import { flagOf, integer, threadCount } from "./options.js";
import { print } from "./output.js";
import { startOf, TABLE_ENDINGS, TABLE_FILE } from "./table-file.js";
import { addTrainOptions } from "./train-command.js";
import { UsageError } from "./usage-error.js";

const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));

const dataOption = () => new Option("--data <dir>", "of images: folder with the four files, raw or .gz");
const downloadOption = () => new Option("--download", "of MNIST: download it when it is found nowhere");
const jsonOption = () => new Option("--json", "print one JSON object as the last line of standard output");
const threadsOption = () =>
  new Option("--threads <n>", "threads to share the work").argParser(threadCount).default("auto");
const maxValuesOption = () =>
  new Option(
    "--max-values <n>",
    "of a Parquet file: rows by columns that it may have (default: 2097152, and 16 for each byte)",
  ).argParser(integer(1));
const outFileOption = () => new Option("--out <file>", "of a table: where to write (default: standard output)");

const targetOption = () =>
  new Option("--target <column>", "of a table, for an ONNX model of another program: the column that is no input");

const missingTargetOption = () =>
  new Option("--missing-target <how>", "of a table: rows without a target (default: refuse)").choices([
    "refuse",
    "drop",
  ]);

/** What there is may be called anything. */
function dataFile(text: string): string {
  if (text === "mnist" || TABLE_FILE.test(text) || existsSync(text)) return text;
  throw new InvalidArgumentError(`Expected "mnist" or a file ending in ${TABLE_ENDINGS}, got "${text}".`);
}

/** Whether a file to predict is a table rather than an image, by its contents if there are any. */
async function isTable(path: string): Promise<boolean> {
  if (path === "-") return true;
  const start = await startOf(path).catch(() => undefined);
  return start?.length ? roleOf(start, path) === "table" : TABLE_FILE.test(path);
}

/** @throws UsageError when an option was given that the task does not have */
function refuse(command: Command, task: string, names: readonly string[]): void {
  const given = names.find((name) => command.getOptionValueSource(name) === "cli");
  if (given !== undefined) throw new UsageError(flagOf(given), `expected none for ${task}`);
}

// What cannot be shown does not end a run: its files are still written. A reader may have seen enough, as head has.
let shownInVain = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    // EIO: a terminal that has closed.
    if (code === "EPIPE" || (code === "EIO" && stream.isTTY) || shownInVain) return;
    shownInVain = true;
    process.exitCode = 1;
    if (stream !== process.stderr) print(`simdgrad: standard output cannot be written (${code})`, process.stderr);
  });
}

ignoreHangUps();

const program = new Command("simdgrad")
  .description("Train dense neural networks on the CPU with WebAssembly SIMD.")
  .version(version)
  .configureOutput({ writeErr: (text) => print(text.replace(/\n$/, ""), process.stderr) })
  .showHelpAfterError("(--help shows what is accepted)");

addTrainOptions(
  program
    .command("train")
    .description("train a network, test it, write model, history and report to --out")
    .argument(
      "<data>",
      '"mnist" (with --data any set of images in its format), or a table: CSV, JSON Lines or Parquet; - is standard input',
      dataFile,
    ),
)
  .addOption(maxValuesOption())
  .addOption(jsonOption())
  .action(async (data: string, options, command: Command) => {
    const { train } = await import("./train.js");
    // Commander has a default for what --no-header switches off.
    const header = command.getOptionValueSource("header") === "cli" ? options.header : undefined;
    if (data === "mnist") {
      refuse(command, "mnist", [...TABLE_SETTINGS, "maxValues"]);
      const { mnistTask } = await import("./mnist-task.js");
      return train("mnist", () => mnistTask(options), { ...options, header });
    }
    refuse(command, "a table", ["data", "download"]);
    const { tableTask } = await import("./table-task.js");
    return train("table", (settings) => tableTask(data, settings, options.maxValues), { ...options, header });
  });

program
  .command("evaluate")
  .description("test a model on the test images of MNIST or of --data, or on a table")
  .argument("<run>", "folder of a run, or its model file (safetensors or ONNX)")
  .argument("[table]", "for a model of a table: a file with the same columns", dataFile)
  .addOption(threadsOption())
  .addOption(dataOption())
  .addOption(downloadOption())
  .addOption(targetOption())
  .addOption(missingTargetOption())
  .addOption(maxValuesOption())
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
  .description("name what is on each PNG image, or predict each row of a table")
  .argument("<run>", "folder of a run, or its model file (safetensors or ONNX)")
  .argument("<files...>", "PNG files, or one table")
  .addOption(new Option("--top <n>", "of images: most likely labels to show").argParser(integer(1)).default(3))
  .addOption(outFileOption())
  .addOption(
    new Option(
      "--formulas <how>",
      "of a table: classes that begin with =, +, - or @ and are no numbers: escaped by an apostrophe, so that a spreadsheet does not run them, or kept",
    )
      .choices(["escape", "keep"])
      .default("escape"),
  )
  .addOption(targetOption())
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
  .description("what a model is, what it was trained for, and how")
  .argument("<run>", "folder of a run, or its model file (safetensors or ONNX)")
  .addOption(jsonOption())
  .action(async (run: string, options) => (await import("./info.js")).info(run, options));

program
  .command("export")
  .description("write a model as ONNX, safetensors or npz")
  .argument("<run>", "folder of a run, or its model file (safetensors or ONNX)")
  .addOption(new Option("--format <format>", "of the file").choices(EXPORT_FORMATS).makeOptionMandatory())
  .addOption(
    new Option("--layout <layout>", "of safetensors: weights [in, out], or [out, in] under PyTorch's names").choices(
      EXPORT_LAYOUTS,
    ),
  )
  .addOption(new Option("--out <file>", "where to write (default: beside the model)"))
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
