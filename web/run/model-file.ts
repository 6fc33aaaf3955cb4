/** Model files in the two formats that the page writes and opens. */

import { IMAGES_ENTRY } from "../../src/app/image-set.js";
import { loadOnnx, readOnnxMetadata, serializeOnnx } from "../../src/formats/onnx/onnx.js";
import { parseSafetensors } from "../../src/formats/safetensors.js";
import {
  type Engine,
  FormatError,
  loadModel,
  type Network,
  type NetworkOptions,
  serializeModel,
} from "../../src/index.js";

/** `safetensors`: to train on, and for the command line; `onnx`: for other programs. */
export type ModelFormat = "safetensors" | "onnx";

/** A file to download, or one that was opened. */
export interface SavedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Whether a file's name says that it is an ONNX file. */
export function isOnnx(name: string): boolean {
  return /\.onnx$/i.test(name);
}

/**
 * The network in a file.
 *
 * @throws FormatError as `loadModel` and `loadOnnx`, and for a model of other images than MNIST's, whose outputs are other classes
 */
export function readModel(engine: Engine, { name, bytes }: SavedFile, options: NetworkOptions): Network {
  const onnx = isOnnx(name);
  const network = (onnx ? loadOnnx : loadModel)(engine, bytes, name, options);
  const metadata = onnx ? readOnnxMetadata(bytes, name) : parseSafetensors(bytes, name).metadata;
  if (metadata[IMAGES_ENTRY] === undefined) return network;
  network.dispose();
  throw new FormatError(
    `${name}: expected a model of MNIST's digits, got one of other images: predict by the command line`,
  );
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
