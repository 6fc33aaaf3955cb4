/** A network as a safetensors file: `layers.<index>.<parameter>` in float32, the list of layers in the metadata. */

import type { Engine } from "../engine.js";
import { FormatError } from "../errors.js";
import { Dense } from "../layers/dense.js";
import type { Layer } from "../layers/layer.js";
import { ReLU } from "../layers/relu.js";
import { Network } from "../network.js";
import { parseSafetensors, serializeSafetensors } from "./safetensors.js";
import { float32Tensor, float32Values, type Tensor } from "./tensor.js";

const FORMAT = "simdgrad";
/** Layers and units beyond which a file is taken for hostile rather than large. */
const MOST_LAYERS = 1000;
const MOST_UNITS = 2 ** 24;

/** A layer as the metadata has it. */
interface LayerDescription {
  readonly type: string;
  readonly inputs?: number;
  readonly outputs?: number;
  readonly learningRate?: number;
}

/**
 * The bytes of a safetensors file: weights as [inputs, outputs], biases as [outputs], float32, little-endian.
 *
 * @param metadata further entries beside `format` and `layers`
 * @throws TypeError for a layer that is not built in
 */
export function serializeModel(network: Network, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const tensors = network.layers.flatMap((layer, index) =>
    layer
      .parameters()
      .map(
        ({ name, shape, toArray }) => [`layers.${index}.${name}`, float32Tensor(toArray(), shape)] as [string, Tensor],
      ),
  );
  const layers = JSON.stringify(network.layers.map(describeLayer));
  return serializeSafetensors(tensors, { ...metadata, format: FORMAT, layers });
}

/**
 * The network in the bytes of a file that `serializeModel` made.
 *
 * @param name of the file, for messages
 * @throws FormatError when it is not such a file; nothing stays allocated then
 */
export function loadModel(engine: Engine, bytes: Uint8Array, name = "model"): Network {
  const { tensors, metadata } = parseSafetensors(bytes, name);
  if (metadata.format !== FORMAT) {
    throw new FormatError(`${name}: expected metadata with format "${FORMAT}", got ${JSON.stringify(metadata.format)}`);
  }
  const descriptions = parseLayers(metadata.layers, name);
  checkTensors(descriptions, tensors, name);
  const layers = descriptions.map((description) => makeLayer(description));
  const network = new Network(engine, layers);
  for (const [index, layer] of layers.entries()) {
    for (const parameter of layer.parameters()) {
      parameter.set(float32Values(tensors.get(`layers.${index}.${parameter.name}`) as Tensor));
    }
  }
  return network;
}

function describeLayer(layer: Layer): LayerDescription {
  // A subclass may compute something else: it must not come back as what it extends.
  if (layer.constructor === Dense) {
    const { inputs, outputs, learningRate } = layer as Dense;
    return { type: "dense", inputs, outputs, learningRate };
  }
  if (layer.constructor === ReLU) return { type: "relu" };
  throw new TypeError(`model: expected built-in layers, got ${layer.constructor.name}`);
}

function makeLayer({ type, inputs, outputs, learningRate }: LayerDescription): Layer {
  if (type === "relu") return new ReLU();
  const zero = () => 0;
  return new Dense(inputs as number, outputs as number, { learningRate: learningRate ?? 0.1, init: zero });
}

function parseLayers(text: string | undefined, name: string): LayerDescription[] {
  const complain = (got: string) =>
    new FormatError(`${name}: metadata "layers": expected a JSON list of dense and relu layers, got ${got}`);
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
    if (!isLayer(layer)) throw complain(`layer ${index}: ${JSON.stringify(layer)?.slice(0, 100)}`);
    if (layer.type !== "dense") continue;
    if (columns !== undefined && columns !== layer.inputs) {
      throw complain(`layer ${index} with ${layer.inputs} inputs after ${columns} outputs`);
    }
    columns = layer.outputs;
  }
  return value;
}

function isLayer(value: unknown): value is LayerDescription {
  if (typeof value !== "object" || value === null) return false;
  const { type, inputs, outputs, learningRate } = value as Record<string, unknown>;
  if (type === "relu") return true;
  const rateFits = learningRate === undefined || (Number.isFinite(learningRate) && (learningRate as number) >= 0);
  return type === "dense" && isUnits(inputs) && isUnits(outputs) && rateFits;
}

function isUnits(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_UNITS;
}

/** Every parameter is there in its shape, and nothing else: checked before anything is allocated. */
function checkTensors(layers: readonly LayerDescription[], tensors: ReadonlyMap<string, Tensor>, name: string): void {
  const expected = new Map<string, readonly number[]>();
  for (const [index, { type, inputs, outputs }] of layers.entries()) {
    if (type !== "dense") continue;
    expected.set(`layers.${index}.weights`, [inputs as number, outputs as number]);
    expected.set(`layers.${index}.biases`, [outputs as number]);
  }
  for (const [key, shape] of expected) {
    const tensor = tensors.get(key);
    const got = tensor ? `${tensor.dtype} [${tensor.shape}]` : "none";
    if (got !== `F32 [${shape}]`) throw new FormatError(`${name}: tensor ${key}: expected F32 [${shape}], got ${got}`);
    if (float32Values(tensor as Tensor).some((value) => !Number.isFinite(value))) {
      throw new FormatError(`${name}: tensor ${key}: expected finite numbers, got NaN or infinities`);
    }
  }
  for (const key of tensors.keys()) {
    if (!expected.has(key))
      throw new FormatError(`${name}: tensor ${key} belongs to none of the ${layers.length} layers`);
  }
}
