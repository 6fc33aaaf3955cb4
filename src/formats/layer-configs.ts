/** Checks layers described in files: their options and the values of their arrays. */

import { FormatError } from "../checks/errors.js";
import { LAYERS } from "../network/catalogue.js";
import type { LayerConfig } from "../network/layers/layer.js";
import type { LayerRow } from "../network/layers/layer-row.js";

const { isFinite: isFiniteNumber } = Number;

/** The most units. A file with more counts as hostile, not large. */
const MOST_UNITS = 2 ** 24;

/** Names of the built-in types. */
export const layerTypeNames = Object.keys(LAYERS);

/** The type with that name. */
export function layerType(name: string): LayerRow | undefined {
  return Object.hasOwn(LAYERS, name) ? LAYERS[name] : undefined;
}

/** The input columns of the first layer that declares them, and the output columns of the last. */
export function widthsOf(configs: readonly LayerConfig[]): { inputs: number | undefined; outputs: number | undefined } {
  const widths = configs.map((config) => (layerType(config.type) as LayerRow).columns(config));
  return {
    inputs: widths.find((width) => width.inputs !== undefined)?.inputs,
    outputs: widths.reverse().find((width) => width.outputs !== undefined)?.outputs,
  };
}

/**
 * The type of a layer's description, if it creates a layer that describes itself in the same way: no option is guessed.
 * Allocates nothing.
 */
export function typeOfConfig(config: unknown): LayerRow | undefined {
  const given = config as LayerConfig | null;
  const type = typeof given === "object" && typeof given?.type === "string" ? layerType(given.type) : undefined;
  if (!type || !given) return undefined;
  try {
    const own = type.make(given).config() as LayerConfig;
    if (Object.keys(own).some((option) => own[option] !== given[option])) return undefined;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
  const { inputs = 1, outputs = 1 } = type.columns(given);
  return inputs <= MOST_UNITS && outputs <= MOST_UNITS ? type : undefined;
}

/**
 * Checks an array's values in a file: they must be finite, and variances at least 0.
 *
 * @param array its name in the layer
 * @param label the file and its tensor, for messages
 * @throws FormatError
 */
export function checkValues(array: string, values: Float32Array, label: string): void {
  if (values.some((value) => !isFiniteNumber(value))) {
    throw new FormatError(`${label}: expected finite numbers, got NaN or infinities`);
  }
  const negative = array === "runningVariance" ? values.find((value) => value < 0) : undefined;
  if (negative !== undefined) throw new FormatError(`${label}: expected numbers from 0 up, got ${negative}`);
}
