/** Naive float64 twins of the normalizations: over any groups of elements, columns or rows. */

export interface Normalized {
  readonly mean: number[];
  /** Biased. */
  readonly variance: number[];
  readonly y: number[];
}

export interface NormalizedGradients {
  readonly gamma: number[];
  readonly beta: number[];
  readonly input: number[];
}

type Values = ArrayLike<number>;
const at = (values: Values, i: number) => values[i] as number;

/** Group of the i-th of m × n elements: its column, or its row. */
export const byColumn = (n: number) => (i: number) => i % n;
export const byRow = (n: number) => (i: number) => Math.floor(i / n);

/** Y = gamma·(X − mean) / √(variance + epsilon) + beta over groups; gamma and beta go by column. */
export function normalize(
  m: number,
  n: number,
  groupOf: (i: number) => number,
  epsilon: number,
  x: Values,
  gamma: Values,
  beta: Values,
): Normalized {
  const groups = m * n === 0 ? 0 : groupOf(m * n - 1) + 1;
  const size = (m * n) / groups;
  const [mean, variance] = [new Array<number>(groups).fill(0), new Array<number>(groups).fill(0)];
  for (let i = 0; i < m * n; ++i) mean[groupOf(i)] = at(mean, groupOf(i)) + at(x, i) / size;
  for (let i = 0; i < m * n; ++i) {
    variance[groupOf(i)] = at(variance, groupOf(i)) + (at(x, i) - at(mean, groupOf(i))) ** 2 / size;
  }
  const y = Array.from({ length: m * n }, (_, i) => {
    const group = groupOf(i);
    const normalized = (at(x, i) - at(mean, group)) / Math.sqrt(at(variance, group) + epsilon);
    return at(gamma, i % n) * normalized + at(beta, i % n);
  });
  return { mean, variance, y };
}

/**
 * The gradients of Σ G·Y by the chain rule through mean and variance, step by step. `constant`: mean and variance, given,
 * do not depend on X.
 */
export function normalizeGradients(
  m: number,
  n: number,
  groupOf: (i: number) => number,
  epsilon: number,
  x: Values,
  gamma: Values,
  g: Values,
  { mean, variance }: Pick<Normalized, "mean" | "variance">,
  constant = false,
): NormalizedGradients {
  const size = (m * n) / mean.length;
  const deviation = variance.map((value) => Math.sqrt(value + epsilon));
  const [gradGamma, gradBeta] = [new Array<number>(n).fill(0), new Array<number>(n).fill(0)];
  const [gradMean, gradVariance] = [mean.map(() => 0), mean.map(() => 0)];
  const centred = Array.from({ length: m * n }, (_, i) => at(x, i) - at(mean, groupOf(i)));
  const gradNormalized = Array.from({ length: m * n }, (_, i) => at(g, i) * at(gamma, i % n));
  for (let i = 0; i < m * n; ++i) {
    const [group, column] = [groupOf(i), i % n];
    gradGamma[column] = at(gradGamma, column) + (at(g, i) * at(centred, i)) / at(deviation, group);
    gradBeta[column] = at(gradBeta, column) + at(g, i);
    gradMean[group] = at(gradMean, group) - at(gradNormalized, i) / at(deviation, group);
    gradVariance[group] =
      at(gradVariance, group) - (at(gradNormalized, i) * at(centred, i)) / (2 * at(deviation, group) ** 3);
  }
  const input = Array.from({ length: m * n }, (_, i) => {
    const group = groupOf(i);
    const direct = at(gradNormalized, i) / at(deviation, group);
    return constant ? direct : direct + (at(gradMean, group) + 2 * at(centred, i) * at(gradVariance, group)) / size;
  });
  return { gamma: gradGamma, beta: gradBeta, input };
}
