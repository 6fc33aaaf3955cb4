/** Initial weights. Names as in Keras; `normal` is the seed document's N(0, 0.01). */

import type { Random } from "./random.js";

/** Draws one weight of a layer with `inputs` and `outputs`. Called once a weight, row by row. */
export type Initializer = (random: Random, inputs: number, outputs: number) => number;

const uniform = (random: Random, limit: number) => (2 * random.uniform() - 1) * limit;

/** The built-in initialisers. */
export const initializers = {
  /** N(0, σ = 0.01). */
  normal: (random) => 0.01 * random.normal(),
  /** U(−l, l), l = √(6 / (inputs + outputs)). Glorot and Bengio 2010. */
  glorotUniform: (random, inputs, outputs) => uniform(random, Math.sqrt(6 / (inputs + outputs))),
  /** N(0, σ = √(2 / (inputs + outputs))). Glorot and Bengio 2010. */
  glorotNormal: (random, inputs, outputs) => random.normal() * Math.sqrt(2 / (inputs + outputs)),
  /** U(−l, l), l = √(6 / inputs). He et al. 2015. */
  heUniform: (random, inputs) => uniform(random, Math.sqrt(6 / inputs)),
  /** N(0, σ = √(2 / inputs)). He et al. 2015. */
  heNormal: (random, inputs) => random.normal() * Math.sqrt(2 / inputs),
} satisfies Record<string, Initializer>;

/** Name of a built-in initialiser. */
export type InitializerName = keyof typeof initializers;

/** The initialiser itself, or the built-in one of that name. @throws RangeError for an unknown name */
export function resolveInitializer(init: InitializerName | Initializer): Initializer {
  if (typeof init === "function") return init;
  if (Object.hasOwn(initializers, init)) return initializers[init];
  throw new RangeError(
    `init: expected a function or one of ${Object.keys(initializers).join(", ")}, got ${String(init)}`,
  );
}
