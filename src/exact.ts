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
