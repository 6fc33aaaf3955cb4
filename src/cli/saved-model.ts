/** Models out of files, with what they were trained for. */

import { readFile } from "node:fs/promises";
import { type ImageSet, parseImageSet } from "../app/image-set.js";
import { checkShape, type ParsedModel, parseModel } from "../app/model-file.js";
import { FormatError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import type { Network } from "../network/network.js";
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
export async function readImageModel(engine: Engine, run: string): Promise<{ network: Network; set: ImageSet }> {
  const { network, preprocessor, path, isOwn, metadata } = await readSavedModel(engine, run);
  if (!isOwn) throw foreign(path);
  if (preprocessor) throw new FormatError(`${path}: expected a model of MNIST's digits, got one of a table`);
  const set = parseImageSet(metadata, path);
  checkShape(network, set.height * set.width, set.classes.length, path);
  return { network, set };
}

/** A model of a table. @throws FormatError for another, and UsageError for a target that is named: it has its own */
export function tableModel({ preprocessor, ...model }: SavedModel, target?: string) {
  if (!preprocessor) {
    throw new FormatError(`${model.path}: expected a model of a table, with its preprocessing, got one without`);
  }
  if (target === undefined) return { preprocessor, ...model };
  throw new UsageError("--target", `expected none for a model that names its own, ${preprocessor.config.target}`);
}

/** What a network of another program makes of pictures is not known: its file does not say how it scales them. */
function foreign(path: string): FormatError {
  return new FormatError(
    `${path}: expected a model of MNIST's digits that simdgrad wrote, got an ONNX file of another program: it takes tables only`,
  );
}
