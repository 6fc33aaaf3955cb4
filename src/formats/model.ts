/** A network as a safetensors file: `layers.<index>.<parameter>` in float32, the list of layers in the metadata. */

import { FormatError } from "../checks/errors.js";
import type { Engine } from "../create-engine.js";
import type { LayerConfig } from "../network/layers/layer.js";
import type { LayerRow } from "../network/layers/layer-row.js";
import { Network, type NetworkOptions } from "../network/network.js";
import { checkValues, layerType } from "./layer-configs.js";
import { checkMetadata } from "./metadata.js";
import { checkSavable, modelMetadata, OWN_ENTRIES, parseModelMetadata } from "./model-metadata.js";
import { parseSafetensors, type Safetensors, serializeSafetensors } from "./safetensors.js";
import { float32Tensor, float32Values, type Tensor } from "./tensor.js";

/**
 * Serializes a network as a safetensors file: a dense layer's weights as [inputs, outputs], float32, little-endian.
 *
 * @param metadata entries in addition to `format` and `layers`
 * @throws TypeError for anything but a network and strings, and for a custom layer; RangeError for NaN or infinities in the
 * weights, and for an entry that the file uses itself
 */
export function serializeModel(network: Network, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  checkMetadata("model: metadata", metadata, OWN_ENTRIES);
  checkSavable("model", network);
  const tensors = Object.entries(network.stateDict()).map(
    ([name, { shape, data }]) => [name, float32Tensor(data, shape)] as [string, Tensor],
  );
  return serializeSafetensors(tensors, { ...metadata, ...modelMetadata(network) });
}

/**
 * Loads a network from the bytes of `serializeModel`.
 *
 * @param name of the file, for messages
 * @param options of the network: a file has no loss and no optimizer
 * @throws FormatError for any other file; then nothing stays allocated
 */
export function loadModel(engine: Engine, bytes: Uint8Array, name = "model", options: NetworkOptions = {}): Network {
  return networkOfTensors(engine, parseSafetensors(bytes, name), name, options);
}

/** `loadModel` for a parsed file. @throws FormatError; then nothing stays allocated */
export function networkOfTensors(
  engine: Engine,
  { tensors, metadata }: Safetensors,
  name: string,
  options: NetworkOptions,
): Network {
  const descriptions = parseModelMetadata(metadata, name);
  checkTensors(descriptions, tensors, name);
  const layers = descriptions.map((config) => (layerType(config.type) as LayerRow).make(config));
  const network = new Network(engine, layers, options);
  const states = [...tensors].map(([key, tensor]) => [key, { shape: tensor.shape, data: float32Values(tensor) }]);
  network.loadStateDict(Object.fromEntries(states));
  return network;
}

/** Checks, before anything is allocated, that the file has every parameter in its shape, and nothing else. */
function checkTensors(layers: readonly LayerConfig[], tensors: ReadonlyMap<string, Tensor>, name: string): void {
  const expected = new Set<string>();
  for (const [index, config] of layers.entries()) {
    for (const [array, shape] of Object.entries((layerType(config.type) as LayerRow).arrays(config))) {
      const key = `layers.${index}.${array}`;
      const tensor = tensors.get(key);
      const got = tensor ? `${tensor.dtype} [${tensor.shape}]` : "none";
      if (got !== `F32 [${shape}]`) {
        throw new FormatError(`${name}: tensor ${key}: expected F32 [${shape}], got ${got}`);
      }
      checkValues(array, float32Values(tensor as Tensor), `${name}: tensor ${key}`);
      expected.add(key);
    }
  }
  const unknown = [...tensors.keys()].find((key) => !expected.has(key));
  if (unknown !== undefined) {
    throw new FormatError(`${name}: tensor ${unknown} belongs to none of the ${layers.length} layers`);
  }
}
