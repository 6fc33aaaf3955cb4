/** A model out of the bytes of a safetensors or ONNX file, by its name, with what it was trained for. Free of Node. */

import type { CsvOptions } from "../data/csv.js";
import { Preprocessor } from "../data/preprocessing.js";
import type { Engine } from "../engine.js";
import { FormatError } from "../errors.js";
import { loadModel } from "../formats/model.js";
import { loadOnnx, readOnnxMetadata } from "../formats/onnx.js";
import { parseSafetensors } from "../formats/safetensors.js";
import { Dense } from "../layers/dense.js";
import { MeanSquaredError } from "../losses/regression.js";
import type { Network } from "../network.js";

/** A network for tables has a preprocessor, one for MNIST's images has none. */
export interface ParsedModel {
  readonly network: Network;
  readonly preprocessor?: Preprocessor;
  /** How its table was read. */
  readonly reading: Pick<CsvOptions, "header" | "delimiter">;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @param name of the file, for messages; @throws FormatError when it is no model, or its parts do not fit each other */
export function parseModel(engine: Engine, bytes: Uint8Array, name: string): ParsedModel {
  const isOnnx = /\.onnx$/i.test(name);
  const metadata = isOnnx ? readOnnxMetadata(bytes, name) : parseSafetensors(bytes, name).metadata;
  const load = isOnnx ? loadOnnx : loadModel;
  if (metadata.preprocessing === undefined) return { network: load(engine, bytes, name), reading: {}, metadata };
  const preprocessor = Preprocessor.parse(metadata.preprocessing, name);
  const { classes } = preprocessor.config;
  const network = load(engine, bytes, name, classes ? {} : { loss: new MeanSquaredError() });
  checkShape(network, preprocessor.inputs, classes?.length ?? 1, name);
  return { network, preprocessor, reading: parseReading(metadata.reading), metadata };
}

/** @throws FormatError for a network of other inputs or outputs */
export function checkShape(network: Network, inputs: number, outputs: number, name: string): void {
  const [first] = network.layers;
  const own = first instanceof Dense ? first.inputs : undefined;
  if (own === inputs && network.outputs === outputs) return;
  const got = `${own ?? "an unknown number of"} inputs and ${network.outputs} outputs`;
  throw new FormatError(`${name}: expected a network with ${inputs} inputs and ${outputs} outputs, got ${got}`);
}

function parseReading(text: string | undefined): ParsedModel["reading"] {
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
