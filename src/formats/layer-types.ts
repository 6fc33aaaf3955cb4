/** The built-in layers as a model file has them: what their options must be, which tensors they have, how they are made. */

import { FormatError } from "../checks/errors.js";
import { BatchNorm } from "../network/layers/batch-norm.js";
import { Dense } from "../network/layers/dense.js";
import { Dropout } from "../network/layers/dropout.js";
import { ELU } from "../network/layers/elu.js";
import { GELU } from "../network/layers/gelu.js";
import type { Layer, LayerConfig } from "../network/layers/layer.js";
import { LayerNorm } from "../network/layers/layer-norm.js";
import { LeakyReLU } from "../network/layers/leaky-relu.js";
import { ReLU } from "../network/layers/relu.js";
import { Sigmoid } from "../network/layers/sigmoid.js";
import { SiLU } from "../network/layers/silu.js";
import { Softplus } from "../network/layers/softplus.js";
import { Tanh } from "../network/layers/tanh.js";

const { isFinite: isFiniteNumber } = Number;

/** Units beyond which a file is taken for hostile rather than large. */
const MOST_UNITS = 2 ** 24;

/** How a type of layer is read from a file. */
export interface LayerType {
  /** The layer, not attached: nothing is allocated in linear memory. @throws RangeError for options that it refuses */
  make(config: LayerConfig): Layer;
  /** Columns that it takes and gives, of a layer that says so. */
  columns(config: LayerConfig): { readonly inputs?: number; readonly outputs?: number };
  /** Names and shapes of its tensors. */
  tensors(config: LayerConfig): Readonly<Record<string, readonly number[]>>;
}

/** A layer without columns or tensors of its own. */
function elementwise(make: LayerType["make"]): LayerType {
  return { make, columns: () => ({}), tensors: () => ({}) };
}

function normalization(make: LayerType["make"], running: readonly string[]): LayerType {
  return {
    make,
    columns: ({ features }) => ({ inputs: features as number, outputs: features as number }),
    tensors: ({ features }) =>
      Object.fromEntries(["gamma", "beta", ...running].map((name) => [name, [features as number]])),
  };
}

const LAYER_TYPES: Readonly<Record<string, LayerType>> = {
  dense: {
    make: ({ inputs, outputs, learningRate }) =>
      new Dense(inputs as number, outputs as number, {
        ...(learningRate !== undefined && { learningRate: learningRate as number }),
        init: "zeros",
      }),
    columns: ({ inputs, outputs }) => ({ inputs: inputs as number, outputs: outputs as number }),
    tensors: ({ inputs, outputs }) => ({ weights: [inputs as number, outputs as number], biases: [outputs as number] }),
  },
  relu: elementwise(() => new ReLU()),
  leakyRelu: elementwise(({ negativeSlope }) => new LeakyReLU({ negativeSlope: negativeSlope as number })),
  elu: elementwise(({ alpha }) => new ELU({ alpha: alpha as number })),
  gelu: elementwise(({ approximate }) => new GELU({ approximate: approximate as "none" })),
  silu: elementwise(() => new SiLU()),
  sigmoid: elementwise(() => new Sigmoid()),
  tanh: elementwise(() => new Tanh()),
  softplus: elementwise(() => new Softplus()),
  dropout: elementwise(({ rate }) => new Dropout(rate as number)),
  batchNorm: normalization(
    ({ features, epsilon, momentum }) =>
      new BatchNorm(features as number, { epsilon: epsilon as number, momentum: momentum as number }),
    ["runningMean", "runningVariance"],
  ),
  layerNorm: normalization(
    ({ features, epsilon }) => new LayerNorm(features as number, { epsilon: epsilon as number }),
    [],
  ),
};

/** Names of the built-in types. */
export const layerTypeNames = Object.keys(LAYER_TYPES);

/** The type of that name. */
export function layerType(name: string): LayerType | undefined {
  return Object.hasOwn(LAYER_TYPES, name) ? LAYER_TYPES[name] : undefined;
}

/** Columns of the first layer that says how many it takes, and of the last that says how many it gives. */
export function widthsOf(configs: readonly LayerConfig[]): { inputs: number | undefined; outputs: number | undefined } {
  const widths = configs.map((config) => (layerType(config.type) as LayerType).columns(config));
  return {
    inputs: widths.find((width) => width.inputs !== undefined)?.inputs,
    outputs: widths.reverse().find((width) => width.outputs !== undefined)?.outputs,
  };
}

/**
 * The type of a layer's description, if a layer can be made of it and says the same of itself: no option is guessed. Nothing
 * is allocated.
 */
export function typeOfConfig(config: unknown): LayerType | undefined {
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
 * Checks the values that a file has for an array: finite, and no variance below 0.
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
