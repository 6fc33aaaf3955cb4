/** Checkpoints without settings, which the library writes: which settings their arrays show, and which the page must supply. */

import { FormatError } from "../checks/errors.js";
import type { CheckpointContents } from "../training/checkpoint/checkpoint-contents.js";
import { FIELDS, type RunSettings } from "./settings/page-settings.js";
import { MOMENTUM } from "./settings/schema.js";

/** The arrays that each optimizer of the page keeps besides the parameters, in alphabetical order. */
const SLOTS: Readonly<Record<string, string>> = {
  sgd: "",
  [MOMENTUM]: "velocity",
  adam: "means,squares",
  adamw: "means,squares",
  rmsprop: "squares",
  adagrad: "squares",
};

/** Settings for a checkpoint; `taken` are those that come from the page, not from the checkpoint. */
export interface FoundSettings {
  readonly settings: RunSettings;
  readonly taken: readonly (keyof RunSettings)[];
}

/**
 * Settings to resume with. Sizes, batch size and learning rate are the checkpoint's, the optimizer is one that keeps the same arrays,
 * and there are at least as many epochs as the checkpoint has begun. The others, such as the activation, come from `present`.
 *
 * @param name of the file, for messages
 * @throws FormatError for a network that is not for digits, or that the page cannot make
 */
export function findSettings(contents: CheckpointContents, present: RunSettings, name: string): FoundSettings {
  const { network, optimizer, settings, position } = contents;
  const dense = Object.entries(network)
    .filter(([, { shape }]) => shape.length === 2)
    .map(([key, { shape }]) => ({
      index: Number(/^layers\.(\d+)\./.exec(key)?.[1]),
      inputs: shape[0],
      units: shape[1],
    }))
    .sort((a, b) => a.index - b.index);
  const sizes = [dense[0]?.inputs, ...dense.map(({ units }) => units)] as number[];
  if (sizes[0] !== 784 || sizes.at(-1) !== 10) {
    throw new FormatError(`${name}: expected a network of 784 inputs and 10 outputs, got ${sizes.join(" → ")}`);
  }
  const slots = Object.keys(optimizer.slots).sort().join(",");
  const fitting = Object.keys(SLOTS).filter((candidate) => SLOTS[candidate] === slots);
  const [first] = fitting;
  const optimizers = FIELDS.optimizer.value.choices?.join(", ");
  if (!first) throw new FormatError(`${name}: expected an optimizer of ${optimizers}, got one that keeps ${slots}`);
  const begun = position.batch === 0 ? position.epoch - 1 : position.epoch;
  // Dense, activation, dropout; or dense, activation.
  const hasDropout = dense.length > 1 && (dense[1]?.index ?? 0) - (dense[0]?.index ?? 0) === 3;
  if (hasDropout && present.dropout === 0) {
    throw new FormatError(
      `${name}: the checkpoint does not say its dropout rate; set the rate of its run and open it again`,
    );
  }
  const found: RunSettings = {
    ...present,
    hidden: sizes.slice(1, -1),
    dropout: hasDropout ? present.dropout : 0,
    optimizer: fitting.includes(present.optimizer) ? present.optimizer : first,
    learningRate: optimizer.learningRate,
    batchSize: settings.batchSize ?? present.batchSize,
    epochs: Math.max(present.epochs, begun, 1),
  };
  const taken = [
    ...(sizes.length > 2 ? (["activation"] as const) : []),
    ...(hasDropout ? (["dropout"] as const) : []),
    ...(fitting.length > 1 ? (["optimizer"] as const) : []),
    "epochs" as const,
  ];
  return { settings: found, taken };
}
