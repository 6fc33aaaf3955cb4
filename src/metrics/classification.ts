/** How often classes are predicted right, and what they are taken for: scikit-learn's definitions. */

import { checkLengths, type Values } from "./lists.js";

/** Share of rows predicted right. @throws ShapeError when the lengths differ, RangeError for no rows */
export function accuracyScore(actual: Values, predicted: Values): number {
  const rows = checkLengths(actual, predicted);
  let hits = 0;
  for (let row = 0; row < rows; ++row) if (actual[row] === predicted[row]) ++hits;
  return hits / rows;
}

/** The classes that occur in any of the lists, sorted: numbers by value, names by code unit. */
export function uniqueLabels(...lists: readonly Values[]): (number | string)[] {
  const labels = new Set<number | string>();
  for (const list of lists) for (let i = 0; i < list.length; ++i) labels.add(list[i] as number | string);
  return [...labels].sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : a < b ? -1 : 1));
}

/** counts[i][j]: rows of the i-th class taken for the j-th. @param labels the classes, default all that occur, sorted */
export function confusionMatrix(
  actual: Values,
  predicted: Values,
  labels: readonly (number | string)[] = uniqueLabels(actual, predicted),
): number[][] {
  const rows = checkLengths(actual, predicted);
  const index = new Map(labels.map((label, position) => [label, position]));
  const counts = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let row = 0; row < rows; ++row) {
    const [i, j] = [index.get(actual[row] as number), index.get(predicted[row] as number)];
    if (i === undefined || j === undefined) continue;
    const line = counts[i] as number[];
    line[j] = (line[j] as number) + 1;
  }
  return counts;
}
