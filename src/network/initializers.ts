/** Initial weights. Names as in Keras; `normal`, N(0, 0.01), is that of the MNIST example: it leaves three and more hidden layers untrained. */

import { checkNumberList } from "../checks/check-list.js";
import { ANY_NUMBER, checkFunction, checkInteger, checkNumber, describe, wrongType } from "../checks/check-options.js";
import { ShapeError } from "../checks/errors.js";
import { Random } from "../engine/random.js";

const { sqrt } = Math;
const { isFinite: isFiniteNumber, isSafeInteger } = Number;

/**
 * Initial weights of a layer with `inputs` and `outputs`: a number, and then it is called once a weight, row by row; or all of
 * them [inputs, outputs], row by row.
 */
export type Initializer = (random: Random, inputs: number, outputs: number) => number | ArrayLike<number>;

/**
 * All weights [inputs, outputs] that the initialiser gives, row by row.
 *
 * @throws TypeError for anything but numbers; ShapeError for a list of another length; RangeError for NaN and ±∞
 */
export function initialWeights(init: Initializer, random: Random, inputs: number, outputs: number): Float32Array {
  const first = init(random, inputs, outputs);
  const count = inputs * outputs;
  if (typeof first !== "number") checkNumberList("init", first, "a number or a list of numbers");
  const next = () => {
    const value = init(random, inputs, outputs);
    if (typeof value !== "number") throw wrongType("init", "a number for each weight", value);
    return value;
  };
  const weights =
    typeof first === "number"
      ? Float32Array.from({ length: count }, (_, i) => (i === 0 ? first : next()))
      : Float32Array.from(first);
  if (weights.length !== count) {
    throw new ShapeError(`init: expected ${inputs} × ${outputs} = ${count} values, got ${weights.length}`);
  }
  const bad = weights.findIndex((weight) => !isFiniteNumber(weight));
  if (bad < 0) return weights;
  throw new RangeError(`init: expected finite numbers, got ${weights[bad]} as weight ${bad}`);
}

const MOST = 2 ** 30;
const uniform = (random: Random, limit: number) => (2 * checked(random).uniform() - 1) * limit;
const normal = (random: Random, deviation: number) => checked(random).normal() * deviation;

/** The generator. @throws TypeError for anything else */
function checked(random: Random): Random {
  if (random instanceof Random) return random;
  throw wrongType("init: random", "a Random", random);
}

/** Units, or weights: at most as many as the linear memory could hold. @throws TypeError, RangeError for anything but a size */
function size(count: number): number {
  if (!(isSafeInteger(count) && count >= 1 && count <= MOST)) checkInteger("init: inputs and outputs", count, 1, MOST);
  return count;
}

/** All weights the same. @throws TypeError, RangeError unless `value` is a finite number */
export function constant(value: number): () => number {
  checkNumber("constant", value, ANY_NUMBER);
  return () => value;
}

/** The built-in initialisers. @throws TypeError, RangeError for anything but a generator and sizes */
export const initializers = {
  /** N(0, σ = 0.01). */
  normal: (random) => 0.01 * checked(random).normal(),
  /** U(−l, l), l = √(6 / (inputs + outputs)). Glorot and Bengio 2010. */
  glorotUniform: (random, inputs, outputs) => uniform(random, sqrt(6 / (size(inputs) + size(outputs)))),
  /** N(0, σ = √(2 / (inputs + outputs))). Glorot and Bengio 2010. */
  glorotNormal: (random, inputs, outputs) => normal(random, sqrt(2 / (size(inputs) + size(outputs)))),
  /** U(−l, l), l = √(6 / inputs). He et al. 2015. */
  heUniform: (random, inputs) => uniform(random, sqrt(6 / size(inputs))),
  /** N(0, σ = √(2 / inputs)). He et al. 2015. */
  heNormal: (random, inputs) => normal(random, sqrt(2 / size(inputs))),
  /** U(−l, l), l = √(3 / inputs). LeCun et al. 1998. */
  lecunUniform: (random, inputs) => uniform(random, sqrt(3 / size(inputs))),
  /** N(0, σ = √(1 / inputs)). LeCun et al. 1998. */
  lecunNormal: (random, inputs) => normal(random, sqrt(1 / size(inputs))),
  /**
   * The rows, or if there are more of them the columns, are orthogonal to each other and of length 1; every such matrix is
   * equally likely. Saxe et al. 2014.
   */
  orthogonal: (random: Random, inputs: number, outputs: number): Float64Array => {
    checked(random);
    size(size(inputs) * size(outputs));
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

/** The initialiser itself, or the built-in one of that name. @throws TypeError; RangeError for an unknown name */
export function resolveInitializer(init: InitializerName | Initializer): Initializer {
  const expected = `a function or one of ${Object.keys(initializers).join(", ")}`;
  if (typeof init !== "string") {
    checkFunction("init", init, expected);
    return init;
  }
  if (Object.hasOwn(initializers, init)) return initializers[init];
  throw new RangeError(`init: expected ${expected}, got ${describe(init)}`);
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
