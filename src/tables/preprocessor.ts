/** Preprocessor: encodes a table's columns as a network's inputs and targets, in training and prediction alike. */

import { checkDepth } from "../checks/check-json.js";
import { checkNumberList } from "../checks/check-list.js";
import { checkChoice, checkOptions, checkText, describe, wrongType } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import { duplicateKey } from "../checks/json-keys.js";
import type { DataSource, SparseSource } from "../dataset/data-source.js";
import { SPARSE_BELOW } from "../engine/compress.js";
import type { CsrData } from "../engine/csr-data.js";
import type { ColumnOptions } from "./column-options.js";
import { constantOf, type LeftOutColumn, reasonToLeaveOut } from "./column-roles.js";
import { finderOf, placementOf } from "./placement.js";
import {
  configProblem,
  type Feature,
  kindOfFeature,
  MOST_INPUTS,
  mostValuesOf,
  type PreprocessorConfig,
  type TargetTask,
  widthOf,
} from "./preprocessor-config.js";
import { fitDates, fitNumbers, momentsOf, type Scaling } from "./scales.js";
import { type Column, checkTable, columnOf, findColumn, namesOf, ofRow, ofTable, type Table, textOf } from "./table.js";
import { checkLearnable, checkTarget, classesOf, guessTask } from "./target.js";

export type { LeftOutColumn } from "./column-roles.js";
export type { PreprocessorConfig, TargetTask } from "./preprocessor-config.js";
export type { Scaling } from "./scales.js";

const { isFinite: isFiniteNumber } = Number;

/** Options of `Preprocessor.fit`. */
export interface PreprocessorOptions {
  /** Default: classes if the target has names, or at most 20 different integers with ten rows each on average. */
  readonly task?: TargetTask | undefined;
  /** Default: standard. */
  readonly scaling?: Scaling | undefined;
  /** Columns to keep although they look like identifiers. */
  readonly keep?: readonly string[] | undefined;
}

/** Fit it to training rows and apply it to any rows. */
export class Preprocessor {
  readonly config: PreprocessorConfig;
  /** Columns of the network's input. */
  readonly inputs: number;
  /** Whether inputs are sparse, because only one input per categorical column can be nonzero. */
  readonly sparse: boolean;
  /** Columns that `fit` left out, and why; empty if it was loaded from a file. */
  readonly leftOut: readonly LeftOutColumn[];

  private constructor(config: PreprocessorConfig, leftOut: readonly LeftOutColumn[] = []) {
    this.config = config;
    this.inputs = config.features.reduce((sum, feature) => sum + widthOf(feature), 0);
    this.sparse = config.features.reduce((sum, feature) => sum + mostValuesOf(feature), 0) < SPARSE_BELOW * this.inputs;
    this.leftOut = leftOut;
  }

  /**
   * Learns scales, categories and classes from the rows of a table. Leaves out columns with at most one value, columns of distinct
   * integers with the name of a key (id, customer_id, or no name at all), and columns of nearly distinct names. `leftOut` lists
   * them.
   *
   * @throws TypeError for anything but a table and a column's name; RangeError for an unknown target, missing targets, dates as
   * targets, too few classes, no feature, too many categories, numbers that cannot be scaled, and an unknown column in `keep`
   */
  static fit(table: Table, target: string, options: PreprocessorOptions = {}): Preprocessor {
    checkOptions("Preprocessor", options, { task: true, scaling: true, keep: true });
    const { task, scaling = "standard", keep = [] } = options;
    checkChoice("scaling", scaling, ["standard", "minmax"]);
    if (task !== undefined) checkChoice("task", task, ["classification", "regression"]);
    if (!Array.isArray(keep)) throw wrongType("keep", "a list of columns' names", keep);
    const column = findColumn(table, target);
    for (const name of keep) {
      checkText("keep", name, "the name of a column");
      columnOf(table, name);
    }
    checkTarget(table, column);
    const found = task ?? guessTask(column);
    const others = table.columns.filter(({ name }) => name !== target);
    const leftOut = others.flatMap((other) => reasonToLeaveOut(table, other, keep.includes(other.name)) ?? []);
    const out = new Set(leftOut.map(({ name }) => name));
    const features = others.filter(({ name }) => !out.has(name)).map((other) => fitFeature(table, other, scaling));
    const constants = others.flatMap((other) => (out.has(other.name) ? (constantOf(other, table.rows) ?? []) : []));
    checkWidth(table, features, leftOut);
    const shared = { task: found, target, features, ...(constants.length > 0 && { constants }) };
    checkLearnable(table, column, found);
    if (found === "classification") {
      const classes = classesOf(column);
      return new Preprocessor({ ...shared, classes, classKind: column.kind }, leftOut);
    }
    const { values } = column as Column & { readonly kind: "numeric" };
    const { offset, scale } = momentsOf(table, target, values, "standard");
    return new Preprocessor({ ...shared, targetOffset: offset, targetScale: scale }, leftOut);
  }

  /** Loads a preprocessor from a file's text. @throws FormatError unless it is a `config`; TypeError for anything but a string */
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
   * Options to read a table for `transform`: features and target in their kinds, constant columns to check that they still are, and
   * nothing else. A category 007 stays one. Text in a column of numbers is an error that names its row.
   */
  readOptions(): ColumnOptions {
    const { target, task, classKind, features, constants = [] } = this.config;
    const targetKind = task === "regression" ? "numeric" : classKind;
    return {
      kinds: Object.fromEntries([
        ...constants.map(({ name }) => [name, "auto"] as const),
        ...features.map((feature) => [feature.name, kindOfFeature(feature)] as const),
        ...(targetKind ? [[target, targetKind] as const] : []),
      ]),
      others: "ignore",
      dayFirst: features.flatMap((feature) => ("cycles" in feature && feature.dayFirst ? [feature.name] : [])),
    };
  }

  /** Encodes inputs [rows, inputs], row by row. @throws RangeError if a feature's column is missing, of another kind, or beyond float32 */
  transform(table: Table): Float32Array {
    this.#check(table);
    const inputs = new Float32Array(table.rows * this.inputs);
    let first = 0;
    for (const feature of this.config.features) {
      const place = placementOf(feature, table);
      let at = first;
      const put = (offset: number, value: number) => {
        inputs[at + offset] = value;
      };
      for (let row = 0; row < table.rows; ++row, at += this.inputs) place(row, put);
      first += widthOf(feature);
    }
    return inputs;
  }

  /** `transform` to sparse inputs. @throws as transform */
  transformSparse(table: Table): CsrData {
    this.#check(table);
    const { features } = this.config;
    const places = features.map((feature) => placementOf(feature, table));
    const firsts: number[] = [];
    features.reduce((first, feature) => firsts.push(first) && first + widthOf(feature), 0);
    const most = table.rows * features.reduce((sum, feature) => sum + mostValuesOf(feature), 0);
    const [indptr, indices, values] = [new Int32Array(table.rows + 1), new Int32Array(most), new Float32Array(most)];
    let [count, first] = [0, 0];
    const put = (offset: number, value: number) => {
      if (value === 0) return;
      indices[count] = first + offset;
      values[count++] = value;
    };
    for (let row = 0; row < table.rows; ++row) {
      for (const [index, place] of places.entries()) {
        first = firsts[index] as number;
        place(row, put);
      }
      indptr[row + 1] = count;
    }
    return { indptr, indices: indices.subarray(0, count), values: values.subarray(0, count) };
  }

  /** Inputs, sparse if mostly zeros, and targets for `engine.dataset`. @throws as transform and targets */
  source(table: Table): DataSource | SparseSource {
    return { ...this.inputSource(table), targets: this.targets(table) };
  }

  /** `source` with zeros as targets, for tables without targets. @throws as transform */
  inputSource(table: Table): DataSource | SparseSource {
    checkTable(table);
    const targets = this.config.classes ? new Int32Array(table.rows) : new Float32Array(table.rows);
    const rest = { shape: [table.rows, this.inputs], targets };
    return this.sparse ? { inputs: this.transformSparse(table), ...rest } : { inputs: this.transform(table), ...rest };
  }

  /**
   * Counts the values of each column that were unknown in training: unknown categories, and other values of a constant column. Lists
   * only columns with such values. @throws as transform
   */
  countUnknown(table: Table): Record<string, number> {
    this.#check(table);
    const { features, constants = [] } = this.config;
    const known = new Map<string, readonly string[]>();
    for (const { name, value } of constants) known.set(name, value === null ? [] : [value]);
    for (const feature of features) if ("categories" in feature) known.set(feature.name, feature.categories);
    return Object.fromEntries(
      table.columns.flatMap((column) => {
        const names = known.get(column.name);
        const count = names ? countOthers(column, table.rows, finderOf(names)) : 0;
        return count > 0 ? [[column.name, count]] : [];
      }),
    );
  }

  /** Encodes a table's targets: class indices, or scaled values. @throws RangeError for unknown classes and missing values */
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
    const find = finderOf(classes);
    const cache = new Map<string, number>();
    return Int32Array.from({ length: table.rows }, (_, row) => {
      const text = textOf(column, row);
      if (text !== undefined && !cache.has(text)) cache.set(text, find(text));
      const label = text === undefined ? -1 : (cache.get(text) as number);
      if (label >= 0) return label;
      const expected = classes.join(", ").slice(0, 1000);
      throw new RangeError(ofRow(table, row, `target ${target}: expected one of ${expected}, got ${text ?? "none"}`));
    });
  }

  /** Converts predicted values to the target's unit. @throws TypeError for anything but a list of numbers */
  restore(values: ArrayLike<number>): number[] {
    checkNumberList("restore", values);
    const { targetOffset = 0, targetScale = 1 } = this.config;
    return Array.from(values, (value) => value * targetScale + targetOffset);
  }

  /** @throws TypeError for anything but a table; RangeError with every missing column */
  #check(table: Table): void {
    checkTable(table);
    const there = new Set(table.columns.map(({ name }) => name));
    const absent = this.config.features.filter(({ name }) => !there.has(name)).map(({ name }) => JSON.stringify(name));
    if (absent.length === 0) return;
    const expected = `expected ${absent.length === 1 ? "a column" : "columns"} ${absent.join(", ").slice(0, 1000)}`;
    throw new RangeError(ofTable(table, `${expected}, got ${namesOf(table)}`));
  }
}

function countOthers(column: Column, rows: number, find: (name: string) => number): number {
  const isKnown = column.kind === "categorical" ? column.categories.map((name) => find(name) >= 0) : undefined;
  let count = 0;
  for (let row = 0; row < rows; ++row) {
    if (isKnown && column.kind === "categorical") {
      if (isKnown[column.codes[row] as number] === false) ++count;
    } else {
      const text = textOf(column, row);
      if (text !== undefined && find(text) < 0) ++count;
    }
  }
  return count;
}

function fitFeature(table: Table, column: Column, scaling: Scaling): Feature {
  if (column.kind === "categorical") return { name: column.name, categories: classesOf(column) };
  return column.kind === "date" ? fitDates(table, column, scaling) : fitNumbers(table, column, scaling);
}

/** @throws RangeError without features, or for too many inputs */
function checkWidth(table: Table, features: readonly Feature[], leftOut: readonly LeftOutColumn[]): void {
  const inputs = features.reduce((sum, feature) => sum + widthOf(feature), 0);
  if (inputs === 0) {
    const reasons = leftOut.map(({ name, detail }) => `${name} (${detail})`).join(", ");
    const without =
      reasons === ""
        ? ""
        : `: left out are ${reasons.slice(0, 1000)}; those with different values stay if keep names them`;
    throw new RangeError(
      ofTable(table, `expected at least one column with values beside the target, got none${without}`),
    );
  }
  if (inputs <= MOST_INPUTS) return;
  const widest = features.reduce((a, b) => (widthOf(b) > widthOf(a) ? b : a));
  const problem =
    `expected at most ${MOST_INPUTS} categories and numeric columns, got ${inputs}, of them ` +
    `${widthOf(widest)} categories of ${widest.name}`;
  throw new RangeError(ofTable(table, problem));
}
