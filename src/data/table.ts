/** A table as readers of text formats return it. */

/** One column; NaN and undefined are missing values. */
export type Column =
  | { readonly name: string; readonly kind: "numeric"; readonly values: Float64Array }
  | { readonly name: string; readonly kind: "categorical"; readonly values: readonly (string | undefined)[] };

/** Columns of the same length. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** The column of that name. @throws RangeError when there is none */
export function findColumn({ columns }: Table, name: string): Column {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const names = columns.map((candidate) => candidate.name).join(", ");
  throw new RangeError(`column: expected one of ${names}, got ${name}`);
}

/** The given rows of a table, in this order. */
export function selectRows(table: Table, rows: ArrayLike<number>): Table {
  const pick = <T>(values: ArrayLike<T>) => Array.from(rows, (row) => values[row] as T);
  const columns = table.columns.map(
    (column): Column =>
      column.kind === "numeric"
        ? { ...column, values: Float64Array.from(pick(column.values)) }
        : { ...column, values: pick(column.values) },
  );
  return { rows: rows.length, columns };
}
