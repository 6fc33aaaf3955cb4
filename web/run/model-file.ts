/** Model files in the two formats that the page writes and opens. */

import { type Network, serializeModel, serializeOnnx } from "../../src/index.js";
import type { SavedFile } from "../protocol.js";

/** `safetensors`: to train on, and for the command line; `onnx`: for other programs. */
export type ModelFormat = "safetensors" | "onnx";

/** Whether a file's name says that it is an ONNX file. */
export function isOnnx(name: string): boolean {
  return /\.onnx$/i.test(name);
}

/** The network with the same metadata in either format. @throws TypeError for a layer that is not built in */
export function writeModel(
  network: Network,
  format: ModelFormat,
  metadata: Readonly<Record<string, string>>,
): SavedFile {
  const bytes = format === "onnx" ? writeOnnx(network, metadata) : serializeModel(network, metadata);
  return { name: `model.${format}`, bytes };
}

/** Probabilities are an output of their own where the loss is one of classes. */
function writeOnnx(network: Network, metadata: Readonly<Record<string, string>>): Uint8Array {
  const { activation } = network.loss;
  return serializeOnnx(network, { metadata, ...(activation !== "identity" && { probabilities: activation }) });
}
