/** Initial weights. Names as in Keras; `normal`, N(0, 0.01), is that of the MNIST example: it leaves three and more hidden layers untrained. */

import { ShapeError } from "./errors.js";
import type { Random } from "./random.js";

const { sqrt } = Math;
const { isFinite: isFiniteNumber } = Number;

/**
 * Initial weights of a layer with `inputs` and `outputs`: a number, and then it is called once a weight, row by row; or all of
 * them [inputs, outputs], row by row.
 */
export type Initializer = (random: Random, inputs: number, outputs: number) => number | ArrayLike<number>;

/**
 * All weights [inputs, outputs] that the initialiser gives, row by row.
 *
 * @throws ShapeError for a list of another length; RangeError for NaN and ±∞
 */
export function initialWeights(init: Initializer, random: Random, inputs: number, outputs: number): Float32Array {
  const first = init(random, inputs, outputs);
  const count = inputs * outputs;
  const weights =
    typeof first === "number"
      ? Float32Array.from({ length: count }, (_, i) => (i === 0 ? first : (init(random, inputs, outputs) as number)))
      : Float32Array.from(first ?? []);
  if (weights.length !== count) {
    throw new ShapeError(`init: expected ${inputs} × ${outputs} = ${count} values, got ${weights.length}`);
  }
  const bad = weights.findIndex((weight) => !isFiniteNumber(weight));
  if (bad < 0) return weights;
  throw new RangeError(`init: expected finite numbers, got ${weights[bad]} as weight ${bad}`);
}

const uniform = (random: Random, limit: number) => (2 * random.uniform() - 1) * limit;

/** All weights the same. @throws RangeError unless `value` is finite */
export function constant(value: number): () => number {
  if (!Number.isFinite(value)) throw new RangeError(`constant: expected a finite number, got ${value}`);
  return () => value;
}

/** The built-in initialisers. */
export const initializers = {
  /** N(0, σ = 0.01). */
  normal: (random) => 0.01 * random.normal(),
  /** U(−l, l), l = √(6 / (inputs + outputs)). Glorot and Bengio 2010. */
  glorotUniform: (random, inputs, outputs) => uniform(random, sqrt(6 / (inputs + outputs))),
  /** N(0, σ = √(2 / (inputs + outputs))). Glorot and Bengio 2010. */
  glorotNormal: (random, inputs, outputs) => random.normal() * sqrt(2 / (inputs + outputs)),
  /** U(−l, l), l = √(6 / inputs). He et al. 2015. */
  heUniform: (random, inputs) => uniform(random, sqrt(6 / inputs)),
  /** N(0, σ = √(2 / inputs)). He et al. 2015. */
  heNormal: (random, inputs) => random.normal() * sqrt(2 / inputs),
  /** U(−l, l), l = √(3 / inputs). LeCun et al. 1998. */
  lecunUniform: (random, inputs) => uniform(random, sqrt(3 / inputs)),
  /** N(0, σ = √(1 / inputs)). LeCun et al. 1998. */
  lecunNormal: (random, inputs) => random.normal() * sqrt(1 / inputs),
  /**
   * The rows, or if there are more of them the columns, are orthogonal to each other and of length 1; every such matrix is
   * equally likely. Saxe et al. 2014.
   */
  orthogonal: (random: Random, inputs: number, outputs: number): Float64Array => {
    const [rows, columns] = inputs <= outputs ? [inputs, outputs] : [outputs, inputs];
    const q = orthonormalRows(random, rows, columns);
    if (inputs <= outputs) return q;
    return Float64Array.from(q, (_, i) => q[(i % outputs) * inputs + (i - (i % outputs)) / outputs] as number);
  },
  /** 0, which is for layers that are set afterwards: equal units stay equal. */
  zeros: constant(0),
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

/**
 * `rows` ≤ `columns` vectors of length 1, orthogonal to each other, row by row: normal variates, orthogonalized by modified
 * Gram–Schmidt. Since a vector keeps the direction of what is left of it (the diagonal of R is positive), all such sets are
 * equally likely (Mezzadri 2007).
 */
function orthonormalRows(random: Random, rows: number, columns: number): Float64Array {
  const q = Float64Array.from({ length: rows * columns }, () => random.normal());
  for (let i = 0; i < rows; ++i) {
    const row = q.subarray(i * columns, (i + 1) * columns);
    // One pass is enough: what rounding leaves is the condition number, thousands, times 1e-16.
    for (let k = 0; k < i; ++k) {
      const earlier = q.subarray(k * columns, (k + 1) * columns);
      const share = dot(row, earlier);
      for (let j = 0; j < columns; ++j) row[j] = (row[j] as number) - share * (earlier[j] as number);
    }
    const length = sqrt(dot(row, row));
    for (let j = 0; j < columns; ++j) row[j] = (row[j] as number) / length;
  }
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
