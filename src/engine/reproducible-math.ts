/** Functions whose bits are the same on every engine, which those of `Math` need not be: only exactly rounded operations. */

/** base^exponent for an integer exponent from 0 up, by squaring. */
export function integerPower(base: number, exponent: number): number {
  let power = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power *= square;
    square *= square;
  }
  return power;
}

/** cos(π·x) for x from 0 to 1, within 1e-15. */
export function cosPi(x: number): number {
  if (x > 0.5) return -cosPi(1 - x);
  // cos 2a = 1 − 2 sin² a keeps the series short: a ≤ π/4.
  const half = (x * Math.PI) / 2;
  const sine = sineSeries(half);
  return x === 0.5 ? 0 : 1 - 2 * sine * sine;
}

/** Taylor's series of the sine; the first term left out is below 1e-18 for angles up to π/4. */
function sineSeries(angle: number): number {
  let sum = 0;
  for (let n = 17; n > 1; n -= 2) sum = ((1 + sum) * -(angle * angle)) / (n * (n - 1));
  return angle * (1 + sum);
}

/**
 * base^exponent for a base from 1 up and an exponent from 0 up, within 1e-15 of it: ½ is the square root, small integers are
 * products, and the others are 2^(exponent·log₂ base) with the logarithm and the product to twice the digits.
 */
export function power(base: number, exponent: number): number {
  if (exponent === 0.5) return Math.sqrt(base);
  if (Number.isInteger(exponent) && exponent <= 8) return integerPower(base, exponent);
  const [high, low] = binaryLogarithm(base);
  if (exponent * high > 1025) return Number.POSITIVE_INFINITY;
  const [product, rest] = exactProduct(exponent, high);
  const whole = Math.round(product);
  const fraction = exponential((product - whole + (rest + exponent * low)) * Math.LN2);
  // 2^1024 alone would be infinite.
  return whole === 0 ? fraction : fraction * integerPower(2, whole - 1) * 2;
}

/** log₂ e in two parts. */
const LOG2_E = [Math.LOG2E, 2.0355273740931033e-17] as const;

/** log₂ x for x from 1 up as a sum of two numbers, within 1e-18: x = m·2ᵉ and the series of artanh((m − 1) / (m + 1)). */
function binaryLogarithm(x: number): readonly [number, number] {
  let mantissa = x;
  let exponent = 0;
  for (; mantissa > Math.SQRT2; ++exponent) mantissa /= 2;
  const difference = mantissa - 1;
  const [sum, sumRest] = exactSum(1, mantissa);
  const t = difference / sum;
  const [product, productRest] = exactProduct(t, sum);
  const tRest = (difference - product - productRest - t * sumRest) / sum;
  const square = t * t;
  // |t| ≤ 0.1716, so the term t²⁷/27 is below 2⁻⁶⁸ of the first.
  let series = 0;
  for (let n = 27; n >= 3; n -= 2) series = (series + 1 / n) * square;
  const [logarithm, logarithmRest] = exactSum(2 * t, 2 * (t * series + tRest / (1 - square)));
  const [scaled, scaledRest] = exactProduct(logarithm, LOG2_E[0]);
  const [high, highRest] = exactSum(exponent, scaled);
  return [high, highRest + scaledRest + logarithm * LOG2_E[1] + logarithmRest * LOG2_E[0]];
}

/** eˣ for |x| ≤ 0.35, by Taylor's series: the first term left out is below 1e-19. */
function exponential(x: number): number {
  let sum = 1;
  for (let n = 15; n >= 1; --n) sum = 1 + (sum * x) / n;
  return sum;
}

/** a + b as a rounded sum and what was rounded off (Knuth). */
function exactSum(a: number, b: number): readonly [number, number] {
  const sum = a + b;
  const share = sum - a;
  return [sum, a - (sum - share) + (b - share)];
}

/** a·b as a rounded product and what was rounded off (Dekker). */
function exactProduct(a: number, b: number): readonly [number, number] {
  const product = a * b;
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return [product, aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

/** The upper 26 of a number's 53 digits (Veltkamp). */
function upperHalf(x: number): number {
  const scaled = x * 134217729;
  return scaled - (scaled - x);
}
