// Bias: a row added to every row; its gradient is the sum of all rows.

import { highDoubles, loadLanes, lowDoubles, multiplyAdd, storeLanes, toFloats } from "../runtime/lanes";
import { TERMS } from "../runtime/long-sums";

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
 * bias ← bias + alpha·Σᵢ G[i, :] when `accumulate`, else bias ← alpha·Σᵢ G[i, :] without reading it. G: m × n, row-major.
 * Takes sixteen columns, a cache line, at a time, then four or one.
 */
export function biasGradient(m: i32, n: i32, alpha: f32, gradOutput: usize, accumulate: bool, bias: usize): void {
  const row = <usize>n << 2;
  let column = 0;
  for (; column + 16 <= n; column += 16) {
    const at = <usize>column << 2;
    sumLine(m, row, alpha, gradOutput + at, accumulate, bias + at);
  }
  for (; column + 4 <= n; column += 4) {
    const at = <usize>column << 2;
    sumFew(m, row, alpha, gradOutput + at, accumulate, bias + at, true);
  }
  for (; column < n; ++column) {
    const at = <usize>column << 2;
    sumFew(m, row, alpha, gradOutput + at, accumulate, bias + at, false);
  }
}

/** Sums four columns if `whole`, else one. */
@inline
function sumFew(m: i32, row: usize, alpha: f32, source: usize, accumulate: bool, bias: usize, whole: bool): void {
  const zero = f32x4.splat(0);
  let low = zero, high = zero, sum = zero;
  for (let left = m; ;) {
    for (const rest = max(left - TERMS, 0); left > rest; --left) {
      sum = f32x4.add(sum, loadLanes(source, whole));
      source += row;
    }
    if (left == 0) break;
    low = f64x2.add(low, lowDoubles(sum));
    high = f64x2.add(high, highDoubles(sum));
    sum = zero;
  }
  if (m > TERMS) sum = withBlocks(sum, low, high);
  addTo(bias, alpha, sum, accumulate, whole);
}

/** Sums sixteen columns. */
function sumLine(m: i32, row: usize, alpha: f32, source: usize, accumulate: bool, bias: usize): void {
  const zero = f32x4.splat(0);
  let low0 = zero, high0 = zero, low1 = zero, high1 = zero, low2 = zero, high2 = zero, low3 = zero, high3 = zero;
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  for (let left = m; ;) {
    for (const rest = max(left - TERMS, 0); left > rest; --left) {
      s0 = f32x4.add(s0, v128.load(source));
      s1 = f32x4.add(s1, v128.load(source, 16));
      s2 = f32x4.add(s2, v128.load(source, 32));
      s3 = f32x4.add(s3, v128.load(source, 48));
      source += row;
    }
    if (left == 0) break;
    low0 = f64x2.add(low0, lowDoubles(s0));
    high0 = f64x2.add(high0, highDoubles(s0));
    low1 = f64x2.add(low1, lowDoubles(s1));
    high1 = f64x2.add(high1, highDoubles(s1));
    low2 = f64x2.add(low2, lowDoubles(s2));
    high2 = f64x2.add(high2, highDoubles(s2));
    low3 = f64x2.add(low3, lowDoubles(s3));
    high3 = f64x2.add(high3, highDoubles(s3));
    s0 = s1 = s2 = s3 = zero;
  }
  if (m > TERMS) {
    s0 = withBlocks(s0, low0, high0);
    s1 = withBlocks(s1, low1, high1);
    s2 = withBlocks(s2, low2, high2);
    s3 = withBlocks(s3, low3, high3);
  }
  addTo(bias, alpha, s0, accumulate, true);
  addTo(bias + 16, alpha, s1, accumulate, true);
  addTo(bias + 32, alpha, s2, accumulate, true);
  addTo(bias + 48, alpha, s3, accumulate, true);
}

/** Adds the last block's sums to those of the others. */
@inline
function withBlocks(sum: v128, low: v128, high: v128): v128 {
  return toFloats(f64x2.add(low, lowDoubles(sum)), f64x2.add(high, highDoubles(sum)));
}

/** bias ← alpha·sum + (accumulate ? bias : 0) */
@inline
function addTo(bias: usize, alpha: f32, sum: v128, accumulate: bool, whole: bool): void {
  storeLanes(bias, multiplyAdd(f32x4.splat(alpha), sum, accumulate ? loadLanes(bias, whole) : f32x4.splat(0)), whole);
}
