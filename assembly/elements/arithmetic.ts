// Vectors: scaling and adding.

import { multiplyAdd } from "../runtime/lanes";

/** x ← alpha·x, n elements. */
export function scale(n: i32, alpha: f32, x: usize): void {
  const factor = f32x4.splat(alpha);
  const end = x + (<usize>n << 2);
  for (const last = x + (<usize>(n & ~3) << 2); x < last; x += 16) {
    v128.store(x, f32x4.mul(factor, v128.load(x)));
  }
  for (; x < end; x += 4) store<f32>(x, alpha * load<f32>(x));
}

/** y ← alpha·x + y, n elements. x and y are the same or do not overlap. */
export function axpy(n: i32, alpha: f32, x: usize, y: usize): void {
  const factor = f32x4.splat(alpha);
  const end = y + (<usize>n << 2);
  for (const last = y + (<usize>(n & ~3) << 2); y < last; y += 16) {
    v128.store(y, multiplyAdd(factor, v128.load(x), v128.load(y)));
    x += 16;
  }
  for (; y < end; y += 4) {
    const sum = multiplyAdd(factor, v128.load32_zero(x), v128.load32_zero(y));
    store<f32>(y, f32x4.extract_lane(sum, 0));
    x += 4;
  }
}
