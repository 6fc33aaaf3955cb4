/** tableTask: reads a table, to learn one of its columns from the others. */

import { basename } from "node:path";
import Papa from "papaparse";
import type { TrainSettings } from "../../app/settings/train-settings.js";
import { SettingError } from "../../app/settings/train-settings.js";
import { describeDropped, guessTarget, withTargets } from "../../app/table-parts.js";
import { TableTask } from "../../app/table-task.js";
import type { Preprocessor, Scaling, TargetTask } from "../../tables/preprocessor.js";
import { namesOf, type Table } from "../../tables/table.js";
import type { Decimal, Thousands } from "../../tables/written-number.js";
import { flagOf } from "../options.js";
import { TableFile } from "../table-file.js";
import { UsageError } from "../usage-error.js";
import { counted, describeColumns, describeHeader, describeTarget } from "./column-table.js";
import type { TrainingTask } from "./training-task.js";

/**
 * Reads the table, splits its rows, and fits the preprocessing to the training rows.
 *
 * @param maxValues as in `TableFile.read`
 */
export async function tableTask(path: string, settings: TrainSettings, maxValues?: number): Promise<TrainingTask> {
  const file = await TableFile.open(path);
  refuseForeign(file, settings);
  const { csv, columns, keep } = await readingOf(file, settings);
  const whole = await file.read({ ...csv, ...columns }, maxValues);
  const target = findTarget(whole, settings.target);
  const { table, dropped } = withTargets(whole, target, settings.missingTarget);
  const { testSplit, validationSplit, seed } = settings;
  const task = new TableTask(
    table,
    target,
    {
      ...(settings.task !== undefined && { task: settings.task as TargetTask }),
      ...{ keep, testSplit, validationSplit, seed, scaling: settings.scaling as Scaling, reading: csv },
    },
    { test: "--test-split", validation: "--validation-split" },
  );
  const lines = [
    firstLine(file.name, task, dropped),
    ...describeTarget(table, task.preprocessor, settings.task !== undefined),
    inputsLine(task.preprocessor),
    ...describeHeader(file, table, settings),
    "",
    describeColumns(task.parts.training, task.preprocessor),
  ];
  return describedTask(task, `${basename(file.name)}: ${target}`, lines.join("\n"), await file.hash());
}

function firstLine(name: string, { rows }: TableTask, dropped: number): string {
  const { training, validation, test } = rows;
  const left = dropped > 0 ? `; ${describeDropped(dropped)}` : "";
  return `${name}: ${training} training, ${validation} validation, ${test} test rows${left}`;
}

function inputsLine({ config, inputs, sparse }: Preprocessor): string {
  const kept = sparse ? ", kept sparse" : "";
  return `from ${counted(config.features.length, "column")} (${counted(inputs, "input")}${kept})`;
}

/** A separate function, so that the result holds only the task, which frees the table, and not the table itself. */
function describedTask(task: TableTask, title: string, introduction: string, fingerprint: string): TrainingTask {
  const { classes, target } = task;
  return {
    ...{ task: task.task, title, introduction, inputs: task.inputs, outputs: task.outputs, metadata: task.metadata },
    ...(classes && { classes }),
    ...(target && { target }),
    fingerprint,
    place: (engine) => task.place(engine),
  };
}

/** @throws UsageError for an option that does not apply to the format of the file */
function refuseForeign({ format, name }: TableFile, settings: TrainSettings): void {
  if (format === "csv") return;
  const options = [
    "header",
    "delimiter",
    "decimal",
    "thousands",
    ...(format === "parquet" ? ["encoding" as const] : []),
  ] as const;
  const given = options.find((option) => settings[option] !== undefined);
  if (given !== undefined) throw new UsageError(flagOf(given), `expected it only for CSV files, got it for ${name}`);
}

/** How to read the file: options that the model keeps, and options for single columns. */
async function readingOf(file: TableFile, settings: TrainSettings) {
  const { header, delimiter, decimal, thousands, encoding, dayFirst } = settings;
  const missing = settings.missing?.flatMap(listOf);
  const csv = {
    ...(header !== undefined && { header }),
    ...(delimiter !== undefined && { delimiter: delimiter === "\\t" ? "\t" : delimiter }),
    ...(decimal !== undefined && { decimal: decimal as Decimal }),
    ...(thousands !== undefined && { thousands: thousands as Thousands }),
    ...(encoding !== undefined && { encoding }),
    ...(missing !== undefined && { missing }),
  };
  const lists = { ignore: settings.ignore ?? [], categorical: settings.categorical ?? [], keep: settings.keep ?? [] };
  const isAny = Object.values(lists).some((list) => list.length > 0);
  const names = isAny ? await file.peekNames(csv) : [];
  const resolve = (option: keyof typeof lists) => resolveColumns(lists[option], names, option, file.format !== "jsonl");
  const [ignored, categorical, kept] = [resolve("ignore"), resolve("categorical"), resolve("keep")];
  const kinds = [
    ...categorical.map((name) => [name, "categorical"] as const),
    ...ignored.map((name) => [name, "ignore"] as const),
  ];
  const columns = { kinds: Object.fromEntries(kinds), ...(dayFirst !== undefined && { dayFirst }) };
  // A column that you name as categorical is not an identifier.
  return { csv, columns, keep: [...kept, ...categorical.filter((name) => !ignored.includes(name))] };
}

/** The target: the column with this name, else with this number from 1; without a name, a column that is usually the target. */
function findTarget(table: Table, name: string | undefined): string {
  const { columns, origin } = table;
  if (name === undefined) {
    const found = guessTarget(table);
    if (found !== undefined) return found;
    throw new UsageError("--target", `expected the name of the column to learn, one of ${namesOf(table)}, got none`);
  }
  if (columns.some((column) => column.name === name)) return name;
  const place = /^[1-9]\d*$/.test(name) ? origin?.columns?.[Number(name) - 1] : undefined;
  if (place !== undefined && columns.some((column) => column.name === place)) return place;
  const ignored = origin?.columns?.includes(place ?? name) ? " that is not left out" : "";
  throw new UsageError(
    "--target",
    `expected a column${ignored}, one of ${namesOf(table)}, got ${JSON.stringify(name)}`,
  );
}

/**
 * The columns that an option names. Each text is a name, or a list of names and of numbers from 1, separated by commas. Quote a name
 * that contains a comma.
 *
 * @param names of the file's columns
 * @param areAll whether the table has no other columns
 * @throws SettingError for an unknown column
 */
function resolveColumns(
  texts: readonly string[],
  names: readonly string[],
  setting: string,
  areAll: boolean,
): readonly string[] {
  const found = texts
    .flatMap((text) => (names.includes(text.trim()) ? text.trim() : listOf(text)))
    .map((part) => {
      if (names.includes(part)) return part;
      const place = /^[1-9]\d*$/.test(part) ? names[Number(part) - 1] : undefined;
      if (place !== undefined) return place;
      if (!areAll) return part;
      const got = `got ${JSON.stringify(part)} (the columns are ${names.join(", ").slice(0, 1000)})`;
      throw new SettingError(setting, `expected the name or the number of a column, ${got}`);
    });
  return [...new Set(found)];
}

/** The trimmed parts of a list with commas. */
function listOf(text: string): readonly string[] {
  const [parts = []] = Papa.parse<string[]>(text.trim(), { delimiter: "," }).data;
  return parts.map((part) => part.trim());
}
