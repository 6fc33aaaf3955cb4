/** Preprocessor: from the columns of a table to a network's inputs and targets, the same for training and prediction. */

import { FormatError } from "../errors.js";
import { type Column, findColumn, type Table } from "./table.js";

/** How numeric columns are scaled: to mean 0 and deviation 1, or to the range from 0 to 1, on the rows of `fit`. */
export type Scaling = "standard" | "minmax";

/** What the target is: one of several classes, or a number. */
export type TargetTask = "classification" | "regression";

/** A feature: `(value − offset) / scale`, missing values as the mean; or one column for each category, missing and new ones zero. */
export type Feature =
  | { readonly name: string; readonly offset: number; readonly scale: number; readonly fill: number }
  | { readonly name: string; readonly categories: readonly string[] };

/** Plain JSON, as a model file keeps it. */
export interface PreprocessorConfig {
  readonly task: TargetTask;
  readonly target: string;
  readonly features: readonly Feature[];
  /** Of classes: their names, sorted; of values: offset and scale of the target. */
  readonly classes?: readonly string[];
  readonly targetOffset?: number;
  readonly targetScale?: number;
}

/** Integers of at most this many values are taken for classes. */
const MOST_INTEGER_CLASSES = 20;
const MOST_FEATURES = 2 ** 20;

/** Fitted on training rows, applied to any. */
export class Preprocessor {
  readonly config: PreprocessorConfig;
  /** Columns of the network's input. */
  readonly inputs: number;

  private constructor(config: PreprocessorConfig) {
    this.config = config;
    this.inputs = config.features.reduce((sum, feature) => sum + widthOf(feature), 0);
  }

  /**
   * Learns scales, categories and classes from the rows of a table.
   *
   * @param task default: values if the target is numeric, unless it has at most 20 different integers
   * @throws RangeError for an unknown target, missing targets, too few classes, no feature
   */
  static fit(table: Table, target: string, task?: TargetTask, scaling: Scaling = "standard"): Preprocessor {
    const column = findColumn(table, target);
    const missing = Array.from(column.values as ArrayLike<unknown>).findIndex(
      (value) => value === undefined || Number.isNaN(value),
    );
    if (missing >= 0)
      throw new RangeError(`target ${target}: expected a value in every row, got none in row ${missing + 1}`);
    const found = task ?? guessTask(column);
    const features = table.columns.filter(({ name }) => name !== target).map((feature) => fitFeature(feature, scaling));
    if (features.length === 0) throw new RangeError("table: expected at least one column beside the target");
    if (found === "classification") {
      const classes = sortedNames(column);
      if (classes.length < 2)
        throw new RangeError(`target ${target}: expected at least two classes, got ${classes.length}`);
      return new Preprocessor({ task: found, target, features, classes });
    }
    if (column.kind !== "numeric")
      throw new RangeError(`target ${target}: expected numbers for a regression, got text`);
    const { offset, scale } = moments(column.values, "standard");
    return new Preprocessor({ task: found, target, features, targetOffset: offset, targetScale: scale });
  }

  /** A preprocessor out of a file. @throws FormatError unless it is what `config` was */
  static parse(text: string | undefined, name = "model"): Preprocessor {
    let value: unknown;
    try {
      value = JSON.parse(text ?? "");
    } catch {
      throw new FormatError(
        `${name}: preprocessing: expected JSON, got ${text === undefined ? "none" : "something else"}`,
      );
    }
    if (!isConfig(value))
      throw new FormatError(`${name}: preprocessing: expected features, target and classes or scale`);
    return new Preprocessor(value);
  }

  /** Inputs [rows, inputs], row by row. @throws RangeError when a feature's column is not there or not numeric */
  transform(table: Table): Float32Array {
    const inputs = new Float32Array(table.rows * this.inputs);
    let first = 0;
    for (const feature of this.config.features) {
      const column = findColumn(table, feature.name);
      if ("categories" in feature) this.#placeCategories(feature.categories, column, first, inputs);
      else this.#placeNumbers(feature, column, first, inputs);
      first += widthOf(feature);
    }
    return inputs;
  }

  /** The targets of a table: class indices, or scaled values. @throws RangeError for unknown classes and missing values */
  targets(table: Table): Int32Array | Float32Array {
    const { target, classes, targetOffset = 0, targetScale = 1 } = this.config;
    const column = findColumn(table, target);
    if (!classes) {
      const values = Float32Array.from(column.values as Float64Array, (value) => (value - targetOffset) / targetScale);
      const bad = column.kind === "numeric" ? values.findIndex((value) => !Number.isFinite(value)) : 0;
      if (bad >= 0) throw new RangeError(`target ${target}: expected a number in row ${bad + 1}`);
      return values;
    }
    const index = new Map(classes.map((name, position) => [name, position]));
    return Int32Array.from(column.values as ArrayLike<unknown>, (value, row) => {
      const label = index.get(String(value));
      if (label !== undefined) return label;
      throw new RangeError(`target ${target}: row ${row + 1}: expected one of ${classes.join(", ")}, got ${value}`);
    });
  }

  /** Predicted values in the target's own unit. */
  restore(values: ArrayLike<number>): number[] {
    const { targetOffset = 0, targetScale = 1 } = this.config;
    return Array.from(values, (value) => value * targetScale + targetOffset);
  }

  #placeNumbers(
    feature: Exclude<Feature, { categories: unknown }>,
    column: Column,
    first: number,
    inputs: Float32Array,
  ) {
    if (column.kind !== "numeric") throw new RangeError(`column ${feature.name}: expected numbers, got text`);
    column.values.forEach((value, row) => {
      const known = Number.isNaN(value) ? feature.fill : value;
      inputs[row * this.inputs + first] = (known - feature.offset) / feature.scale;
    });
  }

  #placeCategories(categories: readonly string[], column: Column, first: number, inputs: Float32Array): void {
    const index = new Map(categories.map((name, position) => [name, position]));
    Array.from(column.values as ArrayLike<unknown>).forEach((value, row) => {
      const position = index.get(String(value));
      if (position !== undefined) inputs[row * this.inputs + first + position] = 1;
    });
  }
}

function guessTask(column: Column): TargetTask {
  if (column.kind === "categorical") return "classification";
  const different = new Set(column.values);
  const integers = column.values.every(Number.isInteger);
  return integers && different.size <= MOST_INTEGER_CLASSES ? "classification" : "regression";
}

function fitFeature(column: Column, scaling: Scaling): Feature {
  if (column.kind === "categorical") return { name: column.name, categories: sortedNames(column) };
  return { name: column.name, ...moments(column.values, scaling) };
}

/** The names that occur, sorted: numbers by value, others by code unit. */
function sortedNames(column: Column): string[] {
  if (column.kind === "numeric") return [...new Set(column.values)].sort((a, b) => a - b).map(String);
  return [...new Set(column.values)].filter((name) => name !== undefined).sort();
}

/** Offset and scale of a column, constant ones keeping scale 1; the mean stands for missing values. */
function moments(values: Float64Array, scaling: Scaling) {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return { offset: 0, scale: 1, fill: 0 };
  const mean = known.reduce((sum, value) => sum + value / known.length, 0);
  if (scaling === "minmax") {
    const [least, most] = known.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const, [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as const);
    return { offset: least, scale: most - least || 1, fill: mean };
  }
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2 / known.length, 0);
  return { offset: mean, scale: Math.sqrt(variance) || 1, fill: mean };
}

function widthOf(feature: Feature): number {
  return "categories" in feature ? feature.categories.length : 1;
}

function isConfig(value: unknown): value is PreprocessorConfig {
  if (typeof value !== "object" || value === null) return false;
  const { task, target, features, classes, targetOffset, targetScale } = value as Record<string, unknown>;
  const isNames = (list: unknown) => Array.isArray(list) && list.every((name) => typeof name === "string");
  const isFeature = (feature: unknown) => {
    const { name, offset, scale, fill, categories } = (feature ?? {}) as Record<string, unknown>;
    const numeric = [offset, scale, fill].every(Number.isFinite) && scale !== 0;
    return typeof name === "string" && (categories === undefined ? numeric : isNames(categories));
  };
  if (typeof target !== "string" || !Array.isArray(features) || !features.every(isFeature)) return false;
  if (features.length === 0 || features.length > MOST_FEATURES) return false;
  if (task === "classification") return isNames(classes) && (classes as string[]).length >= 2;
  return task === "regression" && Number.isFinite(targetOffset) && Number.isFinite(targetScale) && targetScale !== 0;
}
