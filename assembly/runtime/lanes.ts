// Only this file knows which SIMD instructions a binary is compiled for.

/** a·b + c in each lane: one rounding in the relaxed binaries on engines that fuse, two in the simd ones. */
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Loads four floats if `whole`, else one, and zeros in the other lanes. */
@inline
export function loadLanes(source: usize, whole: bool): v128 {
  return whole ? v128.load(source) : v128.load32_zero(source);
}

/** Stores as many lanes as `loadLanes` loads. */
@inline
export function storeLanes(target: usize, value: v128, whole: bool): void {
  if (whole) v128.store(target, value);
  else v128.store32_lane(target, value, 0);
}

/** Converts lanes 0 and 1 to double precision. */
@inline
export function lowDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** Converts lanes 2 and 3 to double precision. */
@inline
export function highDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 1));
}

/** Converts back to four floats, rounding each once. */
@inline
export function toFloats(low: v128, high: v128): v128 {
  return v128.shuffle<u64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
