// What the optimizer kernels share: how they read the gradient and iterate over the floats.

import { multiplyAdd } from "../runtime/lanes";
import { lineBegin } from "../runtime/parts";

/** The smallest normal float. */
const MIN_NORMAL: f32 = 1.17549435e-38;

/** A step over n weights at `w`. The gradient is `gradient` bytes further. */
@unmanaged
export class Step {
  n: i32; w: usize; gradient: usize; scale: f32; limit: f32; l2: f32; l1: f32; rate: f32;

  @inline
  begin(n: i32, w: usize, gradient: usize, scale: f32, limit: f32, l2: f32, l1: f32, rate: f32): void {
    this.n = n;
    this.w = w;
    this.gradient = gradient - w;
    this.scale = scale;
    this.limit = limit;
    this.l2 = l2;
    this.l1 = l1;
    this.rate = rate;
  }

  /** Whether the gradient is only scaled. */
  @inline
  get isPlain(): bool { return this.limit == Infinity && this.l2 == 0 && this.l1 == 0; }

  /** Address of the first weight of part number `part`. */
  @inline
  first(part: i32, parts: i32): usize { return this.w + lineBegin(this.n, part, parts); }
}

/** How a step reads four lanes of its gradient. */
export interface Terms { apply(step: Step, gradient: v128, w: v128, scale: v128): v128; }

/** g = scale·gradient. */
@unmanaged @final
export class Plain {
  @inline
  apply(step: Step, gradient: v128, w: v128, scale: v128): v128 { return f32x4.mul(scale, gradient); }
}

/** g = max(−limit, min(limit, scale·gradient)) + l2·w + l1·sign(w); NaN stays NaN. */
@unmanaged @final
export class Penalized {
  // Reads the constants from memory each time: no registers are free.
  @inline
  apply(step: Step, gradient: v128, w: v128, scale: v128): v128 {
    const limit = v128.load32_splat(changetype<usize>(step), offsetof<Step>("limit"));
    const l2 = v128.load32_splat(changetype<usize>(step), offsetof<Step>("l2"));
    const l1 = v128.load32_splat(changetype<usize>(step), offsetof<Step>("l1"));
    const clipped = f32x4.pmax(f32x4.pmin(f32x4.mul(scale, gradient), limit), f32x4.neg(limit));
    const push = v128.or(l1, v128.and(w, f32x4.splat(-0.0)));
    return f32x4.add(multiplyAdd(l2, w, clipped), v128.and(push, f32x4.ne(w, f32x4.splat(0))));
  }
}

/** Loads four floats (T = v128), or one into the lowest lane and zeros (T = f32). */
@inline
export function loadLanes<T>(address: usize): v128 {
  if (isVector<T>()) return v128.load(address);
  return v128.load32_zero(address);
}

/** Stores as many lanes as loadLanes loads. */
@inline
export function storeLanes<T>(address: usize, lanes: v128): void {
  if (isVector<T>()) v128.store(address, lanes);
  else v128.store32_lane(address, lanes, 0);
}

/**
 * x, or 0 where it is too small for a normal float. Otherwise a moment whose gradient stays 0 would decay into the subnormal
 * numbers and stay there, where an operation can cost a hundred cycles. NaN stays NaN.
 */
@inline
export function flush(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(v128.and(x, i32x4.splat(0x7fffffff)), f32x4.splat(MIN_NORMAL)));
}

/** flush for numbers that are not negative. */
@inline
export function flushSquare(x: v128): v128 { return v128.andnot(x, f32x4.lt(x, f32x4.splat(MIN_NORMAL))); }
