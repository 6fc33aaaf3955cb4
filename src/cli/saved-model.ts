/** Reads saved models, and says which values of a table a model does not know. */

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
 * Reads the model in a safetensors or ONNX file. An ONNX file of another program gives a network without preprocessing.
 *
 * @param run a run folder or a model file
 * @throws Error if the file cannot be read, FormatError if it is not a model
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

/** The network of an image model, for MNIST or a set in its format. @throws as readSavedModel */
export async function readImageModel(engine: Engine, run: string): Promise<ReturnType<typeof imageModel>> {
  const model = await readSavedModel(engine, run);
  return imageModel(model, model.path);
}

/** A table model of simdgrad. @throws FormatError for another model, UsageError if you name a target: the model has its own */
export function ownTableModel(model: SavedModel, target?: string) {
  const found = tableModel(model, model.path);
  if (target === undefined) return found;
  throw new UsageError(
    "--target",
    `expected none for a model that names its target, ${found.preprocessor.config.target}`,
  );
}

/**
 * Says on standard error which values training did not know; they do not influence the predictions.
 *
 * @returns how many such values each column has
 */
export function noteUnknownValues(preprocessor: Preprocessor, table: Table, path: string): Record<string, number> {
  const unknown = preprocessor.countUnknown(table);
  const constants = new Map(preprocessor.config.constants?.map(({ name, value }) => [name, value]));
  for (const [name, count] of Object.entries(unknown)) {
    const values = `${count} value${count === 1 ? "" : "s"} that training did not know`;
    const value = constants.get(name);
    const there = value === null ? "was empty in training" : `was ${value} in every row of the training data`;
    const why = value === undefined ? "" : `: the column ${there}, so the model ignores it`;
    print(`${path}: column ${name}: ${values}${why}`, process.stderr);
  }
  for (const column of table.columns) {
    if (column.kind === "categorical" || !column.texts) continue;
    const { rows, examples } = column.texts;
    // Texts that always mean missing need no mention.
    if (examples.every(isMissingAmongNumbers)) continue;
    print(`${path}: column ${column.name}: ${rows} missing, written ${examples.join(", ")}`, process.stderr);
  }
  return unknown;
}
