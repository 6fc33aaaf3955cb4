// Activations, forward and backward. Each derivative is computed from x, not from the output: 1 − tanh²(x) loses its digits
// where tanh(x) is close to 1.
//
// Throughout, e = e^−|x| ≤ 1, so nothing overflows. f32x4.pmin and pmax with x as the first argument keep NaN.

import { exponential, exponentialMinusOne } from "./exponential";
import { multiplyAdd } from "../runtime/lanes";
import { logarithmOfOnePlus } from "./logarithm";
import { mapBackward, mapForward } from "./map";

/** y ← x where x > 0, else slope·x; n elements. y may be x. */
export function leakyReluForward(n: i32, slope: f32, x: usize, y: usize): void {
  mapForward<LeakyRelu>(n, slope, x, y);
}

/** gradInput ← gradOutput·(1 where x > 0, else slope); n elements. gradInput may be gradOutput. */
export function leakyReluBackward(n: i32, slope: f32, x: usize, gradOutput: usize, gradInput: usize): void {
  mapBackward<LeakyRelu>(n, slope, x, gradOutput, gradInput);
}

@unmanaged @final
class LeakyRelu {
  @inline
  value(x: v128, slope: v128): v128 {
    return f32x4.mul(x, this.derivative(x, slope));
  }

  @inline
  derivative(x: v128, slope: v128): v128 {
    return v128.bitselect(f32x4.splat(1), slope, isPositive(x));
  }
}

/** y ← x where x > 0, else alpha·(eˣ − 1); n elements. y may be x. */
export function eluForward(n: i32, alpha: f32, x: usize, y: usize): void {
  mapForward<Elu>(n, alpha, x, y);
}

/** gradInput ← gradOutput·(1 where x > 0, else alpha·eˣ); n elements. gradInput may be gradOutput. */
export function eluBackward(n: i32, alpha: f32, x: usize, gradOutput: usize, gradInput: usize): void {
  mapBackward<Elu>(n, alpha, x, gradOutput, gradInput);
}

@unmanaged @final
class Elu {
  @inline
  value(x: v128, alpha: v128): v128 {
    return v128.bitselect(x, f32x4.mul(alpha, exponentialMinusOne(x)), isPositive(x));
  }

  @inline
  derivative(x: v128, alpha: v128): v128 {
    return v128.bitselect(f32x4.splat(1), f32x4.mul(alpha, exponential(x)), isPositive(x));
  }
}

/** y ← σ(x) = 1 / (1 + e⁻ˣ), n elements. y may be x. */
export function sigmoidForward(n: i32, x: usize, y: usize): void {
  mapForward<Sigmoid>(n, 0, x, y);
}

/** gradInput ← gradOutput·σ(x)·σ(−x), n elements. gradInput may be gradOutput. */
export function sigmoidBackward(n: i32, x: usize, gradOutput: usize, gradInput: usize): void {
  mapBackward<Sigmoid>(n, 0, x, gradOutput, gradInput);
}

@unmanaged @final
class Sigmoid {
  @inline
  value(x: v128, _: v128): v128 {
    return sigmoid(x);
  }

  @inline
  derivative(x: v128, _: v128): v128 {
    const e = decay(x);
    const sum = f32x4.add(e, f32x4.splat(1));
    return f32x4.div(e, f32x4.mul(sum, sum));
  }
}

/** σ(x). */
@inline
export function sigmoid(x: v128): v128 {
  return sigmoidOf(x, decay(x));
}

/** e = e^−|x|. */
@inline
export function decay(x: v128): v128 {
  return exponential(f32x4.neg(f32x4.abs(x)));
}

/** σ(x) = 1 / (1 + e) for x ≥ 0, e / (1 + e) below: accurate in both tails. */
@inline
export function sigmoidOf(x: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(e, one));
}

/** y ← x·σ(x), n elements. y may be x. */
export function siluForward(n: i32, x: usize, y: usize): void {
  mapForward<Silu>(n, 0, x, y);
}

/** gradInput ← gradOutput·σ(x)·(1 + x·σ(−x)), n elements. gradInput may be gradOutput. */
export function siluBackward(n: i32, x: usize, gradOutput: usize, gradInput: usize): void {
  mapBackward<Silu>(n, 0, x, gradOutput, gradInput);
}

@unmanaged @final
class Silu {
  @inline
  value(x: v128, _: v128): v128 {
    // Below −100, σ(x) is 0: the bound keeps −∞·0 from becoming NaN.
    return f32x4.mul(f32x4.pmax(x, f32x4.splat(-100)), sigmoid(x));
  }

  @inline
  derivative(x: v128, _: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-100)), f32x4.splat(100));
    const e = decay(x);
    return f32x4.mul(sigmoidOf(x, e), multiplyAdd(bounded, sigmoidOf(f32x4.neg(x), e), f32x4.splat(1)));
  }
}

/** y ← tanh(x), n elements. y may be x. */
export function tanhForward(n: i32, x: usize, y: usize): void {
  mapForward<Tanh>(n, 0, x, y);
}

/** gradInput ← gradOutput·(1 − tanh²(x)), n elements. gradInput may be gradOutput. */
export function tanhBackward(n: i32, x: usize, gradOutput: usize, gradInput: usize): void {
  mapBackward<Tanh>(n, 0, x, gradOutput, gradInput);
}

/**
 * tanh |x| = (1 − e²) / (1 + e²). Below 0.625 that cancels, and an odd polynomial is used instead.
 * Method and coefficients: S. Moshier, Cephes Mathematical Library, tanhf.c.
 */
@unmanaged @final
class Tanh {
  @inline
  value(x: v128, _: v128): v128 {
    const one = f32x4.splat(1);
    const square = f32x4.mul(x, x);
    let p = multiplyAdd(square, f32x4.splat(-5.70498872745e-3), f32x4.splat(2.06390887954e-2));
    p = multiplyAdd(p, square, f32x4.splat(-5.37397155531e-2));
    p = multiplyAdd(p, square, f32x4.splat(1.33314422036e-1));
    p = multiplyAdd(p, square, f32x4.splat(-3.33332819422e-1));
    const near = multiplyAdd(f32x4.mul(p, square), x, x);
    const size = f32x4.abs(x);
    const e = exponential(f32x4.mul(size, f32x4.splat(-2)));
    const far = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));
    const signed = v128.bitselect(far, x, i32x4.splat(0x7fffffff));
    return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
  }

  @inline
  derivative(x: v128, _: v128): v128 {
    const e = exponential(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)));
    const sum = f32x4.add(e, f32x4.splat(1));
    return f32x4.div(f32x4.mul(e, f32x4.splat(4)), f32x4.mul(sum, sum));
  }
}

/** y ← ln(1 + eˣ), n elements. y may be x. */
export function softplusForward(n: i32, x: usize, y: usize): void {
  mapForward<Softplus>(n, 0, x, y);
}

/** gradInput ← gradOutput·σ(x), n elements. gradInput may be gradOutput. */
export function softplusBackward(n: i32, x: usize, gradOutput: usize, gradInput: usize): void {
  mapBackward<Softplus>(n, 0, x, gradOutput, gradInput);
}

@unmanaged @final
class Softplus {
  /** max(x, 0) + ln(1 + e). */
  @inline
  value(x: v128, _: v128): v128 {
    const logarithm = logarithmOfOnePlus(decay(x));
    return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), logarithm);
  }

  @inline
  derivative(x: v128, _: v128): v128 {
    return sigmoid(x);
  }
}

@inline
function isPositive(x: v128): v128 {
  return f32x4.gt(x, f32x4.splat(0));
}
