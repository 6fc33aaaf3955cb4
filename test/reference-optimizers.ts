/** Naive float64 twins of the optimizers' kernels. All arrays but the gradient are changed in place. */

/** How a step takes its gradient. */
export interface GradientTerms {
  readonly scale: number;
  readonly limit: number;
  readonly l2: number;
  readonly l1: number;
}

/** max(−limit, min(limit, scale·g)) + l2·w + l1·sign(w), of the i-th weight. */
function term(w: Float64Array, gradient: ArrayLike<number>, { scale, limit, l2, l1 }: GradientTerms, i: number) {
  const weight = w[i] as number;
  const clipped = Math.max(-limit, Math.min(limit, scale * (gradient[i] as number)));
  return clipped + l2 * weight + l1 * Math.sign(weight);
}

/** w ← w − rate·g; with a velocity, by it. */
export function sgdStep(
  w: Float64Array,
  gradient: ArrayLike<number>,
  velocity: Float64Array | undefined,
  terms: GradientTerms,
  { rate, momentum, gain, nesterov }: { rate: number; momentum: number; gain: number; nesterov: boolean },
): void {
  for (let i = 0; i < w.length; ++i) {
    const g = term(w, gradient, terms, i);
    let d = g;
    if (velocity) {
      velocity[i] = momentum * (velocity[i] as number) + gain * g;
      d = nesterov ? g + momentum * (velocity[i] as number) : (velocity[i] as number);
    }
    w[i] = (w[i] as number) - rate * d;
  }
}

/** w ← w − rate·g / (√squares + ε), centered where there are means, with momentum where there is a velocity. */
export function rmspropStep(
  w: Float64Array,
  gradient: ArrayLike<number>,
  squares: Float64Array,
  means: Float64Array | undefined,
  velocity: Float64Array | undefined,
  terms: GradientTerms,
  { rate, alpha, epsilon, momentum }: { rate: number; alpha: number; epsilon: number; momentum: number },
): void {
  for (let i = 0; i < w.length; ++i) {
    const g = term(w, gradient, terms, i);
    squares[i] = alpha * (squares[i] as number) + (1 - alpha) * g * g;
    let variance = squares[i] as number;
    if (means) {
      means[i] = alpha * (means[i] as number) + (1 - alpha) * g;
      variance -= (means[i] as number) ** 2;
    }
    let d = g / (Math.sqrt(Math.max(0, variance)) + epsilon);
    if (velocity) {
      velocity[i] = momentum * (velocity[i] as number) + d;
      d = velocity[i] as number;
    }
    w[i] = (w[i] as number) - rate * d;
  }
}

/** squares ← squares + g²; w ← w − rate·g / (√squares + ε). */
export function adagradStep(
  w: Float64Array,
  gradient: ArrayLike<number>,
  squares: Float64Array,
  terms: GradientTerms,
  { rate, epsilon }: { rate: number; epsilon: number },
): void {
  for (let i = 0; i < w.length; ++i) {
    const g = term(w, gradient, terms, i);
    squares[i] = (squares[i] as number) + g * g;
    w[i] = (w[i] as number) - (rate * g) / (Math.sqrt(squares[i] as number) + epsilon);
  }
}

/** Constants of Adam: `rate` and `correction` hold the bias corrections. */
export interface AdamConstants {
  readonly rate: number;
  readonly keep: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly correction: number;
  readonly epsilon: number;
}

/** w ← keep·w − rate·means / (correction·√squares + ε). */
export function adamStep(
  w: Float64Array,
  gradient: ArrayLike<number>,
  means: Float64Array,
  squares: Float64Array,
  terms: GradientTerms,
  { rate, keep, beta1, beta2, correction, epsilon }: AdamConstants,
): void {
  for (let i = 0; i < w.length; ++i) {
    const g = term(w, gradient, terms, i);
    means[i] = beta1 * (means[i] as number) + (1 - beta1) * g;
    squares[i] = beta2 * (squares[i] as number) + (1 - beta2) * g * g;
    const denominator = correction * Math.sqrt(squares[i] as number) + epsilon;
    w[i] = keep * (w[i] as number) - (rate * (means[i] as number)) / denominator;
  }
}

/** Σ x². */
export function sumOfSquares(x: ArrayLike<number>): number {
  return Array.from(x).reduce((sum, value) => sum + value * value, 0);
}
