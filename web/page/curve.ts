/** Curve: values over the epochs, of one or more series, that grow while a run goes on and are never copied for it. */

import { signal } from "@preact/signals";
import type uPlot from "uplot";

/** More rows than this cannot be told apart on a chart, and cost time to draw. */
const MOST_ROWS = 2000;

type Value = number | null;

export class Curve {
  /** Counts changes; reading `data` does not subscribe to any. */
  readonly version = signal(0);
  /** The x values, then one array a series; null where a series has no point. */
  readonly #columns: Value[][];

  constructor(series: number) {
    this.#columns = Array.from({ length: series + 1 }, () => []);
  }

  /** As uPlot takes it. The arrays are the curve's own. */
  get data(): uPlot.AlignedData {
    return this.#columns as unknown as uPlot.AlignedData;
  }

  /** Adds a row on the right. */
  append(x: number, ...values: readonly Value[]): void {
    for (const [i, column] of this.#columns.entries()) column.push(i === 0 ? x : (values[i - 1] ?? null));
  }

  /** Sets one series' value at `x`, which is one of the newest, or right of them all. */
  place(x: number, series: number, value: Value): void {
    const row = (this.#columns[0] as Value[]).lastIndexOf(x);
    if (row < 0) this.append(x);
    const column = this.#columns[series + 1] as Value[];
    column[row < 0 ? column.length - 1 : row] = value;
  }

  /** Takes away the rows right of `x`. */
  cut(x: number): void {
    const rows = (this.#columns[0] as number[]).filter((other) => other <= x).length;
    for (const column of this.#columns) column.length = rows;
    ++this.version.value;
  }

  clear(): void {
    for (const column of this.#columns) column.length = 0;
    ++this.version.value;
  }

  /** Ends a change: thins the rows if they have become too many, and tells who shows them. */
  commit(): void {
    while ((this.#columns[0] as Value[]).length > MOST_ROWS) this.#halve();
    ++this.version.value;
  }

  /** Joins neighbours from the right, so that the newest row stays: the later x, and the mean of the values. */
  #halve(): void {
    const rows = (this.#columns[0] as Value[]).length;
    const first = rows % 2;
    for (const [i, column] of this.#columns.entries()) {
      for (let row = first; row < rows; row += 2) {
        const a = column[row] ?? null;
        const b = column[row + 1] ?? null;
        column[(row + first) / 2] = i === 0 || a === null || b === null ? (b ?? a) : (a + b) / 2;
      }
      column.length = (rows + first) / 2;
    }
  }
}
