/** Models out of files, with what they were trained for. */

import { readFile } from "node:fs/promises";
import type { CsvOptions } from "../data/csv.js";
import { Preprocessor } from "../data/preprocessing.js";
import type { Engine } from "../engine.js";
import { FormatError } from "../errors.js";
import { loadModel } from "../formats/model.js";
import { OWN_FORMAT } from "../formats/model-metadata.js";
import { loadOnnx, readOnnxMetadata } from "../formats/onnx.js";
import { parseSafetensors } from "../formats/safetensors.js";
import { Dense } from "../layers/dense.js";
import { MeanSquaredError } from "../losses/regression.js";
import type { Network, NetworkOptions } from "../network.js";
import { CLASSES, PIXELS } from "./mnist.js";
import { modelPath } from "./run-folder.js";

/** A network for tables has a preprocessor, one for MNIST's images has none. */
export interface SavedModel {
  readonly path: string;
  /** By the contents of the file. */
  readonly format: "safetensors" | "onnx";
  readonly network: Network;
  readonly preprocessor?: Preprocessor;
  /** How its table was read. */
  readonly reading: Pick<CsvOptions, "header" | "delimiter">;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The model in a safetensors or an ONNX file. An ONNX file of another program is a network without preprocessing.
 *
 * @param run the folder of a run, or a model file
 * @throws Error when it cannot be read, FormatError when it is none
 */
export async function readSavedModel(engine: Engine, run: string): Promise<SavedModel> {
  const path = await modelPath(run);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new Error(`${path}: cannot be read (${(cause as Error).message})`, { cause });
  }
  const format = isOnnx(bytes, path) ? "onnx" : "safetensors";
  const metadata = format === "onnx" ? readOnnxMetadata(bytes, path) : parseSafetensors(bytes, path).metadata;
  const load = (options: NetworkOptions) => (format === "onnx" ? loadOnnx : loadModel)(engine, bytes, path, options);
  if (metadata.preprocessing === undefined) return { path, format, network: load({}), reading: {}, metadata };
  const preprocessor = Preprocessor.parse(metadata.preprocessing, path);
  const { classes } = preprocessor.config;
  const network = load(classes ? {} : { loss: new MeanSquaredError() });
  checkShape(network, preprocessor.inputs, classes?.length ?? 1, path);
  return { path, format, network, preprocessor, reading: parseReading(metadata.reading), metadata };
}

/** A safetensors file has its header's brace in byte 8; what else begins with protobuf's field 1, ir_version, is ONNX. */
function isOnnx(bytes: Uint8Array, path: string): boolean {
  return bytes[8] !== 0x7b && (bytes[0] === 0x08 || /\.onnx$/i.test(path));
}

/** The network of a model for MNIST's images. @throws as readSavedModel */
export async function readDigitModel(engine: Engine, run: string): Promise<Network> {
  const { network, preprocessor, path, metadata } = await readSavedModel(engine, run);
  if (metadata.format !== OWN_FORMAT) throw foreign(path);
  if (preprocessor) throw new FormatError(`${path}: expected a model of MNIST's digits, got one of a table`);
  checkShape(network, PIXELS, CLASSES, path);
  return network;
}

/** A model of a table. @throws as readSavedModel */
export async function readTableModel(engine: Engine, run: string) {
  const { preprocessor, ...model } = await readSavedModel(engine, run);
  if (preprocessor) return { preprocessor, ...model };
  if (model.metadata.format !== OWN_FORMAT) throw foreign(model.path);
  throw new FormatError(`${model.path}: expected a model of a table, with its preprocessing, got one without`);
}

/** Numbers of a network alone mean nothing: in which order and scale it wants its columns, its file does not say. */
function foreign(path: string): FormatError {
  return new FormatError(
    `${path}: expected a model that simdgrad wrote, with its preprocessing, got an ONNX file without metadata of it`,
  );
}

function checkShape(network: Network, inputs: number, outputs: number, path: string): void {
  const [first] = network.layers;
  const own = first instanceof Dense ? first.inputs : undefined;
  if (own === inputs && network.outputs === outputs) return;
  const got = `${own ?? "an unknown number of"} inputs and ${network.outputs} outputs`;
  throw new FormatError(`${path}: expected a network with ${inputs} inputs and ${outputs} outputs, got ${got}`);
}

function parseReading(text: string | undefined): SavedModel["reading"] {
  try {
    const { header, delimiter } = JSON.parse(text ?? "{}") as Record<string, unknown>;
    return {
      ...(typeof header === "boolean" && { header }),
      ...(typeof delimiter === "string" && delimiter.length === 1 && { delimiter }),
    };
  } catch {
    return {};
  }
}
