/** Sample tables. */

import diabetes from "../../samples/diabetes.csv?url";
import iris from "../../samples/iris.csv?url";
import type { GivenFile } from "../protocol/tables.js";
import { makeMoons } from "./moons.js";
import type { SampleName } from "./table-choice.js";

export interface Sample {
  readonly name: SampleName;
  readonly title: string;
  readonly note: string;
  open(): Promise<GivenFile>;
}

/** Loads a file of the site. @throws Error if it cannot be loaded */
async function load(url: string, name: string): Promise<GivenFile> {
  const response = await fetch(url).catch((cause: Error) => {
    throw new Error(`${name} cannot be loaded: ${cause.message}`, { cause });
  });
  if (!response.ok) throw new Error(`${name}: HTTP ${response.status} ${response.statusText}`.trimEnd());
  return { name, data: await response.blob() };
}

export const SAMPLES: readonly Sample[] = [
  {
    name: "moons",
    title: "Two moons",
    note: "2 features, 2 classes: see the boundary form",
    open: async () => ({ name: "moons.csv", data: new Blob([makeMoons()]) }),
  },
  { name: "iris", title: "Iris", note: "4 features, 3 kinds of flowers", open: () => load(iris, "iris.csv") },
  {
    name: "diabetes",
    title: "Diabetes",
    note: "10 features, a number to predict",
    open: () => load(diabetes, "diabetes.csv"),
  },
];
