// eˣ in four lanes.

import { multiplyAdd } from "../runtime/lanes";

const LOG2_E: f32 = 1.44269504;
/** ln 2 in two parts: the first has so few bits that n·LN2_HIGH is exact for every n that occurs. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
/** 1.5·2²³: adding it rounds to the nearest integer, which is then in the low bits. */
const ROUND: f32 = 12582912;
/** Below ln 2⁻¹²⁶ the result would be subnormal: it is 0. */
const LOWEST: f32 = -87.33654;
/** Above ln(largest float) the result is +∞. */
const HIGHEST: f32 = 88.72283;

/** eʳ − 1 for r = x − n·ln 2. */
@inline
function remainderExponential(x: v128, n: v128): v128 {
  let r = multiplyAdd(n, f32x4.splat(-LN2_HIGH), x);
  r = multiplyAdd(n, f32x4.splat(-LN2_LOW), r);
  let p = multiplyAdd(r, f32x4.splat(1.9875691500e-4), f32x4.splat(1.3981999507e-3));
  p = multiplyAdd(p, r, f32x4.splat(8.3334519073e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.1665795894e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.6666665459e-1));
  p = multiplyAdd(p, r, f32x4.splat(5.0000001201e-1));
  return multiplyAdd(p, f32x4.mul(r, r), r);
}

/**
 * eˣ, |error| ≤ 2 ULP for results from 2⁻¹²⁶ up; 0 below, +∞ above, NaN for NaN.
 *
 * x = n·ln 2 + r with |r| ≤ ln 2 / 2; eʳ by a polynomial of degree 6 (Cephes expf's coefficients); the exponent n is
 * added to the result's bits. Method: S. Moshier, Cephes Mathematical Library, expf.c.
 */
@inline
export function exponential(x: v128): v128 {
  const round = f32x4.splat(ROUND);
  const shifted = multiplyAdd(x, f32x4.splat(LOG2_E), round);
  const n = f32x4.sub(shifted, round);
  const p = f32x4.add(remainderExponential(x, n), f32x4.splat(1));
  const scaled = i32x4.add(p, i32x4.shl(shifted, 23));
  const overflowed = v128.bitselect(f32x4.splat(f32.MAX_VALUE * 2), scaled, f32x4.gt(x, f32x4.splat(HIGHEST)));
  const clamped = v128.andnot(overflowed, f32x4.lt(x, f32x4.splat(LOWEST)));
  return v128.bitselect(clamped, x, f32x4.eq(x, x));
}

/**
 * eˣ − 1 for x ≤ 0 without the cancellation near 0: 2ⁿ·(eʳ − 1) + (2ⁿ − 1), whose last term is exact and 0 for n = 0.
 * NaN for NaN.
 */
@inline
export function exponentialMinusOne(x: v128): v128 {
  // Far below, the result is −1 to the last bit. pmax keeps NaN.
  const bounded = f32x4.pmax(x, f32x4.splat(-30));
  const round = f32x4.splat(ROUND);
  const shifted = multiplyAdd(bounded, f32x4.splat(LOG2_E), round);
  const n = f32x4.sub(shifted, round);
  const power = i32x4.add(f32x4.splat(1), i32x4.shl(shifted, 23));
  const result = multiplyAdd(power, remainderExponential(bounded, n), f32x4.sub(power, f32x4.splat(1)));
  return v128.bitselect(result, x, f32x4.eq(x, x));
}

/** y ← eˣ, n elements; y may be x. */
export function exp(n: i32, x: usize, y: usize): void {
  const end = x + (<usize>n << 2);
  for (const last = x + (<usize>(n & ~3) << 2); x < last; x += 16) {
    v128.store(y, exponential(v128.load(x)));
    y += 16;
  }
  for (; x < end; x += 4) {
    v128.store32_lane(y, exponential(v128.load32_zero(x)), 0);
    y += 4;
  }
}
