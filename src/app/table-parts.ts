/** Chooses the target column of a table, and splits its rows for training, validation and test. */

import { splitRows } from "../dataset/split-rows.js";
import { Random } from "../engine/random.js";
import type { TargetTask } from "../tables/preprocessor-config.js";
import { type Column, findColumn, ofRow, selectRows, type Table, textAt } from "../tables/table.js";
import { checkLearnable, checkTarget, firstMissing, guessTask, missingTexts } from "../tables/target.js";

/** Usual names of a target column. */
const TARGET_NAMES = new Set(["target", "label", "class", "y"]);

/** How to split a table. */
export interface PartOptions {
  /** Default: guessed from the target. */
  readonly task?: TargetTask;
  /** Shares of all rows; 0 for none. */
  readonly testSplit: number;
  readonly validationSplit: number;
  readonly seed: number;
}

export interface TableParts {
  readonly task: TargetTask;
  readonly training: Table;
  readonly validation: Table | undefined;
  readonly test: Table | undefined;
}

/** The likely target: the only column with a usual name, or the last column of a table without names; else undefined. */
export function guessTarget({ columns }: Table): string | undefined {
  const usual = columns.filter((column) => TARGET_NAMES.has(column.name.toLowerCase()));
  if (usual.length === 1) return usual[0]?.name;
  return columns.every((column, index) => column.name === `column${index + 1}`) ? columns.at(-1)?.name : undefined;
}

/**
 * Splits the rows for training, validation and test. Each part gets every class in proportion.
 *
 * @param names of the two splits for messages
 * @throws RangeError for a split that leaves a part empty, for an unknown target, and for a row without a target
 */
export function splitTable(
  table: Table,
  target: string,
  { task: wanted, testSplit, validationSplit, seed }: PartOptions,
  names = { test: "testSplit", validation: "validationSplit" },
): TableParts {
  if (testSplit + validationSplit >= 1) {
    const rest = `below ${Number((1 - testSplit).toPrecision(12))} with ${names.test} ${testSplit}`;
    throw new RangeError(`${names.validation}: expected a fraction ${rest}, got ${validationSplit}`);
  }
  const column = findColumn(table, target);
  checkTarget(table, column);
  const task = wanted ?? guessTask(column);
  checkLearnable(table, column, task);
  const stratify = task === "classification" ? labelsOf(column, table.rows) : undefined;
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const split = (rows: Int32Array, fraction: number, name: string) => {
    if (fraction === 0) return { rest: rows, held: undefined };
    const labels = stratify && rows.map((row) => stratify[row] as number);
    const parts = splitRows(labels ?? rows.length, fraction, new Random(seed), name);
    const original = (part: Int32Array) => part.map((index) => rows[index] as number);
    return { rest: original(parts.training), held: original(parts.validation) };
  };
  const { rest, held: testRows } = split(all, testSplit, names.test);
  const { rest: trainingRows, held: validationRows } = split(rest, validationSplit / (1 - testSplit), names.validation);
  return {
    task,
    training: selectRows(table, trainingRows),
    validation: validationRows && selectRows(table, validationRows),
    test: testRows && selectRows(table, testRows),
  };
}

/**
 * Selects the rows that have a target.
 *
 * @param how `refuse`, or `drop` to leave the others out
 * @throws RangeError for a row without a target, unless `how` is `drop`
 */
export function withTargets(
  table: Table,
  target: string,
  how = "refuse",
): { readonly table: Table; readonly dropped: number } {
  const column = findColumn(table, target);
  const missing = firstMissing(column, table.rows);
  if (missing < 0) return { table, dropped: 0 };
  if (how !== "drop") {
    const got = missingTexts(column) ?? "none";
    const problem = `target ${target}: expected a value in every row, got ${got} (--missing-target drop leaves such rows out)`;
    throw new RangeError(ofRow(table, missing, problem));
  }
  const rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) => textAt(column, row) !== undefined);
  return { table: selectRows(table, rows), dropped: table.rows - rows.length };
}

export function describeDropped(rows: number): string {
  return `${rows} row${rows === 1 ? "" : "s"} without a target left out`;
}

/** The class index of each row, in the order of the texts. */
function labelsOf(column: Column, rows: number): Int32Array {
  const values = column.kind === "categorical" ? column.codes : column.values;
  const texts = new Map<number, string>();
  for (let row = 0; row < rows; ++row) {
    const value = values[row] as number;
    if (!texts.has(value)) texts.set(value, textAt(column, row) ?? "");
  }
  const sorted = [...texts].sort(([, a], [, b]) => (a < b ? -1 : 1));
  const ranks = new Map(sorted.map(([value], rank) => [value, rank]));
  return Int32Array.from({ length: rows }, (_, row) => ranks.get(values[row] as number) as number);
}
