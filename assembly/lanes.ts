// The one place that knows which SIMD instruction set a binary is compiled for.

/** a·b + c in each lane: one rounding in the relaxed binaries on engines that fuse, two in the simd ones. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
