/** Preprocessor: from the columns of a table to a network's inputs and targets, the same for training and prediction. */

import { checkDepth } from "../check-json.js";
import { checkNumberList } from "../check-list.js";
import { checkChoice, checkText, describe } from "../check-options.js";
import { type CsrData, SPARSE_BELOW } from "../csr.js";
import { FormatError } from "../errors.js";
import { duplicateKey } from "../json-keys.js";
import type { ColumnOptions } from "./column-builder.js";
import {
  type CategoricalFeature,
  configProblem,
  type Feature,
  isScale,
  MOST_INPUTS,
  type NumericFeature,
  type PreprocessorConfig,
  type TargetTask,
  widthOf,
} from "./preprocessor-config.js";
import type { DataSource, SparseSource } from "./source.js";
import {
  type Column,
  checkTable,
  columnOf,
  findColumn,
  type NumericColumn,
  ofRow,
  ofTable,
  type Table,
  textOf,
} from "./table.js";

export type { PreprocessorConfig, TargetTask } from "./preprocessor-config.js";

const { isFinite: isFiniteNumber, isInteger, isNaN: isNaNumber } = Number;
const { abs, fround, max, min } = Math;

/** How numeric columns are scaled: to mean 0 and deviation 1, or to the range from 0 to 1, on the rows of `fit`. */
export type Scaling = "standard" | "minmax";

/** Integers of at most this many values are taken for classes. */
const MOST_INTEGER_CLASSES = 20;

/** Fitted on training rows, applied to any. */
export class Preprocessor {
  readonly config: PreprocessorConfig;
  /** Columns of the network's input. */
  readonly inputs: number;
  /** Whether so few inputs can be other than zero, one of each categorical column, that they are kept sparse. */
  readonly sparse: boolean;

  private constructor(config: PreprocessorConfig) {
    this.config = config;
    this.inputs = config.features.reduce((sum, feature) => sum + widthOf(feature), 0);
    this.sparse = config.features.length < SPARSE_BELOW * this.inputs;
  }

  /**
   * Learns scales, categories and classes from the rows of a table.
   *
   * @param task default: values if the target is numeric, unless it has at most 20 different integers
   * @throws TypeError for anything but a table and a column's name; RangeError for an unknown target, missing targets, too few classes, no feature, too many categories, and numbers
   * beyond every scale
   */
  static fit(table: Table, target: string, task?: TargetTask, scaling: Scaling = "standard"): Preprocessor {
    checkChoice("scaling", scaling, ["standard", "minmax"]);
    if (task !== undefined) checkChoice("task", task, ["classification", "regression"]);
    const column = findColumn(table, target);
    const missing = firstMissing(column, table.rows);
    if (missing >= 0) {
      const got = "none: an empty field, or one of ?, NA, N/A, NaN, null and none, which mean the same";
      throw new RangeError(ofRow(table, missing, `target ${target}: expected a value in every row, got ${got}`));
    }
    const found = task ?? guessTask(column);
    const features = table.columns
      .filter(({ name }) => name !== target)
      .map((feature) => fitFeature(table, feature, scaling));
    checkWidth(table, features);
    if (found === "classification") {
      const classes = sortedNames(column);
      if (classes.length < 2) {
        const problem = `target ${target}: expected at least two classes, got ${classes.length}`;
        throw new RangeError(ofTable(table, problem));
      }
      return new Preprocessor({ task: found, target, features, classes, classKind: column.kind });
    }
    if (column.kind !== "numeric") {
      throw new RangeError(ofTable(table, `target ${target}: expected numbers for a regression, got text`));
    }
    const { offset, scale } = momentsOf(table, column, "standard");
    return new Preprocessor({ task: found, target, features, targetOffset: offset, targetScale: scale });
  }

  /** A preprocessor out of a file. @throws FormatError unless it is what `config` was; TypeError for anything but a text */
  static parse(text: string | undefined, name = "model"): Preprocessor {
    checkText("name", name);
    if (text !== undefined) checkText(`${name}: preprocessing`, text, "a text");
    let value: unknown;
    try {
      checkDepth(text ?? "");
      value = JSON.parse(text ?? "");
    } catch (cause) {
      const got = text === undefined ? "none" : describe(text);
      throw new FormatError(`${name}: preprocessing: expected JSON of at most 64 levels, got ${got}`, { cause });
    }
    const twice = duplicateKey(text as string);
    const problem = twice === undefined ? configProblem(value) : `expected each key once, got ${describe(twice)} twice`;
    if (problem) throw new FormatError(`${name}: preprocessing: ${problem}`);
    return new Preprocessor(value as PreprocessorConfig);
  }

  /**
   * How to read a table for `transform`: its features and target in the kinds that they had, and nothing else. A category 007
   * stays one, and text among numbers is refused with its row.
   */
  readOptions(): ColumnOptions {
    const { target, task, classKind, features } = this.config;
    const kinds = features.map(
      ({ name, ...rest }) => [name, "categories" in rest ? "categorical" : "numeric"] as const,
    );
    const targetKind = task === "regression" ? "numeric" : classKind;
    return {
      kinds: Object.fromEntries([...kinds, ...(targetKind ? [[target, targetKind] as const] : [])]),
      others: "ignore",
    };
  }

  /** Inputs [rows, inputs], row by row. @throws RangeError when a feature's column is not there, not numeric, or beyond float32 */
  transform(table: Table): Float32Array {
    checkTable(table);
    const inputs = new Float32Array(table.rows * this.inputs);
    let first = 0;
    for (const feature of this.config.features) {
      const place = placementOf(feature, table);
      for (let row = 0; row < table.rows; ++row) {
        const { offset, value } = place(row);
        if (offset >= 0) inputs[row * this.inputs + first + offset] = value;
      }
      first += widthOf(feature);
    }
    return inputs;
  }

  /** `transform` without the zeros of the categories. @throws as transform */
  transformSparse(table: Table): CsrData {
    checkTable(table);
    const places = this.config.features.map((feature) => placementOf(feature, table));
    const firsts: number[] = [];
    this.config.features.reduce((first, feature) => firsts.push(first) && first + widthOf(feature), 0);
    const most = table.rows * places.length;
    const [indptr, indices, values] = [new Int32Array(table.rows + 1), new Int32Array(most), new Float32Array(most)];
    let count = 0;
    for (let row = 0; row < table.rows; ++row) {
      for (let i = 0; i < places.length; ++i) {
        const { offset, value } = (places[i] as Placement)(row);
        if (offset < 0 || value === 0) continue;
        indices[count] = (firsts[i] as number) + offset;
        values[count++] = value;
      }
      indptr[row + 1] = count;
    }
    return { indptr, indices: indices.subarray(0, count), values: values.subarray(0, count) };
  }

  /** Inputs, sparse if they are mostly zeros, and targets: what `engine.dataset` takes. @throws as transform and targets */
  source(table: Table): DataSource | SparseSource {
    return { ...this.inputSource(table), targets: this.targets(table) };
  }

  /** `source` with zeros as targets, for tables whose targets are not known. @throws as transform */
  inputSource(table: Table): DataSource | SparseSource {
    checkTable(table);
    const targets = this.config.classes ? new Int32Array(table.rows) : new Float32Array(table.rows);
    const rest = { shape: [table.rows, this.inputs], targets };
    return this.sparse ? { inputs: this.transformSparse(table), ...rest } : { inputs: this.transform(table), ...rest };
  }

  /** How many values of each categorical column are none of the categories that were learned; columns without such left out. @throws as transform */
  countUnknown(table: Table): Record<string, number> {
    checkTable(table);
    const counts: [string, number][] = [];
    for (const feature of this.config.features) {
      if (!("categories" in feature)) continue;
      const column = columnOf(table, feature.name);
      const known = new Set(feature.categories);
      let count = 0;
      for (let row = 0; row < table.rows; ++row) {
        const text = textOf(column, row);
        if (text !== undefined && !known.has(text)) ++count;
      }
      if (count > 0) counts.push([feature.name, count]);
    }
    return Object.fromEntries(counts);
  }

  /** The targets of a table: class indices, or scaled values. @throws RangeError for unknown classes and missing values */
  targets(table: Table): Int32Array | Float32Array {
    const { target, classes, targetOffset = 0, targetScale = 1 } = this.config;
    const column = findColumn(table, target);
    if (!classes) {
      if (column.kind !== "numeric") {
        throw new RangeError(ofTable(table, `target ${target}: expected numbers, got text`));
      }
      const values = Float32Array.from(column.values, (value) => (value - targetOffset) / targetScale);
      const bad = values.findIndex((value) => !isFiniteNumber(value));
      if (bad < 0) return values;
      throw new RangeError(ofRow(table, bad, `target ${target}: expected a number, got ${column.values[bad]}`));
    }
    const index = new Map(classes.map((name, position) => [name, position]));
    return Int32Array.from({ length: table.rows }, (_, row) => {
      const text = textOf(column, row);
      const label = text === undefined ? undefined : index.get(text);
      if (label !== undefined) return label;
      const expected = classes.join(", ").slice(0, 1000);
      throw new RangeError(ofRow(table, row, `target ${target}: expected one of ${expected}, got ${text ?? "none"}`));
    });
  }

  /** Predicted values in the target's own unit. @throws TypeError for anything but a list of numbers */
  restore(values: ArrayLike<number>): number[] {
    checkNumberList("restore", values);
    const { targetOffset = 0, targetScale = 1 } = this.config;
    return Array.from(values, (value) => value * targetScale + targetOffset);
  }
}

/** Where in its feature's columns a row has something (−1: nowhere), and what. The object is the same for every row. */
type Placement = (row: number) => { readonly offset: number; readonly value: number };

function placementOf(feature: Feature, table: Table): Placement {
  const column = columnOf(table, feature.name);
  return "categories" in feature ? placeCategories(feature, column) : placeNumbers(feature, table, column);
}

function placeNumbers({ name, offset, scale, fill }: NumericFeature, table: Table, column: Column): Placement {
  if (column.kind !== "numeric") throw new RangeError(ofTable(table, `column ${name}: expected numbers, got text`));
  const place = { offset: 0, value: 0 };
  return (row) => {
    const value = column.values[row] as number;
    place.value = ((isNaNumber(value) ? fill : value) - offset) / scale;
    if (isFiniteNumber(fround(place.value))) return place;
    const problem = `column ${name}: expected a number that is finite when scaled, got ${value}`;
    throw new RangeError(ofRow(table, row, problem));
  };
}

function placeCategories({ categories }: CategoricalFeature, column: Column): Placement {
  const index = new Map(categories.map((category, position) => [category, position]));
  const place = { offset: -1, value: 1 };
  if (column.kind === "categorical") {
    const positions = column.categories.map((category) => index.get(category) ?? -1);
    return (row) => {
      place.offset = positions[column.codes[row] as number] ?? -1;
      return place;
    };
  }
  return (row) => {
    place.offset = index.get(String(column.values[row])) ?? -1;
    return place;
  };
}

function firstMissing(column: Column, rows: number): number {
  if (column.kind === "numeric") return column.values.subarray(0, rows).findIndex(Number.isNaN);
  return column.codes.subarray(0, rows).findIndex((code) => column.categories[code] === undefined);
}

function guessTask(column: Column): TargetTask {
  if (column.kind === "categorical") return "classification";
  const different = new Set<number>();
  for (const value of column.values) {
    if (!isInteger(value)) return "regression";
    if (different.add(value).size > MOST_INTEGER_CLASSES) return "regression";
  }
  return "classification";
}

function fitFeature(table: Table, column: Column, scaling: Scaling): Feature {
  if (column.kind === "categorical") return { name: column.name, categories: sortedNames(column) };
  return { name: column.name, ...momentsOf(table, column, scaling) };
}

/** The names that occur, sorted: numbers by value, others by code unit. */
function sortedNames(column: Column): string[] {
  if (column.kind === "numeric") return [...new Set(column.values)].sort((a, b) => a - b).map(String);
  const occurs = new Uint8Array(column.categories.length);
  for (const code of column.codes) if (code >= 0) occurs[code] = 1;
  return column.categories.filter((_, code) => occurs[code]).sort();
}

/** `moments` of a column's values. @throws RangeError for values so great, or so close, that there is no such scale */
function momentsOf(table: Table, { name, values }: NumericColumn, scaling: Scaling) {
  const found = moments(values, scaling);
  if (isScale(found.offset, found.scale) && Number.isFinite(found.fill)) return found;
  const greatest = values.reduce((most, value) => (abs(value) > abs(most) ? value : most), 0);
  const problem = `column ${name}: expected numbers that can be scaled to about 1, got values up to ${greatest}`;
  throw new RangeError(ofTable(table, problem));
}

/** Offset and scale of a column, constant ones keeping scale 1; the mean stands for missing values. */
function moments(values: Float64Array, scaling: Scaling) {
  let [count, sum, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (isNaNumber(value)) continue;
    ++count;
    sum += value;
    least = min(least, value);
    most = max(most, value);
  }
  if (count === 0) return { offset: 0, scale: 1, fill: 0 };
  // Kept within the range: the sum of a constant column, divided, may miss it by a rounding.
  const mean = min(most, max(least, sum / count));
  if (scaling === "minmax") return { offset: least, scale: most - least || 1, fill: mean };
  let squares = 0;
  for (const value of values) if (!isNaNumber(value)) squares += (value - mean) * (value - mean);
  return { offset: mean, scale: Math.sqrt(squares / count) || 1, fill: mean };
}

/** @throws RangeError without features, or for more inputs than a model may have */
function checkWidth(table: Table, features: readonly Feature[]): void {
  const inputs = features.reduce((sum, feature) => sum + widthOf(feature), 0);
  if (inputs === 0) {
    throw new RangeError(ofTable(table, "expected at least one column with values beside the target, got none"));
  }
  if (inputs <= MOST_INPUTS) return;
  const widest = features.reduce((a, b) => (widthOf(b) > widthOf(a) ? b : a));
  const problem =
    `expected at most ${MOST_INPUTS} categories and numeric columns, got ${inputs}, of them ` +
    `${widthOf(widest)} categories of ${widest.name}`;
  throw new RangeError(ofTable(table, problem));
}
