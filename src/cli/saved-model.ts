/** Models out of files, with what they were trained for. */

import { readFile } from "node:fs/promises";
import { type ParsedModel, parseModel } from "../app/model-file.js";
import { imageModel, tableModel } from "../app/model-kinds.js";
import type { Engine } from "../create-engine.js";
import { isMissingAmongNumbers } from "../tables/missing.js";
import type { Preprocessor } from "../tables/preprocessor.js";
import type { Table } from "../tables/table.js";
import { filesOfModel, keepInputs } from "./files.js";
import { print } from "./output.js";
import { checkModelsRun, modelPath } from "./run-folder.js";
import { UsageError } from "./usage-error.js";

export interface SavedModel extends ParsedModel {
  readonly path: string;
}

/**
 * The model in a safetensors or an ONNX file. An ONNX file of another program is a network without preprocessing.
 *
 * @param run the folder of a run, or a model file
 * @throws Error when it cannot be read, FormatError when it is none
 */
export async function readSavedModel(engine: Engine, run: string): Promise<SavedModel> {
  const path = await modelPath(run);
  keepInputs(filesOfModel(path));
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Error(`${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
  const model = parseModel(engine, bytes, path);
  await checkModelsRun(path, model.metadata.run);
  return { path, ...model };
}

/** The network of a model for images, of MNIST or a set like it. @throws as readSavedModel */
export async function readImageModel(engine: Engine, run: string): Promise<ReturnType<typeof imageModel>> {
  const model = await readSavedModel(engine, run);
  return imageModel(model, model.path);
}

/** A model of a table. @throws FormatError for another, and UsageError for a target that is named: it has its own */
export function ownTableModel(model: SavedModel, target?: string) {
  const found = tableModel(model, model.path);
  if (target === undefined) return found;
  throw new UsageError("--target", `expected none for a model that names its own, ${found.preprocessor.config.target}`);
}

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
