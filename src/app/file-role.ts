/** What a file is for, by its first bytes; by its name only if these do not show it. */

import { FormatError } from "../checks/errors.js";
import { fileKind } from "../formats/file-kind.js";

/** How many bytes of a file are looked at. */
export const START_BYTES = 1 << 16;

export type FileRole = "table" | "model" | "image";
export type TableFormat = "csv" | "jsonl" | "parquet";

/** Endings of table names, for texts that could be anything, and for file dialogs. */
export const TABLE_ENDINGS = [".csv", ".tsv", ".txt", ".data", ".dat", ".jsonl", ".ndjson", ".json", ".gz", ".parquet"];
/** Endings of the names of models and checkpoints. */
export const MODEL_ENDINGS = [".safetensors", ".onnx"];

const ROLES: readonly (readonly [words: RegExp, role: FileRole])[] = [
  [/^a model|^a checkpoint|^a safetensors/, "model"],
  [/^a CSV file|^a JSON|^a Parquet|^a gzip|UTF-16/, "table"],
  [/image$/, "image"],
];

/** The role of a file; undefined if it has none of them. */
export function roleOf(start: Uint8Array, name: string): FileRole | undefined {
  const kind = fileKind(start);
  const found = ROLES.find(([words]) => words.test(kind))?.[1];
  if (found) return found;
  const ends = (endings: readonly string[]) => endings.some((ending) => name.toLowerCase().endsWith(ending));
  // An ONNX file begins with protobuf's field 1, ir_version; no text does.
  if (start[0] === 0x08 || ends(MODEL_ENDINGS)) return "model";
  return ends(TABLE_ENDINGS) ? "table" : undefined;
}

/** Whether a file is gzipped, by its first bytes or by its name. */
export function isGzipped(start: Uint8Array, name: string): boolean {
  return (start[0] === 0x1f && start[1] === 0x8b) || (/\.gz$/i.test(name) && !isParquet(start));
}

/** Kinds of files that may be CSV: texts, also in encodings that `fileKind` does not know. */
const MAY_BE_CSV = /^a CSV file|^a text|^a file of an unknown kind|^an empty file|^a JSON|^a web page/;

/** @param start of the unpacked file @throws FormatError for a file that its first bytes show to be another, such as a workbook */
export function tableFormat(start: Uint8Array, name: string): TableFormat {
  if (isParquet(start)) return "parquet";
  // Finds the brace of an object after a byte order mark and between the zeros of UTF-16.
  const text = new TextDecoder("latin1")
    .decode(start.subarray(0, 200))
    .replace(/[\0\u00ef\u00bb\u00bf\u00ff\u00fe]/g, "");
  if (/^\s*\{\s*("|\}|$)/.test(text)) return "jsonl";
  const ending = name.replace(/\.gz$/i, "").toLowerCase().split(".").at(-1);
  if (ending === "jsonl" || ending === "ndjson") return "jsonl";
  if (ending === "parquet") return "parquet";
  const isArray = /^\s*\[\s*\{/.test(text);
  const kind = isArray ? "a JSON array" : fileKind(start);
  if (!isArray && MAY_BE_CSV.test(kind)) return "csv";
  throw new FormatError(`${name}: expected a table in CSV, JSON Lines (an object per line) or Parquet, got ${kind}`);
}

function isParquet(start: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(start.subarray(0, 4)) === "PAR1";
}
