// GELU (Hendrycks and Gimpel 2016), x·Φ(x) with Φ the distribution function of the standard normal, and its tanh form.
// Forward and backward. y may be x, gradInput may be gradOutput.

import { decay, sigmoid, sigmoidOf } from "./activations";
import { exponential } from "./exponential";
import { multiplyAdd } from "../runtime/lanes";
import { mapBackward, mapForward } from "./map";

/** y ← x·Φ(x), n elements. */
export function geluForward(n: i32, x: usize, y: usize): void {
  mapForward<Gelu>(n, 0, x, y);
}

/** gradInput ← gradOutput·(Φ(x) + x·φ(x)), n elements; φ is the density. */
export function geluBackward(n: i32, x: usize, gradOutput: usize, gradInput: usize): void {
  mapBackward<Gelu>(n, 0, x, gradOutput, gradInput);
}

/** From here on the tails are 0 in float32. */
const FAR: f32 = 13.5;

/** With t = |x| and E = e^(−t²/2), Φ(−t) = E·R(t). This keeps the relative accuracy of the lower tail. */
@unmanaged @final
class Gelu {
  @inline
  value(x: v128, _: v128): v128 {
    const t = f32x4.pmin(f32x4.abs(x), f32x4.splat(FAR));
    const tail = f32x4.mul(halfSquareExponential(t), tailRatio(t));
    // Below −FAR, Φ(x) is 0: the bound keeps −∞·0 from becoming NaN.
    return f32x4.mul(f32x4.pmax(x, f32x4.splat(-FAR)), fromTail(x, tail));
  }

  @inline
  derivative(x: v128, _: v128): v128 {
    const t = f32x4.pmin(f32x4.abs(x), f32x4.splat(FAR));
    // E·(R(t) − t/√2π) for x < 0, 1 minus that for x > 0.
    const ratio = multiplyAdd(t, f32x4.splat(-0.3989422804), tailRatio(t));
    return fromTail(x, f32x4.mul(halfSquareExponential(t), ratio));
  }
}

/** `tail` where x < 0, else 1 − tail. */
@inline
function fromTail(x: v128, tail: v128): v128 {
  return v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), f32x4.lt(x, f32x4.splat(0)));
}

/**
 * R(t) = Φ(−t)·e^(t²/2) for 0 ≤ t ≤ 14: a polynomial in s = 1 / (1 + 0.35·t), fitted to the least relative error in double
 * precision (3.2e-8; Lawson's iteration against SciPy's erfcx).
 */
@inline
function tailRatio(t: v128): v128 {
  const one = f32x4.splat(1);
  const s = f32x4.div(one, multiplyAdd(t, f32x4.splat(0.35), one));
  let p = multiplyAdd(s, f32x4.splat(-2.914592358e-2), f32x4.splat(1.43971665e-1));
  p = multiplyAdd(p, s, f32x4.splat(-2.557141864e-1));
  p = multiplyAdd(p, s, f32x4.splat(1.591740833e-1));
  p = multiplyAdd(p, s, f32x4.splat(-2.310978297e-2));
  p = multiplyAdd(p, s, f32x4.splat(1.055079826e-1));
  p = multiplyAdd(p, s, f32x4.splat(1.198328729e-1));
  p = multiplyAdd(p, s, f32x4.splat(1.39861869e-1));
  p = multiplyAdd(p, s, f32x4.splat(1.396214043e-1));
  return f32x4.mul(p, s);
}

/**
 * e^(−t²/2). Rounding the square, which is up to 182, would cost accuracy. Its rounding error is computed exactly by Dekker's
 * splitting t = high + low, and added to first order.
 */
@inline
function halfSquareExponential(t: v128): v128 {
  const high = v128.and(t, i32x4.splat(0xfffff000));
  const low = f32x4.sub(t, high);
  const square = f32x4.mul(t, t);
  const product = f32x4.mul(high, low);
  const head = f32x4.sub(f32x4.mul(high, high), square);
  const error = f32x4.add(f32x4.add(f32x4.add(head, product), product), f32x4.mul(low, low));
  const e = exponential(f32x4.mul(square, f32x4.splat(-0.5)));
  return multiplyAdd(e, f32x4.mul(error, f32x4.splat(-0.5)), e);
}

/** y ← x·σ(2u), u = √(2/π)·(x + 0.044715·x³), which is ½·x·(1 + tanh u); n elements. */
export function geluTanhForward(n: i32, x: usize, y: usize): void {
  mapForward<GeluTanh>(n, 0, x, y);
}

/** gradInput ← gradOutput·(σ(2u) + x·σ(2u)·σ(−2u)·2u′), n elements. */
export function geluTanhBackward(n: i32, x: usize, gradOutput: usize, gradInput: usize): void {
  mapBackward<GeluTanh>(n, 0, x, gradOutput, gradInput);
}

/** 2·√(2/π), and 0.044715 times that. */
const SLOPE: f32 = 1.5957691216;
const CUBE: f32 = 0.0713548162726;

@unmanaged @final
class GeluTanh {
  @inline
  value(x: v128, _: v128): v128 {
    const bounded = this.bounded(x);
    return f32x4.mul(f32x4.pmax(x, f32x4.splat(-FAR)), sigmoid(this.doubled(bounded)));
  }

  @inline
  derivative(x: v128, _: v128): v128 {
    const t = this.bounded(x);
    const doubled = this.doubled(t);
    const inner = multiplyAdd(f32x4.mul(t, t), f32x4.splat(<f32>3 * CUBE), f32x4.splat(SLOPE));
    const e = decay(doubled);
    const rest = f32x4.mul(f32x4.mul(t, sigmoidOf(f32x4.neg(doubled), e)), inner);
    return f32x4.mul(sigmoidOf(doubled, e), f32x4.add(rest, f32x4.splat(1)));
  }

  /** Beyond it σ(2u) is 0 or 1. */
  @inline
  bounded(x: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-FAR)), f32x4.splat(FAR));
  }

  /** 2u. */
  @inline
  doubled(x: v128): v128 {
    return f32x4.mul(x, multiplyAdd(f32x4.mul(x, x), f32x4.splat(CUBE), f32x4.splat(SLOPE)));
  }
}
