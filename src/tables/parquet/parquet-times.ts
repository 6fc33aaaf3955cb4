/** Dates and times of Parquet, however a file counts them, in milliseconds. */

import type { SchemaElement } from "hyparquet";
import { NotANumber } from "../column-kind.js";

/** What a column of dates or times counts. */
export interface Clock {
  /** The type that it has in the file. */
  readonly type: string;
  /** @throws NotANumber for a date that JavaScript does not know */
  readonly milliseconds: (value: number | bigint) => number;
}

const DAY = 86_400_000;
/** As far from 1970 as dates go. */
const MOST = 1e8 * DAY;
const UNITS = { MILLIS: 1, MICROS: 1000, NANOS: 1_000_000 } as const;

/** Of a column of dates or times; local ones are taken as UTC. Undefined for others. */
export function clockOf({ type, converted_type, logical_type }: SchemaElement): Clock | undefined {
  if (type === "INT96") return dates("INT96", (value) => scaled(value, UNITS.NANOS));
  if (converted_type === "DATE" || logical_type?.type === "DATE") return dates("INT32", (days) => Number(days) * DAY);
  const [, stamp, unit] = /^TIME(STAMP)?_(MILLIS|MICROS)$/.exec(converted_type ?? "") ?? [];
  const logical = logical_type?.type === "TIMESTAMP" || logical_type?.type === "TIME" ? logical_type : undefined;
  const name = logical?.unit ?? unit;
  if (name === undefined) return undefined;
  const parts = UNITS[name as keyof typeof UNITS];
  const milliseconds = (value: number | bigint) => scaled(value, parts);
  if (logical ? logical.type === "TIMESTAMP" : stamp) return dates("INT64", milliseconds);
  return { type: parts === 1 ? "INT32" : "INT64", milliseconds };
}

function dates(type: string, milliseconds: Clock["milliseconds"]): Clock {
  return {
    type,
    milliseconds: (value) => {
      const time = milliseconds(value);
      if (Math.abs(time) <= MOST) return time;
      throw new NotANumber("expected a date within 275 000 years of 1970, got another");
    },
  };
}

/** Rounded once, or so little twice that it does not show: nanoseconds since 1970 are beyond what a float64 counts. */
function scaled(value: number | bigint, parts: number): number {
  if (typeof value === "number" || Number.isSafeInteger(Number(value))) return Number(value) / parts;
  const [whole, rest] = [value / BigInt(parts), value % BigInt(parts)];
  return Number(whole) + Number(rest) / parts;
}
