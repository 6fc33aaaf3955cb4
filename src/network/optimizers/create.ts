/** Optimizers out of files. */

import { checkChoice, checkRecord } from "../../checks/check-options.js";
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

/** The optimizer with the type and options of a `config()`. @throws TypeError, RangeError for an unknown type; as the optimizer's own */
export function createOptimizer(config: OptimizerConfig): Optimizer {
  checkRecord("optimizer", config, "an object with a type");
  const { type, ...options } = config;
  checkChoice("optimizer: type", type, Object.keys(OPTIMIZERS));
  return new (OPTIMIZERS[type] as (typeof OPTIMIZERS)[string])(options);
}
