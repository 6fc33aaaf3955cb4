/** Naive float64 twins of the activations: the function and its derivative. */

/** A function of x and, for some, a parameter; and its derivative. */
export interface Activation {
  readonly value: (x: number, parameter: number) => number;
  readonly derivative: (x: number, parameter: number) => number;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** 2u of the tanh form of GELU, and its derivative. */
const doubled = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const doubledDerivative = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);

/**
 * Φ(x) of the standard normal. Near 0 the series ½ + φ(x)·Σ x^(2k+1) / (1·3·…·(2k+1)), further out the continued fraction
 * of Mills' ratio (Abramowitz and Stegun 26.2.11, 26.2.14): the lower tail keeps its relative accuracy.
 */
export function normalDistribution(x: number): number {
  const t = Math.abs(x);
  if (t > 3) {
    let fraction = t;
    for (let k = 200; k >= 1; --k) fraction = t + k / fraction;
    const tail = density(t) / fraction;
    return x < 0 ? tail : 1 - tail;
  }
  let [term, sum] = [x, x];
  for (let k = 1; k < 100; ++k) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + density(x) * sum;
}

export const activations = {
  leakyRelu: { value: (x, slope) => (x > 0 ? x : slope * x), derivative: (x, slope) => (x > 0 ? 1 : slope) },
  elu: {
    value: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    derivative: (x, alpha) => (x > 0 ? 1 : alpha * Math.exp(x)),
  },
  gelu: {
    value: (x) => x * normalDistribution(x),
    derivative: (x) => normalDistribution(x) + x * density(x),
  },
  geluTanh: {
    value: (x) => x * sigmoid(doubled(x)),
    derivative: (x) => sigmoid(doubled(x)) * (1 + x * sigmoid(-doubled(x)) * doubledDerivative(x)),
  },
  sigmoid: { value: sigmoid, derivative: (x) => sigmoid(x) * sigmoid(-x) },
  silu: { value: (x) => x * sigmoid(x), derivative: (x) => sigmoid(x) * (1 + x * sigmoid(-x)) },
  softplus: { value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), derivative: sigmoid },
  tanh: { value: Math.tanh, derivative: (x) => 4 * sigmoid(2 * x) * sigmoid(-2 * x) },
} satisfies Record<string, Activation>;
