/** A network as a safetensors file: `layers.<index>.<parameter>` in float32, the list of layers in the metadata. */

import type { Engine } from "../engine.js";
import { FormatError } from "../errors.js";
import type { Layer, LayerConfig } from "../layers/layer.js";
import { Network, type NetworkOptions } from "../network.js";
import { type LayerType, layerType, layerTypeNames, typeOfConfig } from "./layer-types.js";
import { parseSafetensors, serializeSafetensors } from "./safetensors.js";
import { float32Tensor, float32Values, type Tensor } from "./tensor.js";

const FORMAT = "simdgrad";
/** Layers beyond which a file is taken for hostile rather than large. */
const MOST_LAYERS = 1000;

/**
 * The bytes of a safetensors file: a dense layer's weights as [inputs, outputs], float32, little-endian.
 *
 * @param metadata further entries beside `format` and `layers`
 * @throws TypeError for a layer that is not built in
 */
export function serializeModel(network: Network, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const tensors = Object.entries(network.stateDict()).map(
    ([name, { shape, data }]) => [name, float32Tensor(data, shape)] as [string, Tensor],
  );
  const layers = JSON.stringify(network.layers.map(describeLayer));
  return serializeSafetensors(tensors, { ...metadata, format: FORMAT, layers });
}

/**
 * The network in the bytes of a file that `serializeModel` made.
 *
 * @param name of the file, for messages
 * @param options of the network: a file has neither loss nor optimizer
 * @throws FormatError when it is not such a file; nothing stays allocated then
 */
export function loadModel(engine: Engine, bytes: Uint8Array, name = "model", options: NetworkOptions = {}): Network {
  const { tensors, metadata } = parseSafetensors(bytes, name);
  if (metadata.format !== FORMAT) {
    throw new FormatError(`${name}: expected metadata with format "${FORMAT}", got ${JSON.stringify(metadata.format)}`);
  }
  const descriptions = parseLayers(metadata.layers, name);
  checkTensors(descriptions, tensors, name);
  const layers = descriptions.map((config) => (layerType(config.type) as LayerType).make(config));
  const network = new Network(engine, layers, options);
  const states = [...tensors].map(([key, tensor]) => [key, { shape: tensor.shape, data: float32Values(tensor) }]);
  network.loadStateDict(Object.fromEntries(states));
  return network;
}

function describeLayer(layer: Layer): LayerConfig {
  const config = layer.config();
  // A subclass may compute something else: it must not come back as what it extends.
  if (config && layerType(config.type)?.make(config).constructor === layer.constructor) return config;
  throw new TypeError(`model: expected built-in layers, got ${layer.constructor.name}`);
}

function parseLayers(text: string | undefined, name: string): LayerConfig[] {
  const complain = (got: string) =>
    new FormatError(
      `${name}: metadata "layers": expected a JSON list of layers (${layerTypeNames.join(", ")}), got ${got}`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    throw complain(text === undefined ? "nothing" : "something that is not JSON");
  }
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_LAYERS) {
    throw complain(Array.isArray(value) ? `${value.length} layers` : typeof value);
  }
  let columns: number | undefined;
  for (const [index, layer] of value.entries()) {
    const width = typeOfConfig(layer)?.columns(layer);
    if (!width) throw complain(`layer ${index}: ${JSON.stringify(layer)?.slice(0, 100)}`);
    if (columns !== undefined && width.inputs !== undefined && columns !== width.inputs) {
      throw complain(`layer ${index} with ${width.inputs} inputs after ${columns} outputs`);
    }
    columns = width.outputs ?? columns;
  }
  return value;
}

/** Every parameter is there in its shape, and nothing else: checked before anything is allocated. */
function checkTensors(layers: readonly LayerConfig[], tensors: ReadonlyMap<string, Tensor>, name: string): void {
  const expected = new Map<string, { readonly shape: readonly number[]; readonly least: number }>();
  for (const [index, config] of layers.entries()) {
    const type = layerType(config.type) as LayerType;
    for (const [tensor, shape] of Object.entries(type.tensors(config))) {
      expected.set(`layers.${index}.${tensor}`, {
        shape,
        least: type.nonNegative?.includes(tensor) ? 0 : Number.NEGATIVE_INFINITY,
      });
    }
  }
  for (const [key, { shape, least }] of expected) {
    const tensor = tensors.get(key);
    const got = tensor ? `${tensor.dtype} [${tensor.shape}]` : "none";
    if (got !== `F32 [${shape}]`) throw new FormatError(`${name}: tensor ${key}: expected F32 [${shape}], got ${got}`);
    const values = float32Values(tensor as Tensor);
    if (values.some((value) => !Number.isFinite(value))) {
      throw new FormatError(`${name}: tensor ${key}: expected finite numbers, got NaN or infinities`);
    }
    const low = values.find((value) => value < least);
    if (low !== undefined)
      throw new FormatError(`${name}: tensor ${key}: expected numbers from ${least} up, got ${low}`);
  }
  for (const key of tensors.keys()) {
    if (!expected.has(key))
      throw new FormatError(`${name}: tensor ${key} belongs to none of the ${layers.length} layers`);
  }
}
