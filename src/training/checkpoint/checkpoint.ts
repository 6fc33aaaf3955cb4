/** Checkpoints: everything that the rest of a training depends on, as a safetensors file. Files may be hostile. */

import { wrongType } from "../../checks/check-options.js";
import { FormatError } from "../../checks/errors.js";
import { duplicateKey } from "../../checks/json-keys.js";
import { checkMetadata } from "../../formats/metadata.js";
import { parseSafetensors, serializeSafetensors } from "../../formats/safetensors.js";
import { float32Tensor, type Tensor } from "../../formats/tensor.js";
import type { CheckpointContents, CheckpointSource } from "./checkpoint-contents.js";
import { packHistory, unpackHistory } from "./checkpoint-history.js";
import { readState } from "./checkpoint-state.js";

const FORMAT = "simdgrad-checkpoint";
const VERSION = "3";
/** Has an entry per callback; null for those without state. */
const OLD_VERSION = "2";
/** Entries of the metadata. */
export const ENTRIES = ["format", "version", "state"] as const;

/**
 * Serializes a training's state as a safetensors file for `loadCheckpoint`, whose result `fit` takes as `resume`. The arrays are
 * float32, except the history's, which are float64.
 *
 * @param metadata entries in addition to `format`, `version` and `state`, such as the run's settings. `loadCheckpoint` returns them
 * @throws TypeError for anything but a training, and for metadata that are not strings by name; RangeError for the names above;
 * Error if the training has not begun, has failed, or is calling its callbacks for a batch or an epoch
 */
export function saveCheckpoint(run: CheckpointSource, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const { checkpoint } = (run ?? {}) as Partial<CheckpointSource>;
  if (typeof checkpoint !== "function") {
    throw wrongType("saveCheckpoint", "a run, as fit returns and callbacks get", run);
  }
  checkMetadata("checkpoint: metadata", metadata, ENTRIES);
  const contents = run.checkpoint();
  const { network, optimizer, gradients, callbacks } = contents;
  const tensors: [string, Tensor][] = [];
  const add = (name: string, data: Float32Array, shape: readonly number[]) =>
    tensors.push([name, float32Tensor(data, shape)]);
  const history = packHistory(contents.history);
  for (const [i, array] of history.arrays.entries()) tensors.push([`history.${i}`, array]);
  for (const [name, { shape, data }] of Object.entries(network)) add(`network.${name}`, data, shape);
  for (const [slot, arrays] of Object.entries(optimizer.slots)) {
    for (const [i, data] of arrays.entries()) add(`optimizer.${slot}.${i}`, data, [data.length]);
  }
  for (const [i, data] of gradients) add(`gradient.${i}`, data, [data.length]);
  for (const [i, { arrays = {} }] of callbacks.entries()) {
    for (const [name, { shape, data }] of Object.entries(arrays)) add(`callback.${i}.${name}`, data, shape);
  }
  const state = {
    position: contents.position,
    random: contents.random,
    settings: contents.settings,
    parts: contents.parts,
    schedule: contents.schedule,
    optimizer: {
      learningRate: optimizer.learningRate,
      steps: optimizer.steps,
      slots: Object.fromEntries(Object.entries(optimizer.slots).map(([slot, arrays]) => [slot, arrays.length])),
    },
    callbacks: callbacks.map(({ values, arrays }) => ({ values: values ?? null, arrays: Object.keys(arrays ?? {}) })),
    history: history.parts,
  };
  return serializeSafetensors(tensors, { format: FORMAT, version: VERSION, state: JSON.stringify(state), ...metadata });
}

/**
 * Loads a checkpoint from the bytes of `saveCheckpoint`, as a copy, for `fit` to resume from. `fit` refuses it for another network,
 * optimizer or settings, and for data of another size.
 *
 * @param name of the file, for messages
 * @throws FormatError for any other file
 */
export function loadCheckpoint(bytes: Uint8Array, name = "checkpoint"): CheckpointContents {
  const { tensors, metadata } = parseSafetensors(bytes, name);
  const { format, version, state: text, ...others } = metadata;
  const isOld = version === OLD_VERSION;
  if (format !== FORMAT || (version !== VERSION && !isOld)) {
    const got = `${JSON.stringify(format)}, version ${JSON.stringify(version)}`;
    throw new FormatError(
      `${name}: expected metadata with format "${FORMAT}", version "${VERSION}" or "${OLD_VERSION}", got ${got}`,
    );
  }
  const state = readState(parseJson(text, name), name);
  const take = takeTensors(tensors, name);
  const contents: CheckpointContents = {
    position: state.position,
    random: state.random,
    settings: state.settings,
    ...(state.parts && { parts: state.parts }),
    schedule: state.schedule,
    history: unpackHistory(
      state.history,
      state.history.map((_, i) => take.any(`history.${i}`)),
      `${name}: history`,
    ),
    network: Object.fromEntries(take.allBelow("network.")),
    optimizer: {
      learningRate: state.optimizer.learningRate,
      steps: state.optimizer.steps,
      slots: Object.fromEntries(
        Object.entries(state.optimizer.slots).map(([slot, count]) => [slot, take.list(`optimizer.${slot}`, count)]),
      ),
    },
    gradients: readGradients(take.allBelow("gradient."), name),
    callbacks: state.callbacks
      .map(({ values, arrays }, i) => ({
        values,
        ...(arrays.length > 0 && {
          arrays: Object.fromEntries(arrays.map((key) => [key, take.one(`callback.${i}.${key}`)])),
        }),
      }))
      .filter(({ values, arrays }) => !isOld || values !== null || arrays !== undefined),
    ...(Object.keys(others).length > 0 && { metadata: others }),
  };
  take.end();
  return contents;
}

/** @throws FormatError unless the text is JSON without duplicate keys */
function parseJson(text: string | undefined, name: string): unknown {
  if (text === undefined) throw new FormatError(`${name}: metadata: expected an entry "state", got none`);
  let value: unknown;
  let twice: string | undefined;
  try {
    value = JSON.parse(text);
    twice = duplicateKey(text);
  } catch (cause) {
    throw new FormatError(`${name}: metadata "state": expected JSON, got: ${(cause as Error).message}`, { cause });
  }
  if (twice === undefined) return value;
  throw new FormatError(`${name}: metadata "state": expected each key once, got ${JSON.stringify(twice)} twice`);
}

/** Returns the tensors by name, each once. */
function takeTensors(tensors: ReadonlyMap<string, Tensor>, name: string) {
  const left = new Map(tensors);
  const any = (key: string) => {
    const tensor = left.get(key);
    left.delete(key);
    if (tensor) return tensor;
    throw new FormatError(`${name}: expected a tensor ${key}, got none`);
  };
  const one = (key: string) => {
    const tensor = any(key);
    // A copy, because the caller may reuse the bytes before training.
    if (tensor.dtype === "F32") return { shape: tensor.shape, data: new Float32Array(tensor.data.slice().buffer) };
    throw new FormatError(`${name}: tensor ${key}: expected F32, got ${tensor.dtype}`);
  };
  return {
    any,
    one,
    list: (prefix: string, count: number) => {
      // The file gives the count: nothing is allocated in advance, and the first missing array ends the loop.
      const arrays: Float32Array[] = [];
      for (let i = 0; i < count; ++i) arrays.push(one(`${prefix}.${i}`).data);
      return arrays;
    },
    allBelow: (prefix: string) => {
      const keys = [...left.keys()].filter((key) => key.startsWith(prefix));
      return keys.map((key) => [key.slice(prefix.length), one(key)] as const);
    },
    end: () => {
      const [key] = left.keys();
      if (key !== undefined) throw new FormatError(`${name}: tensor ${key.slice(0, 80)} belongs to nothing`);
    },
  };
}

function readGradients(tensors: readonly (readonly [string, { readonly data: Float32Array }])[], name: string) {
  const gradients = new Map<number, Float32Array>();
  for (const [key, { data }] of tensors) {
    const index = Number(key);
    if (String(index) !== key || !Number.isSafeInteger(index) || index < 0) {
      throw new FormatError(
        `${name}: tensor gradient.${key.slice(0, 80)}: expected a parameter's index, got another name`,
      );
    }
    gradients.set(index, data);
  }
  return gradients;
}
