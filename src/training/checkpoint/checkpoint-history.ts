/** A checkpoint's history, as arrays: text for many epochs would be too long for the file's header. */

import { FormatError } from "../../checks/errors.js";
import type { Tensor } from "../../formats/tensor.js";
import { type EpochReport, REPORT_NUMBERS, REQUIRED_NUMBERS } from "../epoch-report.js";

/** Consecutive epochs whose reports have the same fields: a float64 array [epochs, fields]. */
export interface HistoryPart {
  readonly epochs: number;
  readonly numbers: readonly (typeof REPORT_NUMBERS)[number][];
}

/** Splits reports of completed epochs into parts and their arrays. */
export function packHistory(reports: readonly EpochReport[]): { parts: HistoryPart[]; arrays: Tensor[] } {
  const groups: { numbers: HistoryPart["numbers"]; rows: (number | undefined)[][] }[] = [];
  for (const report of reports) {
    const numbers = REPORT_NUMBERS.filter((name) => report[name] !== undefined);
    if (groups.at(-1)?.numbers.join() !== numbers.join()) groups.push({ numbers, rows: [] });
    groups.at(-1)?.rows.push(numbers.map((name) => report[name]));
  }
  return {
    parts: groups.map(({ numbers, rows }) => ({ epochs: rows.length, numbers })),
    arrays: groups.map(({ numbers, rows }) => {
      const values = Float64Array.from(rows.flat() as number[]);
      return { dtype: "F64", shape: [rows.length, numbers.length], data: new Uint8Array(values.buffer) };
    }),
  };
}

/** @throws FormatError unless these are parts of all epochs from 1 on with the fields of reports */
export function unpackHistory(parts: readonly HistoryPart[], arrays: readonly Tensor[], what: string): EpochReport[] {
  const reports: EpochReport[] = [];
  for (const [index, { epochs, numbers }] of parts.entries()) {
    const { dtype, shape, data } = arrays[index] as Tensor;
    if (dtype !== "F64" || shape.length !== 2 || shape[0] !== epochs || shape[1] !== numbers.length) {
      const got = `${dtype} of shape [${shape}]`;
      throw new FormatError(`${what}: expected F64 of shape [${epochs},${numbers.length}], got ${got}`);
    }
    // A copy, for alignment.
    const values = new Float64Array(data.slice().buffer);
    for (let row = 0; row < epochs; ++row) {
      const entries = numbers.map((name, column) => [name, values[row * numbers.length + column] as number] as const);
      const report = { ...Object.fromEntries(entries), completed: true } as unknown as EpochReport;
      if (report.epoch !== reports.length + 1) {
        throw new FormatError(`${what}: expected the completed epoch ${reports.length + 1}, got ${report.epoch}`);
      }
      reports.push(report);
    }
  }
  return reports;
}

/** Whether these are distinct fields of a report and include those that every report has. */
export function areReportNumbers(names: readonly unknown[]): names is HistoryPart["numbers"] {
  const given = new Set(names);
  const known = names.every((name) => (REPORT_NUMBERS as readonly unknown[]).includes(name));
  return known && given.size === names.length && [...REQUIRED_NUMBERS].every((name) => given.has(name));
}
