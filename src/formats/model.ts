/**
 * A network as a safetensors file: tensors `layers.<index>.weights` [inputs, outputs] and `layers.<index>.biases`
 * [outputs], F32, and the list of layers as JSON in the metadata. Files are taken as hostile: everything is checked
 * before a network is made of them.
 */
import type { Engine } from "../engine.js";
import { FormatError } from "../errors.js";
import { Dense } from "../layers/dense.js";
import type { Layer } from "../layers/layer.js";
import { ReLU } from "../layers/relu.js";
import { Network } from "../network.js";
import { duplicateKey } from "./json-keys.js";
import { parseSafetensors, serializeSafetensors } from "./safetensors.js";
import { float32Tensor, float32Values, type Tensor } from "./tensor.js";

/** Y = X·W + b, as the file describes it. */
export interface DenseDescription {
  readonly type: "dense";
  readonly inputs: number;
  readonly outputs: number;
  /** The step length it was trained with; the layer's default when absent. */
  readonly learningRate?: number;
}

/** max(0, x); its width, where a layer before it tells. */
export interface ReLUDescription {
  readonly type: "relu";
  readonly inputs?: number;
  readonly outputs?: number;
}

/** One layer of a file. */
export type LayerDescription = DenseDescription | ReLUDescription;

/** The contents of a model file, checked. */
export interface Model {
  /** In the order they are applied; neighbours fit. */
  readonly layers: readonly LayerDescription[];
  /** The values of `layers.<index>.weights` and `layers.<index>.biases`, by these names; all finite. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** What else the file says about itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

const formatName = "simdgrad-model";
const formatVersion = "1";
const reservedKeys = ["format", "version", "layers"];
/** More than any network that trains; bounds what the metadata alone, without tensors to match, can ask for. */
const maximumLayers = 1000;

/**
 * Lays out a network's layers and parameters as a file. The same network gives the same bytes.
 *
 * @param metadata what else to say about the model: read back as `Model.metadata`
 * @throws TypeError for a layer that is neither Dense nor ReLU, with its index and name
 * @throws RangeError for a metadata key that the format itself uses, or more than 1000 layers
 */
export function serializeModel(network: Network, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const reserved = reservedKeys.find((key) => Object.hasOwn(metadata, key));
  if (reserved) throw new RangeError(`metadata: expected keys other than ${reservedKeys.join(", ")}, got ${reserved}`);
  if (network.layers.length > maximumLayers) {
    throw new RangeError(`model: expected at most ${maximumLayers} layers, got ${network.layers.length}`);
  }
  const layers = JSON.stringify(describeLayers(network.layers));
  return serializeSafetensors(tensorsOf(network.layers), {
    format: formatName,
    version: formatVersion,
    layers,
    ...metadata,
  });
}

/**
 * Reads a model file without making a network of it.
 *
 * @param name what to call the file in messages
 * @throws FormatError when it is not such a file, the layers do not fit each other or their tensors, or a value is NaN or ±∞
 */
export function parseModel(bytes: Uint8Array, name = "model"): Model {
  const { tensors, metadata } = parseSafetensors(bytes, name);
  const { format, version, layers: text, ...others } = metadata;
  if (format !== formatName) {
    throw new FormatError(`${name}: expected metadata format "${formatName}", got ${quote(format)}`);
  }
  if (version !== formatVersion) {
    throw new FormatError(`${name}: expected version "${formatVersion}" of the format, got ${quote(version)}`);
  }
  const layers = readLayers(text, name);
  return { layers, parameters: readParameters(layers, tensors, name), metadata: others };
}

/**
 * Makes the network of a model file in an engine.
 *
 * @param name what to call the file in messages
 * @throws FormatError as `parseModel`; RangeError when the engine's memory cannot hold it
 */
export function loadNetwork(engine: Engine, bytes: Uint8Array, name = "model"): Network {
  const { layers, parameters } = parseModel(bytes, name);
  const network = new Network(engine, layers.map(createLayer));
  for (const [index, layer] of network.layers.entries()) {
    for (const parameter of layer.parameters()) {
      parameter.set(parameters.get(tensorName(index, parameter.name)) as Float32Array);
    }
  }
  return network;
}

function tensorName(index: number, parameter: string): string {
  return `layers.${index}.${parameter}`;
}

function createLayer(description: LayerDescription): Layer {
  if (description.type === "relu") return new ReLU();
  const { inputs, outputs, learningRate } = description;
  // The file's weights follow; drawing others first would also move the engine's generator.
  return new Dense(inputs, outputs, { init: () => 0, ...(learningRate !== undefined && { learningRate }) });
}

/** Subclasses are refused: the file could not say what they do differently. */
function describeLayers(layers: readonly Layer[]): LayerDescription[] {
  let columns: number | undefined;
  return layers.map((layer, index) => {
    if (layer instanceof Dense && layer.constructor === Dense) {
      columns = layer.outputs;
      return { type: "dense", inputs: layer.inputs, outputs: layer.outputs, learningRate: layer.learningRate };
    }
    if (layer.constructor === ReLU) {
      return { type: "relu", ...(columns !== undefined && { inputs: columns, outputs: columns }) };
    }
    throw new TypeError(`model: layer ${index}: expected Dense or ReLU, got ${layer.constructor.name}`);
  });
}

function tensorsOf(layers: readonly Layer[]): (readonly [string, Tensor])[] {
  return layers.flatMap((layer, index) =>
    layer
      .parameters()
      .map(({ name, shape, toArray }) => [tensorName(index, name), float32Tensor(toArray(), shape)] as const),
  );
}

/** The list of layers, each known and fitting the one before. */
function readLayers(text: string | undefined, name: string): LayerDescription[] {
  const layers = parseJson(text, name);
  if (!Array.isArray(layers) || layers.length < 1 || layers.length > maximumLayers) {
    const got = Array.isArray(layers) ? layers.length : quote(layers);
    throw new FormatError(`${name}: layers: expected a list of 1 to ${maximumLayers}, got ${got}`);
  }
  let columns: number | undefined;
  return layers.map((value: unknown, index) => {
    const layer = readLayer(value, `${name}: layer ${index}`);
    if (columns !== undefined && layer.inputs !== undefined && layer.inputs !== columns) {
      throw new FormatError(
        `${name}: layer ${index}: expected ${columns} inputs, the outputs of the layer before, got ${layer.inputs}`,
      );
    }
    columns = layer.outputs ?? columns;
    return layer;
  });
}

function parseJson(text: string | undefined, name: string): unknown {
  if (text === undefined) throw new FormatError(`${name}: expected metadata "layers", got none`);
  try {
    const value: unknown = JSON.parse(text);
    const twice = duplicateKey(text);
    if (twice !== undefined) throw new RangeError(`the key ${quote(twice)} twice`);
    return value;
  } catch (error) {
    throw new FormatError(`${name}: layers: expected JSON, got: ${(error as Error).message}`, { cause: error });
  }
}

/** @param what the file and the layer's index, for messages */
function readLayer(value: unknown, what: string): LayerDescription {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormatError(`${what}: expected an object, got ${quote(value)}`);
  }
  const { type, inputs, outputs, learningRate, ...others } = value as Record<string, unknown>;
  const stray = Object.keys(others)[0];
  if (stray !== undefined) {
    throw new FormatError(`${what}: expected type, inputs, outputs and learningRate, got ${quote(stray)}`);
  }
  if (type === "dense") {
    return {
      type,
      inputs: readUnits(inputs, `${what}: inputs`),
      outputs: readUnits(outputs, `${what}: outputs`),
      ...(learningRate !== undefined && { learningRate: readLearningRate(learningRate, what) }),
    };
  }
  if (type !== "relu") throw new FormatError(`${what}: expected type "dense" or "relu", got ${quote(type)}`);
  if (learningRate !== undefined) {
    throw new FormatError(`${what}: expected no learningRate of a relu, got ${quote(learningRate)}`);
  }
  if (inputs !== outputs) {
    throw new FormatError(`${what}: expected as many outputs as inputs, got ${quote(inputs)} and ${quote(outputs)}`);
  }
  if (inputs === undefined) return { type };
  const units = readUnits(inputs, `${what}: inputs`);
  return { type, inputs: units, outputs: units };
}

function readUnits(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new FormatError(`${what}: expected an integer of at least 1, got ${quote(value)}`);
}

function readLearningRate(value: unknown, what: string): number {
  if (Number.isFinite(value) && (value as number) >= 0) return value as number;
  throw new FormatError(`${what}: learningRate: expected a finite number of at least 0, got ${quote(value)}`);
}

/** The values of exactly the tensors that the layers ask for. */
function readParameters(
  layers: readonly LayerDescription[],
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  for (const [index, layer] of layers.entries()) {
    if (layer.type !== "dense") continue;
    const shapes = { weights: [layer.inputs, layer.outputs], biases: [layer.outputs] };
    for (const [parameter, shape] of Object.entries(shapes)) {
      const key = tensorName(index, parameter);
      parameters.set(key, readValues(tensors.get(key), shape, `${name}: tensor "${key}"`));
    }
  }
  const stray = [...tensors.keys()].find((key) => !parameters.has(key));
  if (stray !== undefined) throw new FormatError(`${name}: expected no tensors but the layers', got ${quote(stray)}`);
  return parameters;
}

/** @param what the file and the tensor's name, for messages */
function readValues(tensor: Tensor | undefined, shape: readonly number[], what: string): Float32Array {
  const expected = `F32 of shape [${shape}]`;
  if (!tensor) throw new FormatError(`${what}: expected ${expected}, got none`);
  if (tensor.dtype !== "F32" || tensor.shape.join() !== shape.join()) {
    throw new FormatError(`${what}: expected ${expected}, got ${tensor.dtype} of shape [${tensor.shape.slice(0, 8)}]`);
  }
  const values = float32Values(tensor);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new FormatError(`${what}: expected finite numbers, got ${values[bad]} at ${bad}`);
  return values;
}

/** A value for a message, short and shallow: a hostile one may be long or nested deep. */
function quote(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (typeof value !== "object" || value === null) return String(value ?? "none");
  return Array.isArray(value) ? `an array of ${value.length}` : "an object";
}
