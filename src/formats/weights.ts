/** The weights of a network as a safetensors file, with our names or as a PyTorch state dict. */

import { checkChoice, checkOptions, checkText, type OptionNames, wrongType } from "../checks/check-options.js";
import { FormatError } from "../checks/errors.js";
import type { Layer } from "../network/layers/layer.js";
import type { Network } from "../network/network.js";
import type { StateDict } from "../network/state-dict.js";
import { floatDtypes, toFloat32, transposed } from "./float-conversion.js";
import { checkValues } from "./layer-configs.js";
import { checkNetwork, checkSavable } from "./model-metadata.js";
import { parseSafetensors, serializeSafetensors } from "./safetensors.js";
import { float32Tensor, type Tensor } from "./tensor.js";

/**
 * `in-out`: `layers.<index>.weights` [inputs, outputs], as in `stateDict`. `pytorch`: `<index>.weight` [outputs, inputs], as in
 * the state dict of a `torch.nn.Sequential` with the same layers.
 */
export type WeightLayout = "in-out" | "pytorch";

/** Options of weight files. */
export interface WeightsOptions {
  /** Default `in-out`. */
  readonly layout?: WeightLayout;
  /** Names for the layers instead of their indices (`layers.<index>` in `in-out`): `["fc1", "act", "fc2"]`. */
  readonly names?: readonly string[];
}

const OPTIONS: OptionNames<WeightsOptions> = { layout: true, names: true };

/** An array of the network in a file. */
interface Place {
  readonly key: string;
  /** Its name in the file. */
  readonly shape: readonly number[];
  readonly transposes: boolean;
  /** Its name in the network's state dict, and without the layer. */
  readonly state: string;
  readonly own: string;
}

/** PyTorch's names for our arrays. */
const TORCH_NAMES: Readonly<Record<string, string>> = {
  weights: "weight",
  biases: "bias",
  gamma: "weight",
  beta: "bias",
  runningMean: "running_mean",
  runningVariance: "running_var",
};
/** PyTorch's count of a BatchNorm's training passes, which only matters if its momentum is None. */
const BATCH_COUNT = "num_batches_tracked";

/**
 * Serializes all learnable arrays and buffers as a safetensors file in float32. With `layout: "pytorch"`,
 * `torch.nn.Sequential(…).load_state_dict(safetensors.torch.load_file(path))` loads it into the same list of layers.
 *
 * @throws RangeError unless `names` has a name for each layer and gives no two arrays the same name; TypeError for arrays
 * without a name in PyTorch; RangeError for NaN or infinities
 */
export function serializeWeights(network: Network, options: WeightsOptions = {}): Uint8Array {
  const torch = isTorch(options);
  checkSavable("weights", network);
  const state = network.stateDict();
  const tensors = placesOf(network, options).map(({ key, shape, transposes, state: name }): [string, Tensor] => {
    const { data } = state[name] as StateDict[string];
    const [rows, columns] = shape as [number, number];
    return [key, float32Tensor(transposes ? transposed(data, columns, rows) : data, shape)];
  });
  if (torch) {
    for (const key of batchCounts(network, options)) {
      tensors.push([key, { dtype: "I64", shape: [], data: new Uint8Array(8) }]);
    }
  }
  return serializeSafetensors(tensors, torch ? { format: "pt" } : {});
}

/**
 * Loads the weights of a network from such a file. Converts F64, F16 and BF16 to float32.
 *
 * @param name of the file, for messages
 * @throws FormatError unless the file has exactly the network's arrays, in their shapes, with finite numbers; then no weight
 * changes
 */
export function loadWeights(network: Network, bytes: Uint8Array, options: WeightsOptions = {}, name = "weights"): void {
  const { tensors } = parseSafetensors(bytes, name);
  checkNetwork("weights", network);
  const places = placesOf(network, options);
  const counts = isTorch(options) ? batchCounts(network, options) : [];
  const known = new Set([...places.map(({ key }) => key), ...counts]);
  const unknown = [...tensors.keys()].find((key) => !known.has(key));
  if (unknown !== undefined) {
    throw new FormatError(
      `${name}: tensor ${unknown.slice(0, 80)} belongs to none of the ${network.layers.length} layers`,
    );
  }
  for (const { key, shape } of places) {
    const tensor = tensors.get(key);
    const fits =
      tensor && String(tensor.shape) === String(shape) && floatDtypes.some((dtype) => dtype === tensor.dtype);
    if (fits) continue;
    const got = tensor ? `${tensor.dtype} [${tensor.shape.slice(0, 8)}]` : "none";
    throw new FormatError(`${name}: tensor ${key}: expected ${floatDtypes.join(", ")} of shape [${shape}], got ${got}`);
  }
  const state: StateDict = {};
  for (const { key, shape, transposes, state: own, own: array } of places) {
    const values = toFloat32(tensors.get(key) as Tensor);
    checkValues(array, values, `${name}: tensor ${key}`);
    const [rows, columns] = shape as [number, number];
    state[own] = transposes
      ? { shape: [columns, rows], data: transposed(values, rows, columns) }
      : { shape, data: values };
  }
  network.loadStateDict(state);
}

function placesOf({ layers }: Network, options: WeightsOptions): Place[] {
  const torch = isTorch(options);
  const names = layerNames(layers, options);
  const places = layers.flatMap((layer, index) =>
    [...layer.parameters(), ...layer.buffers()].map(({ name, shape }): Place => {
      const transposes = torch && name === "weights" && shape.length === 2;
      const own = torch ? TORCH_NAMES[name] : name;
      if (own === undefined) {
        throw new TypeError(`weights: ${layer.constructor.name}: expected an array that PyTorch has, got ${name}`);
      }
      const key = `${names[index]}.${own}`;
      return {
        key,
        shape: transposes ? [...shape].reverse() : shape,
        transposes,
        state: `layers.${index}.${name}`,
        own: name,
      };
    }),
  );
  const twice = places.find(({ key }, index) => places.findIndex((place) => place.key === key) !== index);
  if (twice) throw new RangeError(`weights: names: expected a different one for each layer, got ${twice.key} twice`);
  return places;
}

/** Keys of PyTorch's counts, one per layer with running statistics. */
function batchCounts({ layers }: Network, options: WeightsOptions): string[] {
  const names = layerNames(layers, options);
  const counts = layers.map((layer, index) => (layer.buffers().length > 0 ? [`${names[index]}.${BATCH_COUNT}`] : []));
  return counts.flat();
}

function layerNames(layers: readonly Layer[], options: WeightsOptions): readonly string[] {
  const { names = layers.map((_, index) => (isTorch(options) ? String(index) : `layers.${index}`)) } = options;
  if (!Array.isArray(names)) throw wrongType("weights: names", "a list of names", names);
  for (const [index, name] of names.entries()) checkText(`weights: names[${index}]`, name);
  if (names.length === layers.length) return names;
  throw new RangeError(`weights: names: expected one for each of ${layers.length} layers, got ${names.length}`);
}

function isTorch(options: WeightsOptions): boolean {
  checkOptions("weights", options, OPTIONS);
  const { layout = "in-out" } = options;
  checkChoice("weights: layout", layout, ["in-out", "pytorch"]);
  return layout === "pytorch";
}
