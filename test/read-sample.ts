import { readFileSync } from "node:fs";

export interface Table {
  readonly X: number[][];
  readonly y: (number | string)[];
}

/** A data set of samples/: features, and the last column as target. */
export function readTable(name: string): Table {
  const text = readFileSync(new URL(`../samples/${name}.csv`, import.meta.url), "utf8");
  const rows = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  const parse = (value: string) => (Number.isNaN(Number(value)) ? value : Number(value));
  return { X: rows.map((row) => row.slice(0, -1).map(Number)), y: rows.map((row) => parse(row.at(-1) as string)) };
}

/** The s-th of five splits, as scripts/record-sklearn.py has them, standardised with the training part's moments. */
export function splitTable({ X, y }: Table, split: number): { train: Table; test: Table } {
  const isTest = (row: number) => (row * 7 + 3) % 5 === split;
  const training = X.filter((_, row) => !isTest(row));
  const columns = (X[0] as number[]).length;
  const moments = Array.from({ length: columns }, (_, j) => {
    const values = training.map((row) => row[j] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return [mean, Math.sqrt(variance) || 1] as const;
  });
  const scaled = X.map((row) => row.map((value, j) => (value - (moments[j]?.[0] ?? 0)) / (moments[j]?.[1] ?? 1)));
  const part = (wanted: boolean) => ({
    X: scaled.filter((_, row) => isTest(row) === wanted),
    y: y.filter((_, row) => isTest(row) === wanted),
  });
  return { train: part(false), test: part(true) };
}
