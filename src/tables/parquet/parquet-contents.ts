/** What the footer of a Parquet file says, held against the file: its columns, and where their values lie. */

import { type AsyncBuffer, type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { FormatError } from "../../checks/errors.js";
import { MOST_COLUMNS } from "../column-options.js";
import { ThriftWalk } from "./parquet-thrift.js";
import { foreignKind } from "./parquet-values.js";

/** Values in the footer: of Thrift, some forty for each column of each row group. */
const MOST_METADATA = { room: 2 ** 17, each: 1 / 8 };
/** Length of the footer, and `PAR1`. */
const TAIL = 8;
const MAGIC = 0x31524150;
/** `PARE`: the footer is encrypted, too. */
const ENCRYPTED_MAGIC = 0x45524150;
/** Characters of names in a message. */
const MOST_NAMES = 1000;

/** A column of the top level. */
export interface ParquetColumn {
  readonly name: string;
  readonly element: SchemaElement;
  /** The first of its columns in a row group: one that is nested may have none, or several. */
  readonly leaf: number;
  /** What it is, if it cannot be read. */
  readonly foreign: string | undefined;
}

/** Where a column's bytes of a row group lie. */
export interface ChunkPlace {
  readonly begin: number;
  readonly end: number;
  readonly codec: string;
}

/** Rows that lie together, and the places of the columns that are read; none without rows. */
export interface RowGroup {
  readonly rows: number;
  readonly places: readonly ChunkPlace[];
}

/** The footer, whose lengths and counts were checked. @throws FormatError */
export async function readMetadata(file: AsyncBuffer): Promise<FileMetaData> {
  const size = file.byteLength;
  const broken = (got: string) => new FormatError(`expected a whole Parquet file, got: ${got}`);
  if (size < TAIL) throw broken(`${size} bytes`);
  const tail = new DataView(await file.slice(size - TAIL, size));
  const magic = tail.getUint32(4, true);
  if (magic === ENCRYPTED_MAGIC) throw new FormatError("expected a file that is not encrypted, got one that is");
  if (magic !== MAGIC) throw broken("one that does not end in PAR1");
  const length = tail.getUint32(0, true);
  if (length > size - TAIL) throw broken(`metadata of ${length} bytes in a file of ${size}`);
  const bytes = new Uint8Array(await file.slice(size - TAIL - length, size));
  new ThriftWalk(bytes.subarray(0, length), MOST_METADATA.room + Math.floor(MOST_METADATA.each * size)).end(0);
  return parquetMetadata(bytes.buffer, { geoparquet: false });
}

/** The columns of the top level. @throws FormatError when the counts of parts do not fit together */
export function columnsOf(schema: readonly SchemaElement[]): { columns: ParquetColumn[]; leaves: number } {
  const count = integer("columns", schema[0]?.num_children, 0, schema.length - 1);
  const columns: ParquetColumn[] = [];
  let [at, leaves] = [1, 0];
  for (let column = 0; column < count; ++column) {
    const element = schema[at] as SchemaElement;
    const leaf = leaves;
    const first = at;
    for (let open = 1; open > 0; --open) {
      const part = schema[at++];
      if (!part) throw new FormatError("expected the parts of all columns, got fewer");
      const parts = integer(`column ${JSON.stringify(part.name)}: parts`, part.num_children ?? 0, 0, schema.length);
      open += parts;
      if (parts === 0 && part.type !== undefined) ++leaves;
    }
    const isNested = at - first > 1 || element.type === undefined || element.repetition_type === "REPEATED";
    columns.push({
      name: element.name,
      element,
      leaf,
      foreign: isNested ? nestedKind(element) : foreignKind(element),
    });
  }
  if (at !== schema.length) throw new FormatError(`expected ${at - 1} parts of columns, got ${schema.length - 1}`);
  if (leaves > MOST_COLUMNS) throw new FormatError(`expected at most ${MOST_COLUMNS} columns, got ${leaves}`);
  return { columns, leaves };
}

function nestedKind({ converted_type, logical_type, repetition_type }: SchemaElement): string {
  const kinds: readonly unknown[] = [converted_type, logical_type?.type];
  if (kinds.includes("MAP") || kinds.includes("MAP_KEY_VALUE")) return "a map";
  if (kinds.includes("VARIANT")) return "VARIANT";
  return kinds.includes("LIST") || repetition_type === "REPEATED" ? "a list" : "a struct";
}

/** How columns are ignored, for messages. */
export function leaveOut(names: readonly string[]): string {
  const kinds = JSON.stringify(Object.fromEntries(names.map((name) => [name, "ignore"])));
  const flags = names.map((name) => `--ignore ${/^[\w.]+$/.test(name) ? name : JSON.stringify(name)}`).join(" ");
  return `leave out with kinds: ${cut(kinds)}, or ${cut(flags)}`;
}

const cut = (names: string) => (names.length > MOST_NAMES ? `${names.slice(0, MOST_NAMES)}…` : names);

/** @throws FormatError when one of the columns that are to be read cannot be, or has the name of another */
export function checkColumns(columns: readonly ParquetColumn[]): void {
  const foreign = columns.filter((column) => column.foreign !== undefined);
  if (foreign.length > 0) {
    const got = foreign.map(({ name, foreign }) => `${JSON.stringify(name)} (${foreign})`).join(", ");
    throw new FormatError(
      `expected columns of numbers, texts or dates, got ${cut(got)}: ${leaveOut(foreign.map(({ name }) => name))}`,
    );
  }
  const names = new Set<string>();
  for (const { name, element } of columns) {
    if (names.has(name)) throw new FormatError(`column "${name}": expected each name once, got it twice`);
    names.add(name);
    const { repetition_type } = element;
    if (repetition_type === "REQUIRED" || repetition_type === "OPTIONAL") continue;
    throw new FormatError(`column ${JSON.stringify(name)}: expected REQUIRED or OPTIONAL values, got neither`);
  }
}

/**
 * The row groups, and where the columns lie that are read.
 *
 * @throws FormatError when they lie outside of the file or on each other, are encrypted, or have other numbers of values
 */
export function rowGroupsOf(
  { row_groups, num_rows }: FileMetaData,
  columns: readonly ParquetColumn[],
  leaves: number,
  size: number,
): { groups: RowGroup[]; rows: number } {
  const groups = row_groups.map((group, index): RowGroup => {
    const label = `row group ${index}`;
    const rows = integer(`${label}: rows`, group.num_rows, 0, 2 ** 31 - 1);
    if (group.columns.length !== leaves) {
      throw new FormatError(`${label}: expected ${leaves} columns, got ${group.columns.length}`);
    }
    if (rows === 0) return { rows, places: [] };
    return { rows, places: columns.map((column) => placeOf(group.columns[column.leaf], column, label, rows, size)) };
  });
  checkApart(groups.flatMap(({ places }) => places));
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows === 0) throw new FormatError("expected at least one row of data, got none");
  integer("rows", num_rows, rows, Math.min(rows, 2 ** 31 - 1));
  return { groups, rows };
}

type Chunk = FileMetaData["row_groups"][number]["columns"][number];

function placeOf(
  chunk: Chunk | undefined,
  { name, element }: ParquetColumn,
  group: string,
  rows: number,
  size: number,
): ChunkPlace {
  const label = `${group}: column ${name}`;
  if (chunk?.crypto_metadata)
    throw new FormatError(`${label}: expected values that are not encrypted, got some that are`);
  if (chunk?.file_path) throw new FormatError(`${label}: expected values in this file, got some in another`);
  const meta = chunk?.meta_data;
  const path = meta?.path_in_schema;
  if (!meta || path?.length !== 1 || path[0] !== name || meta.type !== element.type) {
    throw new FormatError(`${group}: expected the column ${JSON.stringify(name)} here, got another`);
  }
  integer(`${label}: values`, meta.num_values, rows, rows);
  const begin = integer(`${label}: begin`, meta.dictionary_page_offset || meta.data_page_offset, 4, size);
  const length = integer(`${label}: bytes`, meta.total_compressed_size, 0, size - begin);
  return { begin, end: begin + length, codec: meta.codec };
}

/** Columns that share bytes are how a small file has many. */
function checkApart(places: readonly ChunkPlace[]): void {
  let free = 0;
  for (const { begin, end } of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < free)
      throw new FormatError(`expected columns on bytes of their own, got one from byte ${begin} to ${end}`);
    free = end;
  }
}

function integer(what: string, value: number | bigint | undefined, least: number, most: number): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (number !== undefined && Number.isSafeInteger(number) && number >= least && number <= most) return number;
  throw new FormatError(`${what}: expected ${least === most ? least : `${least} to ${most}`}, got ${value}`);
}
