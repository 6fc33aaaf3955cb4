/** The task of learning one column of a table from the others. */

import { basename } from "node:path";
import type { Decimal } from "../data/column-builder.js";
import { Preprocessor, type PreprocessorConfig, type Scaling, type TargetTask } from "../data/preprocessing.js";
import { type Column, findColumn, type Table } from "../data/table.js";
import type { Engine } from "../engine.js";
import type { TrainSettings } from "./settings.js";
import { hashFile, readTable } from "./table-file.js";
import { guessTarget, partTable } from "./table-parts.js";
import type { PlacedData, TrainingTask } from "./task.js";
import { UsageError } from "./usage-error.js";

/**
 * Reads the table, parts its rows, and fits the preprocessing to those that are trained on.
 *
 * @param maxValues as `readTable` has it
 */
export async function tableTask(path: string, settings: TrainSettings, maxValues?: number): Promise<TrainingTask> {
  const { header, delimiter, decimal, ignore = [], categorical = [] } = settings;
  const kinds = [
    ...categorical.map((name) => [name, "categorical"] as const),
    ...ignore.map((name) => [name, "ignore"] as const),
  ];
  const csv = {
    ...(header !== undefined && { header }),
    ...(delimiter !== undefined && { delimiter: delimiter === "\\t" ? "\t" : delimiter }),
    ...(decimal !== undefined && { decimal: decimal as Decimal }),
  };
  const table = await readTable(path, { ...csv, kinds: Object.fromEntries(kinds) }, maxValues);
  for (const name of categorical) findOption(table, "--categorical", name);
  const target = findTarget(table, settings.target);
  const { task: wanted, testSplit, validationSplit, seed } = settings;
  const parts = partTable(
    table,
    target,
    { ...(wanted !== undefined && { task: wanted as TargetTask }), testSplit, validationSplit, seed },
    { test: "--test-split", validation: "--validation-split" },
  );
  const preprocessor = Preprocessor.fit(parts.training, target, parts.task, settings.scaling as Scaling);
  const { config } = preprocessor;
  const sources = {
    training: preprocessor.source(parts.training),
    validation: parts.validation && preprocessor.source(parts.validation),
    test: parts.test && preprocessor.source(parts.test),
  };
  const rows = [parts.training, parts.validation, parts.test].map((part) => part?.rows ?? 0);
  const sparse = preprocessor.sparse ? ", kept sparse" : "";
  const classes = config.classes ? `, ${config.classes.length} classes` : "";
  return {
    task: parts.task,
    title: `${basename(path)}: ${target}`,
    introduction: `${path}: ${rows[0]} rows to train with, ${rows[1]} to validate, ${rows[2]} to test
${parts.task} of ${target}${classes}, from ${config.features.length} columns (${preprocessor.inputs} inputs${sparse})${describeNames(config)}${describeCommas(table)}`,
    inputs: preprocessor.inputs,
    outputs: config.classes?.length ?? 1,
    ...(config.classes
      ? { classes: config.classes }
      : { target: { name: target, test: valuesOf(parts.test, target), restore: (v) => preprocessor.restore(v) } }),
    metadata: { preprocessing: JSON.stringify(config), reading: JSON.stringify(csv) },
    fingerprint: await hashFile(path),
    place: (engine) => placeParts(engine, preprocessor, sources),
  };
}

/** The columns of names: one that should have been of numbers has a text in it. */
function describeNames({ features }: PreprocessorConfig): string {
  const names = features.flatMap((f) => ("categories" in f ? [`${f.name} (${f.categories.length})`] : []));
  if (names.length === 0) return "";
  return `\ncolumns of names: ${names.slice(0, 8).join(", ")}${names.length > 8 ? `, … ${names.length - 8} more` : ""}`;
}

/** The columns whose commas were taken for decimal marks: 1,234 may have been meant as a thousand. */
function describeCommas({ columns }: Table): string {
  const names = columns.flatMap((column) => (column.kind === "numeric" && column.decimal ? [column.name] : []));
  if (names.length === 0) return "";
  return `\ndecimal commas: ${names.slice(0, 8).join(", ")}${names.length > 8 ? `, … ${names.length - 8} more` : ""}`;
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
  const { columns } = table;
  if (name !== undefined) {
    const place = /^[1-9]\d*$/.test(name) ? columns[Number(name) - 1] : undefined;
    const named = columns.some((column) => column.name === name);
    return !named && place ? place.name : findOption(table, "--target", name).name;
  }
  const found = guessTarget(table);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name).join(", ");
  throw new UsageError(
    "--target",
    `expected the name of the column to learn, one of ${names.slice(0, 1000)}, got none`,
  );
}

function findOption(table: Table, option: string, name: string): Column {
  try {
    return findColumn(table, name);
  } catch (error) {
    throw new UsageError(option, (error as Error).message);
  }
}

function valuesOf(table: Table | undefined, target: string): number[] {
  const column = table && findColumn(table, target);
  return column?.kind === "numeric" ? Array.from(column.values) : [];
}
