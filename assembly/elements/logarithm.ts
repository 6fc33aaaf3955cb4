// ln(1 + t) in four lanes.

import { multiplyAdd } from "../runtime/lanes";

/** ln(1 + t) for 0 ≤ t ≤ 1: 2·artanh(u) with u = t / (2 + t) ≤ 1/3, its series to u¹⁵; error below 1e-8 of the result. */
@inline
export function logarithmOfOnePlus(t: v128): v128 {
  const u = f32x4.div(t, f32x4.add(t, f32x4.splat(2)));
  const square = f32x4.mul(u, u);
  let p = multiplyAdd(square, f32x4.splat(<f32>(2.0 / 15)), f32x4.splat(<f32>(2.0 / 13)));
  p = multiplyAdd(p, square, f32x4.splat(<f32>(2.0 / 11)));
  p = multiplyAdd(p, square, f32x4.splat(<f32>(2.0 / 9)));
  p = multiplyAdd(p, square, f32x4.splat(<f32>(2.0 / 7)));
  p = multiplyAdd(p, square, f32x4.splat(<f32>(2.0 / 5)));
  p = multiplyAdd(p, square, f32x4.splat(<f32>(2.0 / 3)));
  p = multiplyAdd(p, square, f32x4.splat(2));
  return f32x4.mul(u, p);
}
