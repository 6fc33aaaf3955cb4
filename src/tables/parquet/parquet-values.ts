/** What the values of a Parquet column are in a table, by what the file says of the column. */

import type { ParquetParsers, SchemaElement } from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { describe } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import type { ColumnBuilder } from "../column-builder.js";
import { NotANumber } from "../column-kind.js";
import { clockOf } from "./parquet-times.js";

/** A decimal number of so many bytes has 76 digits, which is the most that is written. */
const MOST_DECIMAL_BYTES = 32;
const DECIMAL_TYPES: readonly unknown[] = ["INT32", "INT64", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"];
/** Bytes of what has a length of its own. */
const LENGTHS: Readonly<Record<string, number>> = { UUID: 16, FLOAT16: 2 };
const FOREIGN = new Set(["BSON", "INTERVAL", "GEOMETRY", "GEOGRAPHY", "VARIANT"]);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const asTheyAre = (value: unknown) => value as Date;

/** A value of what no column of a table can have: the whole column is to be left out. */
export class ForeignValue extends FormatError {}

/** Of hyparquet: dates come as the file counts them. */
export const PARSERS: ParquetParsers = {
  ...DEFAULT_PARSERS,
  timestampFromMilliseconds: asTheyAre,
  timestampFromMicroseconds: asTheyAre,
  timestampFromNanoseconds: asTheyAre,
  dateFromDays: asTheyAre,
  stringFromBytes: (bytes) => {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new ForeignValue("expected texts in UTF-8, got other bytes", { cause });
    }
  },
};

/** What a column without parts is that cannot be read; undefined if it can. */
export function foreignKind(element: SchemaElement): string | undefined {
  const { type, type_length, converted_type, logical_type } = element;
  if (type === undefined) return "a type that is unknown";
  const logical = logical_type?.type as string | undefined;
  const foreign = [converted_type, logical].find((kind) => kind !== undefined && FOREIGN.has(kind));
  if (foreign) return foreign;
  if (logical_type && logical === undefined && Object.keys(logical_type).length > 0) {
    return `${type} of a logical type that is unknown`;
  }
  if (type === "INT96" && converted_type) return `INT96 as ${converted_type}`;
  const clock = clockOf(element);
  if (clock && clock.type !== type) return `times as ${type} instead of ${clock.type}`;
  if (isDecimal(element)) {
    const scale = scaleOf(element);
    if (DECIMAL_TYPES.includes(type) && Number.isInteger(scale) && scale >= 0) return undefined;
    return `decimals as ${type} of scale ${scale}`;
  }
  const length = LENGTHS[logical ?? ""];
  if (length !== undefined && (type !== "FIXED_LEN_BYTE_ARRAY" || type_length !== length)) {
    return `${logical} as ${type}, not of ${length} bytes`;
  }
  return type === "FIXED_LEN_BYTE_ARRAY" && length === undefined ? "bytes" : undefined;
}

/** Whether a column has decimal numbers: as integers, or as the bytes of some, times a power of ten. */
export function isDecimal({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === "DECIMAL" || logical_type?.type === "DECIMAL";
}

/** Adds values of a column one by one. @throws NotANumber, FormatError for a value that cannot be one of a table */
export function adderOf(element: SchemaElement): (builder: ColumnBuilder, value: unknown) => void {
  const clock = clockOf(element);
  const converted = converterOf(element);
  // Of such a column nothing is known: what stands for its values are zeros at times.
  const isNothing = element.logical_type?.type === "NULL";
  return (builder, value) => {
    if (value === null || isNothing) builder.addMissing();
    else if (value === undefined)
      throw new NotANumber("expected a value of the column's dictionary, got an index beyond it");
    else if (clock) builder.addDate(clock.milliseconds(value as number | bigint));
    else addValue(builder, converted ? converted(value) : value);
  };
}

function addValue(builder: ColumnBuilder, value: unknown): void {
  if (value === null || Number.isNaN(value)) builder.addMissing();
  else if (typeof value === "number") builder.addNumber(value);
  else if (typeof value === "bigint") builder.addNumber(Number(value), String(value));
  else if (typeof value === "string" || typeof value === "boolean") builder.addString(String(value));
  else throw new NotANumber(`expected a number, a text, true or false, got ${describe(value)}`);
}

/** Of a column whose values come as they are in the file. */
function converterOf(element: SchemaElement): ((value: unknown) => unknown) | undefined {
  if (isDecimal(element)) {
    const scale = scaleOf(element);
    return (value) => {
      if (typeof value === "number" || typeof value === "bigint") return decimalNumber(value, scale);
      if (!(value instanceof Uint8Array)) return value;
      if (value.length <= MOST_DECIMAL_BYTES) return decimalNumber(signedInteger(value), scale);
      throw new NotANumber(`expected a decimal number of at most ${MOST_DECIMAL_BYTES} bytes, got ${value.length}`);
    };
  }
  return isJson(element) ? parseJson : undefined;
}

/** Whether a column has values written as JSON. */
export function isJson({ converted_type, logical_type }: SchemaElement): boolean {
  return converted_type === "JSON" || logical_type?.type === "JSON";
}

function parseJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  // Nothing is made of what is refused anyway.
  if (/^\s*[[{]/.test(value))
    throw new ForeignValue("expected a number, a text, true or false, got JSON of several values");
  return JSON.parse(value) as unknown;
}

/** Digits of a decimal number behind its point. */
function scaleOf({ scale, logical_type }: SchemaElement): number {
  return scale ?? (logical_type?.type === "DECIMAL" ? logical_type.scale : undefined) ?? 0;
}

/**
 * The float64 nearest to value·10^(−scale): a product with a power of ten would be rounded twice, 35·10⁻² to 0.35000000000000003.
 * Integers stay as they are: what is made of those that a float64 would round is for the column to say.
 */
function decimalNumber(value: number | bigint, scale: number): number | bigint {
  return scale === 0 ? value : Number(`${value}e-${scale}`);
}

/** Of big-endian bytes in two's complement. */
function signedInteger(bytes: Uint8Array): bigint {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${digits || "0"}`));
}
