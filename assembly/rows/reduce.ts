// Reductions to one number.

/** Σ x[i], n floats added in double precision: two chains, even and odd elements. */
export function sum(n: i32, x: usize): f64 {
  let sums = f64x2.splat(0);
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(v128.load64_zero(x)));
    x += 8;
  }
  let total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (i < n) total += <f64>load<f32>(x);
  return total;
}
