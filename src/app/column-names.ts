/** Columns of a table as options name them. Free of Node. */

import Papa from "papaparse";
import { SettingError } from "./setting-error.js";

/**
 * The columns that an option's texts name: each is a name as it is, or else a list with commas of names, in quotes where they have
 * commas of their own, and of numbers from 1.
 *
 * @param names of the file's columns
 * @param areAll whether there can be no others
 * @throws SettingError for a column that is not there
 */
export function resolveColumns(
  texts: readonly string[],
  names: readonly string[],
  setting: string,
  areAll: boolean,
): readonly string[] {
  const found = texts
    .flatMap((text) => (names.includes(text.trim()) ? text.trim() : listOf(text)))
    .map((part) => {
      if (names.includes(part)) return part;
      const place = /^[1-9]\d*$/.test(part) ? names[Number(part) - 1] : undefined;
      if (place !== undefined) return place;
      if (!areAll) return part;
      const got = `got ${JSON.stringify(part)} (there are ${names.join(", ").slice(0, 1000)})`;
      throw new SettingError(setting, `expected the name or the number of a column, ${got}`);
    });
  return [...new Set(found)];
}

/** The parts of a list with commas, blanks around them left out. */
export function listOf(text: string): readonly string[] {
  const [parts = []] = Papa.parse<string[]>(text.trim(), { delimiter: "," }).data;
  return parts.map((part) => part.trim());
}
