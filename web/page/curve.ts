/** Curve: one or more series of values over the epochs. They grow with the run without copies. */

import { signal } from "@preact/signals";
import type uPlot from "uplot";

/** More rows cannot be told apart on a chart and take time to draw. */
const MOST_ROWS = 2000;

type Value = number | null;

export class Curve {
  /** Counts changes. Reading `data` does not subscribe to them. */
  readonly version = signal(0);
  /** The x values, then one array a series; null where a series has no point. */
  readonly #columns: Value[][];

  constructor(series: number) {
    this.#columns = Array.from({ length: series + 1 }, () => []);
  }

  /** The data for uPlot. The arrays belong to the curve. */
  get data(): uPlot.AlignedData {
    return this.#columns as unknown as uPlot.AlignedData;
  }

  /** Adds a row on the right. */
  append(x: number, ...values: readonly Value[]): void {
    for (const [i, column] of this.#columns.entries()) column.push(i === 0 ? x : (values[i - 1] ?? null));
  }

  /** Sets one series' value at `x`, a recent position or a new one on the right. */
  place(x: number, series: number, value: Value): void {
    const row = (this.#columns[0] as Value[]).lastIndexOf(x);
    if (row < 0) this.append(x);
    const column = this.#columns[series + 1] as Value[];
    column[row < 0 ? column.length - 1 : row] = value;
  }

  /** Removes the rows to the right of `x`. */
  cut(x: number): void {
    const rows = (this.#columns[0] as number[]).filter((other) => other <= x).length;
    for (const column of this.#columns) column.length = rows;
    ++this.version.value;
  }

  clear(): void {
    for (const column of this.#columns) column.length = 0;
    ++this.version.value;
  }

  /** Ends a change: thins out too many rows, and notifies views. */
  commit(): void {
    while ((this.#columns[0] as Value[]).length > MOST_ROWS) this.#halve();
    ++this.version.value;
  }

  /** Merges neighbouring rows from the right, so that the newest stays: the later x and the mean of the values. */
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
