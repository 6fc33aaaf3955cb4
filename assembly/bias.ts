// Bias: the row that is added to every row, and its gradient, the sum of all rows.

import { multiplyAdd } from "./lanes";

/** Y ← Y + bias in every row; Y: m × n, row-major. */
export function biasAdd(m: i32, n: i32, bias: usize, y: usize): void {
  for (let row = 0; row < m; ++row) {
    let column = 0;
    for (; column + 4 <= n; column += 4) {
      v128.store(y, f32x4.add(v128.load(y), v128.load(bias + (<usize>column << 2))));
      y += 16;
    }
    for (; column < n; ++column) {
      store<f32>(y, load<f32>(y) + load<f32>(bias + (<usize>column << 2)));
      y += 4;
    }
  }
}

/**
 * bias ← bias + alpha·Σᵢ G[i, :] when `accumulate`, else bias ← alpha·Σᵢ G[i, :] without reading it. G: m × n, row-major;
 * rows are added in order.
 */
export function biasGradient(m: i32, n: i32, alpha: f32, gradOutput: usize, accumulate: bool, bias: usize): void {
  const factor = f32x4.splat(alpha);
  const zero = f32x4.splat(0);
  const row = <usize>n << 2;
  let column = 0;
  for (; column + 4 <= n; column += 4) {
    let sum = zero;
    let source = gradOutput + (<usize>column << 2);
    for (let i = 0; i < m; ++i) {
      sum = f32x4.add(sum, v128.load(source));
      source += row;
    }
    const target = bias + (<usize>column << 2);
    v128.store(target, multiplyAdd(factor, sum, accumulate ? v128.load(target) : zero));
  }
  for (; column < n; ++column) {
    let sum = zero;
    let source = gradOutput + (<usize>column << 2);
    for (let i = 0; i < m; ++i) {
      sum = f32x4.add(sum, v128.load32_zero(source));
      source += row;
    }
    const target = bias + (<usize>column << 2);
    v128.store32_lane(target, multiplyAdd(factor, sum, accumulate ? v128.load32_zero(target) : zero), 0);
  }
}
