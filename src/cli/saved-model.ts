/** Models out of files, with what they were trained for. */

import { readFile } from "node:fs/promises";
import { type ParsedModel, parseModel } from "../app/model-file.js";
import { imageModel, tableModel } from "../app/model-kinds.js";
import type { Engine } from "../create-engine.js";
import { filesOfModel, keepInputs } from "./files.js";
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
