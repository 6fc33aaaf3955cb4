/** What a table has that training did not know: it has no influence on what is predicted. */

import { isMissingAmongNumbers } from "../tables/missing.js";
import type { Preprocessor } from "../tables/preprocessor.js";
import type { Table } from "../tables/table.js";
import { print } from "./output.js";

/** Says it on standard error. @returns how many such values each column has */
export function reportUnknown(preprocessor: Preprocessor, table: Table, path: string): Record<string, number> {
  const unknown = preprocessor.countUnknown(table);
  const constants = new Map(preprocessor.config.constants?.map(({ name, value }) => [name, value]));
  for (const [name, count] of Object.entries(unknown)) {
    const values = `${count} value${count === 1 ? "" : "s"} that training did not know`;
    const value = constants.get(name);
    const there = value === null ? "had no value there" : `was ${value} in every row there`;
    const why = value === undefined ? "" : `: it ${there}, so that it has no influence`;
    print(`${path}: column ${name}: ${values}${why}`, process.stderr);
  }
  for (const column of table.columns) {
    if (column.kind === "categorical" || !column.texts) continue;
    const { rows, examples } = column.texts;
    // What always means missing is no news.
    if (examples.every(isMissingAmongNumbers)) continue;
    print(`${path}: column ${column.name}: ${rows} missing, written ${examples.join(", ")}`, process.stderr);
  }
  return unknown;
}
