/** Describes how the columns of a table were read. */

import type { TrainSettings } from "../../app/settings/train-settings.js";
import { dateText } from "../../tables/dates.js";
import { isMissingAmongNumbers } from "../../tables/missing.js";
import type { LeftOutColumn, Preprocessor } from "../../tables/preprocessor.js";
import { type Feature, widthOf } from "../../tables/preprocessor-config.js";
import { type Column, columnOf, type DateColumn, type NumericColumn, type Table } from "../../tables/table.js";
import { doubtfulIntegers } from "../../tables/target.js";
import { printable } from "../terminal.js";

/** Up to MOST_COLUMNS columns are all shown; of more, only those with a note. */
const MOST_COLUMNS = 30;
const MOST_NOTED = 60;
const NAME_WIDTH = 28;

interface Line {
  readonly name: string;
  readonly text: string;
  readonly inputs: number;
  /** Whether the column is more than plain numbers or names. */
  readonly isNoted: boolean;
}

/** One line for each column of the training rows: how it was read, and how many inputs it gives. */
export function describeColumns(table: Table, { config, leftOut }: Preprocessor): string {
  const out = new Map(leftOut.map((column) => [column.name, column]));
  const features = new Map(config.features.map((feature) => [feature.name, feature]));
  const lines = table.columns.flatMap((column): Line[] => {
    if (column.name === config.target) return [];
    const reason = out.get(column.name);
    if (reason) return [{ name: column.name, text: describeLeftOut(reason), inputs: 0, isNoted: true }];
    const feature = features.get(column.name);
    return feature ? [{ name: column.name, ...describeColumn(column, feature), inputs: widthOf(feature) }] : [];
  });
  const noted = lines.filter(({ isNoted }) => isNoted).slice(0, MOST_NOTED);
  const shown = lines.length <= MOST_COLUMNS ? lines : noted;
  const rest = lines.length - shown.length;
  const names = shown.map(({ name }) => printable(name, NAME_WIDTH));
  const width = names.reduce((most, { length }) => Math.max(most, length), 6);
  const rows = shown.map(
    ({ text, inputs }, index) => `${(names[index] as string).padEnd(width)}  ${String(inputs).padStart(6)}  ${text}`,
  );
  const more =
    rest > 0 ? [`… and ${rest} more columns${noted.length < MOST_NOTED ? " of plain numbers and names" : ""}`] : [];
  return [`${"column".padEnd(width)}  inputs  read as`, ...rows, ...more].join("\n");
}

function describeLeftOut({ why, detail }: LeftOutColumn): string {
  const isFinal = why === "constant" || why === "empty";
  return `left out: ${printable(detail, 80)}${isFinal ? "" : " (--keep uses it)"}`;
}

function describeColumn(column: Column, feature: Feature): { readonly text: string; readonly isNoted: boolean } {
  if (column.kind === "categorical") {
    const categories = "categories" in feature ? feature.categories : [];
    return { text: describeNames(categories, missingOf(column)), isNoted: false };
  }
  const notes = column.kind === "date" ? dateNotes(column) : numberNotes(column);
  const missing = missingOf(column);
  const { texts } = column;
  const spelling = texts
    ? ` (${texts.rows} written ${texts.examples.map((text) => JSON.stringify(printable(text, 16))).join(", ")})`
    : "";
  const parts = [...rangeOf(column), ...(missing > 0 ? [`${missing} missing${spelling}`] : []), ...notes];
  const dates = isTimes(column) ? "times of day" : "dates";
  const head = column.kind === "date" ? dates : "numbers";
  return {
    text: [head, ...parts].join(", "),
    isNoted: column.kind === "date" || notes.length > 0 || texts !== undefined,
  };
}

function describeNames(categories: readonly string[], missing: number): string {
  const some = categories
    .slice(0, 4)
    .map((name) => printable(name, 16))
    .join(", ");
  const lack = missing > 0 ? `, ${missing} missing` : "";
  return `names: ${categories.length} (${some}${categories.length > 4 ? ", …" : ""})${lack}`;
}

function numberNotes({ decimal, thousands, units = [] }: NumericColumn): string[] {
  return [
    ...(decimal ? ["decimal commas"] : []),
    ...(thousands ? [`thousands separated by ${MARKS[thousands]}`] : []),
    ...(units.length > 0 ? [`in ${units.join(" and ")}`] : []),
  ];
}

const MARKS = { ",": "commas", ".": "points", " ": "spaces", "'": "apostrophes" } as const;

function dateNotes({ dayFirst, ambiguous }: DateColumn): string[] {
  if (dayFirst === undefined) return [];
  const order = dayFirst ? "day/month" : "month/day";
  return [
    ambiguous
      ? `read as ${order}, though no row shows the order (--day-first reads day/month, --categorical reads names)`
      : order,
  ];
}

function rangeOf({ kind, values }: NumericColumn | DateColumn): string[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least > most) return [];
  const dateOf = isTimes({ kind, values }) ? (value: number) => dateText(value).slice(11, -1) : dateText;
  const text = (value: number) => (kind === "date" ? dateOf(value) : String(Number(value.toPrecision(6))));
  return [`${text(least)} to ${text(most)}`];
}

/** Whether all values are times of 1970-01-01. */
function isTimes({ kind, values }: Pick<NumericColumn | DateColumn, "kind" | "values">): boolean {
  return kind === "date" && values.every((value) => Number.isNaN(value) || (value > 0 && value < 86_400_000));
}

function missingOf(column: Column): number {
  if (column.kind === "categorical") return column.codes.reduce((count, code) => count + Number(code < 0), 0);
  return column.values.reduce((count, value) => count + Number(Number.isNaN(value)), 0);
}

/** The task and the target, with the options that would read them otherwise. */
export function describeTarget(table: Table, { config }: Preprocessor, isChosen: boolean): readonly string[] {
  const { target, task, classes } = config;
  const column = columnOf(table, target);
  const different = doubtfulIntegers(column);
  const other = task === "classification" ? "regression predicts numbers" : "classification takes them as classes";
  const doubt = different === undefined || isChosen ? "" : ` (it has ${different} different integers; --task ${other})`;
  const head = `${task} of ${target}${classes ? `, ${classes.length} classes` : ""}${doubt}`;
  const words = column.kind === "categorical" ? column.categories.filter(isMissingAmongNumbers) : [];
  const texts = column.kind !== "categorical" ? column.texts : undefined;
  return [
    head,
    ...words.map(
      (word) => `${JSON.stringify(word)} is one of the classes (--missing ${word} reads it as a missing value)`,
    ),
    ...(texts
      ? [`${target}: ${counted(texts.rows, "row")} without a number, written ${texts.examples.join(", ")}`]
      : []),
  ];
}

/** "1 row", "2 rows". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A note if the header looks like data: its names are numbers. */
export function describeHeader(
  { format }: { readonly format: string },
  table: Table,
  { header }: TrainSettings,
): readonly string[] {
  const names = table.origin?.columns ?? [];
  const numbers = names.filter((name) => name !== "" && Number.isFinite(Number(name)));
  if (format !== "csv" || header !== undefined || numbers.length === 0) return [];
  const some = numbers.slice(0, 4).join(", ");
  return [
    `the first row is read as the header: ${some}${numbers.length > 4 ? ", …" : ""} (--no-header reads it as data)`,
  ];
}
