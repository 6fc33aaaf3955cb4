/** Runs ONNX files of other programs on tables: finds the columns of their inputs and the meaning of their outputs. */

import { FormatError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import type { DataSource } from "../dataset/data-source.js";
import type { OnnxDescription } from "../formats/onnx/onnx-load.js";
import type { Evaluation } from "../network/evaluation.js";
import type { Network } from "../network/network.js";
import { type Column, findColumn, ofRow, ofTable, type Table, textOf } from "../tables/table.js";
import { testOn } from "./evaluation.js";
import { predictAll } from "./prediction.js";
import { SettingError } from "./settings/train-settings.js";
import { describeDropped, withTargets } from "./table-parts.js";

/** A network, and what its file says about it. */
export interface ForeignModel {
  readonly path: string;
  readonly network: Network;
  readonly foreign: OnnxDescription;
}

export interface ForeignOptions {
  /** A column that is not an input. */
  readonly target?: string;
  /** For an evaluation: `refuse` or `drop` rows without a target. */
  readonly missingTarget?: string;
}

/** A table, its file, and where to print notes about it. */
export interface NamedTable {
  readonly table: Table;
  /** Of its file. */
  readonly path: string;
  say(text: string): void;
}

/** Most names in a message. */
const SHOWN = 8;

/** Predictions as columns: classes and their probabilities, or the values that the network gives. */
export interface ForeignPredictions {
  readonly rows: number;
  readonly classes?: readonly string[];
  readonly predicted: { readonly head: string[]; readonly rows: (string | number)[][] };
}

/**
 * Predicts each row of a table.
 *
 * @throws FormatError for columns that are not its inputs, SettingError for a target that the table does not have
 */
export function predictForeign(
  engine: Engine,
  model: ForeignModel,
  named: NamedTable,
  target: string | undefined,
): ForeignPredictions {
  const { table } = named;
  if (target !== undefined) targetOf(table, target);
  const inputs = inputsOf(model, named, target);
  const { rows } = table;
  const classes = classesOf(model);
  const outputs = model.network.outputs as number;
  // Placeholders: a prediction needs no targets.
  const targets = classes ? new Int32Array(rows) : new Float32Array(rows * outputs);
  const data = engine.dataset({ ...inputs, targets }, classes ? { classes: classes.length } : {});
  const { labels, probabilities, values } = predictAll(model.network, data);
  if (!classes) {
    const head = outputs === 1 ? ["prediction"] : Array.from({ length: outputs }, (_, i) => `prediction_${i}`);
    return { rows, predicted: { head, rows: parts(values, outputs, rows) } };
  }
  const names = Array.from(labels, (label) => classes[label] as string);
  // A model without softmax has no probabilities.
  if (model.foreign.ending.activation === "argmax") {
    return { rows, classes, predicted: { head: ["prediction"], rows: names.map((name) => [name]) } };
  }
  const shares = parts(probabilities, outputs, rows);
  const head = ["prediction", ...classes.map((name) => `probability_${name}`)];
  return { rows, classes, predicted: { head, rows: names.map((name, row) => [name, ...(shares[row] as number[])]) } };
}

/** The result of an evaluation. */
export interface ForeignTest {
  readonly rows: number;
  readonly classes?: readonly string[];
  readonly target: string;
  readonly result: Evaluation;
}

/**
 * Tests a model on a table that has the target.
 *
 * @throws FormatError for columns that are not its inputs, and for other classes; SettingError without a target
 */
export function evaluateForeign(
  engine: Engine,
  model: ForeignModel,
  { table: whole, path, say }: NamedTable,
  { target, missingTarget }: Required<Pick<ForeignOptions, "target">> & ForeignOptions,
): ForeignTest {
  const classes = classesOf(model);
  targetOf(whole, target);
  const { table, dropped } = withTargets(whole, target, missingTarget);
  if (dropped > 0) say(`${path}: ${describeDropped(dropped)}`);
  const column = targetOf(table, target);
  const inputs = inputsOf(model, { table, path, say }, target);
  const targets = classes ? labelsOf(table, column, classes) : valuesOf(table, column);
  if (model.foreign.ending.activation === "argmax") {
    say(`${model.path}: the model has no softmax; the loss treats its scores as logits`);
  }
  const data = engine.dataset({ ...inputs, targets }, classes ? { classes: classes.length } : {});
  return { rows: table.rows, ...(classes && { classes }), target, result: testOn(model.network, data, classes) };
}

/**
 * Checks that the model can be evaluated. Call it before you read the table.
 *
 * @throws FormatError for several labels per row, and for several values; SettingError without a target
 */
export function checkEvaluable(model: ForeignModel, target: string | undefined): asserts target is string {
  if (target === undefined) {
    const problem =
      "expected the column with the true values, because a model of another program does not name it, got none";
    throw new SettingError("target", problem);
  }
  if (classesOf(model) || model.network.outputs === 1) return;
  const got = `${model.network.outputs} outputs that its file does not call classes`;
  throw new FormatError(`${model.path}: expected a model of classes or of one value to evaluate, got ${got}`);
}

/** The names of the classes, else their numbers from 0; undefined for a regression. @throws FormatError for several labels per row */
function classesOf({ path, network, foreign: { ending } }: ForeignModel): readonly string[] | undefined {
  const { activation, classes } = ending;
  if (activation === "sigmoid") {
    throw new FormatError(`${path}: expected a model of one class or of values per row, got one of several labels`);
  }
  if (activation === "none") return undefined;
  return classes ?? Array.from({ length: network.outputs ?? 0 }, (_, index) => String(index));
}

/** The inputs of all rows. Prints which columns they are. */
function inputsOf(
  model: ForeignModel,
  { table, path, say }: NamedTable,
  target: string | undefined,
): Omit<DataSource, "targets"> {
  const { inputs, columns: count } = model.foreign;
  if (count === undefined || model.network.outputs === undefined) {
    throw new FormatError(`${model.path}: expected a model with a known number of columns, got one without`);
  }
  const others = table.columns.filter((column) => column.name !== target);
  const byName = inputs.length > 1;
  const columns = byName ? inputs.map((input) => namedColumn(table, input.name, target)) : others;
  if (columns.length !== count) {
    const beside = target === undefined ? "" : ` besides ${JSON.stringify(target)}`;
    const hint = target === undefined && columns.length > count ? "; --target leaves one out" : "";
    const got = `${columns.length}: ${listed(columns.map((column) => column.name))}`;
    throw new FormatError(ofTable(table, `expected ${count} columns of numbers${beside}, got ${got}${hint}`));
  }
  const data = new Float32Array(table.rows * count);
  for (const [index, column] of columns.entries()) {
    const values = numbersOf(table, column, inputs[byName ? index : 0]?.integers ?? false);
    for (let row = 0; row < table.rows; ++row) data[row * count + index] = values[row] as number;
  }
  const unused = byName ? others.filter((column) => !columns.includes(column)).map((column) => column.name) : [];
  const how = byName ? "by name" : "in order";
  const rest = unused.length > 0 ? `; not used: ${listed(unused)}` : "";
  const names = listed(columns.map((column) => column.name));
  say(
    `${model.path}: a model of another program; it takes the columns of ${path} ${how} and unscaled: ${names}${rest}`,
  );
  return { inputs: data, shape: [table.rows, count] };
}

function namedColumn(table: Table, name: string, target: string | undefined): Column {
  if (name === target)
    throw new SettingError("target", `expected a column that is not an input, got ${JSON.stringify(name)}`);
  try {
    return findColumn(table, name);
  } catch (cause) {
    throw new FormatError((cause as Error).message, { cause });
  }
}

function targetOf(table: Table, name: string): Column {
  try {
    return findColumn(table, name);
  } catch (cause) {
    throw new SettingError("target", (cause as Error).message);
  }
}

/** A column of numbers within float32 and without missing values. @throws FormatError that names the row of any other value */
function numbersOf(table: Table, column: Column, integers = false): Float64Array {
  const label = `column ${JSON.stringify(column.name)}`;
  const wanted = integers ? "whole numbers" : "numbers";
  if (column.kind !== "numeric") {
    const texts = Array.from({ length: table.rows }, (_, row) => textOf(column, row));
    const row = texts.findIndex((text) => text !== undefined);
    const kind = column.kind === "date" ? "dates" : "names";
    const got = row < 0 ? "no values" : `${kind} such as ${JSON.stringify(textOf(column, row)?.slice(0, 80))}`;
    throw new FormatError(ofTable(table, `${label}: expected ${wanted}, got ${got}`));
  }
  const { values } = column;
  const bad = values.findIndex((value) => {
    return !Number.isFinite(Math.fround(value)) || (integers && !Number.isInteger(value));
  });
  if (bad < 0) return values;
  const value = values[bad] as number;
  const got = Number.isNaN(value) ? "a missing value, which the model cannot fill in" : String(value);
  const range = Number.isInteger(value) || !integers ? " within float32" : "";
  throw new FormatError(ofRow(table, bad, `${label}: expected ${wanted}${range}, got ${got}`));
}

function valuesOf(table: Table, column: Column): Float32Array {
  return Float32Array.from(numbersOf(table, column));
}

/** The class index of each row. @throws FormatError that names the row of an unknown class */
function labelsOf(table: Table, column: Column, classes: readonly string[]): Int32Array {
  const indices = new Map(classes.map((name, index) => [name, index]));
  return Int32Array.from({ length: table.rows }, (_, row) => {
    const text = textOf(column, row);
    const index = text === undefined ? undefined : indices.get(text);
    if (index !== undefined) return index;
    const got = text === undefined ? "a missing value" : JSON.stringify(text.slice(0, 80));
    const problem = `column ${JSON.stringify(column.name)}: expected one of the classes ${listed(classes)}, got ${got}`;
    throw new FormatError(ofRow(table, row, problem));
  });
}

function parts(values: Float32Array, length: number, rows: number): number[][] {
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * length, (row + 1) * length)]);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => name.slice(0, 80));
  return `${shown.join(", ") || "none"}${names.length > SHOWN ? `, … ${names.length - SHOWN} more` : ""}`;
}
