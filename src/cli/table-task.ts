/** The task of learning one column of a table from the others. */

import { basename } from "node:path";
import { listOf, resolveColumns } from "../app/column-names.js";
import { describeDropped, guessTarget, partTable, withTargets } from "../app/table-parts.js";
import type { TrainSettings } from "../app/train-settings.js";
import type { Engine } from "../create-engine.js";
import { Preprocessor, type Scaling, type TargetTask } from "../tables/preprocessor.js";
import { findColumn, namesOf, type Table } from "../tables/table.js";
import type { Decimal, Thousands } from "../tables/written-number.js";
import { counted, describeColumns, describeHeader, describeTarget } from "./column-table.js";
import { flagOf } from "./options.js";
import { TableFile } from "./table-file.js";
import type { PlacedData, TrainingTask } from "./task.js";
import { UsageError } from "./usage-error.js";

/**
 * Reads the table, parts its rows, and fits the preprocessing to those that are trained on.
 *
 * @param maxValues as `TableFile.read` has it
 */
export async function tableTask(path: string, settings: TrainSettings, maxValues?: number): Promise<TrainingTask> {
  const file = await TableFile.open(path);
  refuseForeign(file, settings);
  const { csv, columns, keep } = await readingOf(file, settings);
  const whole = await file.read({ ...csv, ...columns }, maxValues);
  const target = findTarget(whole, settings.target);
  const { table, dropped } = withTargets(whole, target, settings.missingTarget);
  const { testSplit, validationSplit, seed } = settings;
  const wanted = settings.task as TargetTask | undefined;
  const parts = partTable(
    table,
    target,
    { ...(wanted !== undefined && { task: wanted }), keep, testSplit, validationSplit, seed },
    { test: "--test-split", validation: "--validation-split" },
  );
  const scaling = settings.scaling as Scaling;
  const preprocessor = Preprocessor.fit(parts.training, target, { task: parts.task, scaling, keep });
  const { config } = preprocessor;
  const sources = {
    training: preprocessor.source(parts.training),
    validation: parts.validation && preprocessor.source(parts.validation),
    test: parts.test && preprocessor.source(parts.test),
  };
  const rows = [parts.training, parts.validation, parts.test].map((part) => part?.rows ?? 0);
  const sparse = preprocessor.sparse ? ", kept sparse" : "";
  const introduction = [
    `${file.name}: ${rows[0]} rows to train with, ${rows[1]} to validate, ${rows[2]} to test${dropped > 0 ? `; ${describeDropped(dropped)}` : ""}`,
    ...describeTarget(table, preprocessor, wanted !== undefined),
    `from ${counted(config.features.length, "column")} (${counted(preprocessor.inputs, "input")}${sparse})`,
    ...describeHeader(file, table, settings),
    "",
    describeColumns(parts.training, preprocessor),
  ];
  return {
    task: parts.task,
    title: `${basename(file.name)}: ${target}`,
    introduction: introduction.join("\n"),
    inputs: preprocessor.inputs,
    outputs: config.classes?.length ?? 1,
    ...(config.classes
      ? { classes: config.classes }
      : { target: { name: target, test: valuesOf(parts.test, target), restore: (v) => preprocessor.restore(v) } }),
    metadata: { preprocessing: JSON.stringify(config), reading: JSON.stringify(csv) },
    fingerprint: await file.hash(),
    place: (engine) => placeParts(engine, preprocessor, sources),
  };
}

/** @throws UsageError for an option that the file's format does not have */
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
  if (given !== undefined) throw new UsageError(flagOf(given), `expected none but for CSV files, got it for ${name}`);
}

/** How the file is read: what a model keeps of it, and what is said of single columns. */
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
  // What is said to be a category is no identifier.
  return { csv, columns, keep: [...kept, ...categorical.filter((name) => !ignored.includes(name))] };
}

type Source = ReturnType<Preprocessor["source"]>;

function placeParts(
  engine: Engine,
  { config, sparse }: Preprocessor,
  { training, validation, test }: { training: Source; validation: Source | undefined; test: Source | undefined },
): PlacedData {
  // What is kept sparse depends on the model alone, not on the rows: a row's prediction is the same in every table.
  const options = { sparse, ...(config.classes && { classes: config.classes.length }) };
  return {
    training: engine.dataset(training, options),
    ...(validation && { validation: engine.dataset(validation, options) }),
    ...(test && { test: engine.dataset(test, options) }),
  };
}

/** The column that was named, by its number from 1 if none has that name, or the one that is usually learned. */
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

function valuesOf(table: Table | undefined, target: string): number[] {
  const column = table && findColumn(table, target);
  return column?.kind === "numeric" ? Array.from(column.values) : [];
}
