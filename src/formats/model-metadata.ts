/** A model file's metadata about its layers: `format` and `layers`, the same in safetensors and ONNX. */

import { checkDepth } from "../checks/check-json.js";
import { describe, wrongType } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import type { Layer, LayerConfig } from "../network/layers/layer.js";
import { Network } from "../network/network.js";
import { layerType, layerTypeNames, typeOfConfig } from "./layer-configs.js";

/** The entry `format` of our files. */
export const OWN_FORMAT = "simdgrad";
/** The entries that the file itself uses. */
export const OWN_ENTRIES = ["format", "layers"] as const;
/** The most layers. A file with more counts as hostile, not large. */
export const MOST_LAYERS = 1000;

/** The entries for a network. @throws TypeError for a custom layer */
export function modelMetadata(network: Network): { readonly format: string; readonly layers: string } {
  return { format: OWN_FORMAT, layers: JSON.stringify(network.layers.map(describeLayer)) };
}

/** @throws TypeError for anything but a network; RangeError for NaN or infinities, which no reader accepts */
export function checkSavable(what: string, network: Network): void {
  checkNetwork(what, network);
  const array = network.findNonFinite();
  if (array === undefined) return;
  throw new RangeError(`${what}: ${array}: expected finite numbers, got NaN or infinities: the training has diverged`);
}

/** @throws TypeError for anything but a network */
export function checkNetwork(what: string, network: unknown): void {
  if (!(network instanceof Network)) throw wrongType(what, "a Network", network);
}

/** Reads the layers in a file's metadata and checks each and their order. @throws FormatError if there are none */
export function parseModelMetadata(metadata: Readonly<Record<string, string>>, name: string): LayerConfig[] {
  if (metadata.format !== OWN_FORMAT) {
    throw new FormatError(
      `${name}: expected metadata with format "${OWN_FORMAT}", got ${JSON.stringify(metadata.format)}`,
    );
  }
  return parseLayers(metadata.layers, name);
}

/** A built-in layer's type and options. @throws TypeError for another */
export function describeLayer(layer: Layer): LayerConfig {
  const config = layer.config();
  // A subclass may compute something else, so it must not be saved as the class that it extends.
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
    checkDepth(text ?? "");
    value = JSON.parse(text ?? "");
  } catch {
    throw complain(text === undefined ? "nothing" : "something that is not JSON, or more than 64 levels of it");
  }
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_LAYERS) {
    throw complain(Array.isArray(value) ? `${value.length} layers` : describe(value));
  }
  checkLayers(value, complain);
  return value;
}

/**
 * Checks that descriptions create layers, and that each layer's output fits the next.
 *
 * @param complain creates the error from the problem
 */
export function checkLayers(layers: readonly unknown[], complain: (problem: string) => FormatError): void {
  let columns: number | undefined;
  for (const [index, layer] of layers.entries()) {
    const width = typeOfConfig(layer)?.columns(layer as LayerConfig);
    if (!width) throw complain(`layer ${index}: ${textOfLayer(layer)}`);
    if (columns !== undefined && width.inputs !== undefined && columns !== width.inputs) {
      throw complain(`layer ${index} with ${width.inputs} inputs after ${columns} outputs`);
    }
    columns = width.outputs ?? columns;
  }
}

/** Checks that options are not nested: a layer's never are, and deep nesting would overflow the stack. */
function textOfLayer(layer: unknown): string {
  if (typeof layer !== "object" || layer === null || Array.isArray(layer)) return describe(layer);
  const options = Object.entries(layer).slice(0, 10);
  const values = options.map(([name, value]) => [
    name,
    typeof value === "object" && value !== null ? describe(value) : value,
  ]);
  return JSON.stringify(Object.fromEntries(values)).slice(0, 100);
}
