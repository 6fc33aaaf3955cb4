/** Optimizers out of files. */

import { Adagrad } from "./adagrad.js";
import { Adam, AdamW } from "./adam.js";
import type { Optimizer, OptimizerConfig } from "./optimizer.js";
import { RMSProp } from "./rmsprop.js";
import { SGD } from "./sgd.js";

/** Each takes its own options, and checks them. */
const OPTIMIZERS: Readonly<Record<string, new (options: object) => Optimizer>> = {
  sgd: SGD,
  rmsprop: RMSProp,
  adagrad: Adagrad,
  adam: Adam,
  adamw: AdamW,
};

/** The optimizer with the type and options of a `config()`. @throws RangeError for an unknown type; as the optimizer's own */
export function createOptimizer({ type, ...options }: OptimizerConfig): Optimizer {
  const make = Object.hasOwn(OPTIMIZERS, type) ? OPTIMIZERS[type] : undefined;
  if (!make) throw new RangeError(`optimizer: expected one of ${Object.keys(OPTIMIZERS).join(", ")}, got ${type}`);
  return new make(options);
}
