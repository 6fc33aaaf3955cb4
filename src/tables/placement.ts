/** Encodes the values of a row as a network's inputs. */

import { cosPi } from "../engine/reproducible-math.js";
import type { CategoricalFeature, DateFeature, Feature, NumericFeature } from "./preprocessor-config.js";
import { CYCLES } from "./scales.js";
import { type CategoricalColumn, type Column, columnOf, ofRow, ofTable, type Table, textOf } from "./table.js";

const { isFinite: isFiniteNumber, isNaN: isNaNumber } = Number;
const { fround } = Math;

/** Writes a row's value into its feature's columns, from 0. The other columns are zero. */
export type Placement = (row: number, put: (offset: number, value: number) => void) => void;

/** @throws RangeError for a column that is missing or of another kind */
export function placementOf(feature: Feature, table: Table): Placement {
  const column = columnOf(table, feature.name);
  if ("categories" in feature) return placeCategories(feature, column);
  return "cycles" in feature ? placeDates(feature, table, column) : placeNumbers(feature, table, column);
}

function placeNumbers(feature: NumericFeature, table: Table, column: Column): Placement {
  if (column.kind === "categorical") {
    throw new RangeError(ofTable(table, `column ${feature.name}: expected numbers, got text`));
  }
  const { values } = column;
  return (row, put) => put(0, scaled(feature, table, row, values[row] as number));
}

/** @throws RangeError unless the value is finite */
function scaled({ name, offset, scale, fill }: NumericFeature, table: Table, row: number, value: number): number {
  const number = ((isNaNumber(value) ? fill : value) - offset) / scale;
  if (isFiniteNumber(fround(number))) return number;
  const problem = `column ${name}: expected a number that is finite when scaled, got ${value}`;
  throw new RangeError(ofRow(table, row, problem));
}

function placeDates(feature: DateFeature, table: Table, column: Column): Placement {
  if (column.kind !== "date") {
    const got = column.kind === "numeric" ? "numbers" : "text";
    throw new RangeError(ofTable(table, `column ${feature.name}: expected dates, got ${got}`));
  }
  const lengths = feature.cycles.map((cycle) => CYCLES[cycle]);
  const { values } = column;
  return (row, put) => {
    const value = values[row] as number;
    put(0, scaled(feature, table, row, value));
    if (isNaNumber(value)) return;
    for (const [index, length] of lengths.entries()) {
      const turn = value / length - Math.floor(value / length);
      put(1 + 2 * index, cosineOfTurn(Math.abs(turn - 0.25)));
      put(2 + 2 * index, cosineOfTurn(turn));
    }
  };
}

/** cos(2π·turn) for a turn from 0 to 1. The engines' own cosines may differ in the last bit. */
function cosineOfTurn(turn: number): number {
  return cosPi(turn > 0.5 ? 2 - 2 * turn : 2 * turn);
}

function placeCategories({ categories }: CategoricalFeature, column: Column): Placement {
  const positionOf = finderOf(categories);
  const putAt = (position: number, put: (offset: number, value: number) => void) => {
    if (position >= 0) put(position, 1);
  };
  if (column.kind === "categorical") {
    const positions = (column as CategoricalColumn).categories.map(positionOf);
    return (row, put) => putAt(positions[column.codes[row] as number] ?? -1, put);
  }
  return (row, put) => putAt(positionOf(textOf(column, row) ?? ""), put);
}

/** The position of a name in a list, or −1. True equals true, and 1.0 equals 1: pandas writes integers like this if some are missing. */
export function finderOf(names: readonly string[]): (name: string) => number {
  const exact = new Map(names.map((name, position) => [name, position]));
  const alike = new Map(names.map((name, position) => [spellingOf(name), position]).reverse() as [string, number][]);
  return (name) => exact.get(name) ?? alike.get(spellingOf(name)) ?? -1;
}

/** The same text for spellings of the same name. */
export function spellingOf(name: string): string {
  if (/^(?:true|false)$/i.test(name)) return name.toLowerCase();
  return name.replace(/^([+-]?\d+)\.0+$/, "$1");
}
