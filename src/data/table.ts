/** A table as readers of text formats return it: columns of numbers, or of names that are kept once. */

const { isNaN: isNaNumber } = Number;

/** Numbers, NaN where a value is missing. */
export interface NumericColumn {
  readonly name: string;
  readonly kind: "numeric";
  readonly values: Float64Array;
  /** Set where a text had decimal commas, 1,5; absent otherwise. */
  readonly decimal?: ",";
}

/** Names: `categories[codes[row]]`, −1 where a value is missing. The categories come in the order of their first rows. */
export interface CategoricalColumn {
  readonly name: string;
  readonly kind: "categorical";
  readonly categories: readonly string[];
  readonly codes: Int32Array;
}

export type Column = NumericColumn | CategoricalColumn;
export type ColumnKind = Column["kind"];

/** Columns of the same length. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** Columns of categories that a caller has as texts; undefined is missing. */
export function categoricalColumn(name: string, values: Iterable<string | undefined>): CategoricalColumn {
  const index = new Map<string, number>();
  const codes: number[] = [];
  for (const value of values) {
    if (value === undefined) codes.push(-1);
    else {
      if (!index.has(value)) index.set(value, index.size);
      codes.push(index.get(value) as number);
    }
  }
  return { name, kind: "categorical", categories: [...index.keys()], codes: Int32Array.from(codes) };
}

/** The column of that name. @throws RangeError when there is none */
export function findColumn({ columns }: Table, name: string): Column {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const names = columns.map((candidate) => candidate.name).join(", ");
  throw new RangeError(`expected a column ${JSON.stringify(name)}, got ${names.slice(0, 1000)}`);
}

/** The given rows of a table, in this order. */
export function selectRows(table: Table, rows: ArrayLike<number>): Table {
  const pick = <T extends Float64Array | Int32Array>(values: T, picked: T): T => {
    for (let row = 0; row < rows.length; ++row) picked[row] = values[rows[row] as number] as number;
    return picked;
  };
  const columns = table.columns.map(
    (column): Column =>
      column.kind === "numeric"
        ? { ...column, values: pick(column.values, new Float64Array(rows.length)) }
        : { ...column, codes: pick(column.codes, new Int32Array(rows.length)) },
  );
  return { rows: rows.length, columns };
}

/** A value as text; undefined where it is missing. */
export function textAt(column: Column, row: number): string | undefined {
  if (column.kind === "categorical") return column.categories[column.codes[row] as number];
  const value = column.values[row] as number;
  return isNaNumber(value) ? undefined : String(value);
}
