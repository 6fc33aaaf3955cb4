// Softmax and functions built on it, row by row. They subtract each row's maximum first, so that no logit overflows.

import { exponential } from "../elements/exponential";
import { addLanes, BLOCK_COLUMNS, withBlocks } from "../runtime/long-sums";

/** Y[i, :] ← e^X[i, :] / Σⱼ e^X[i, j]; m × n, row-major. Y may be X. */
export function softmax(m: i32, n: i32, x: usize, y: usize): void {
  const row = <usize>n << 2;
  for (let i = 0; i < m; ++i) {
    const sum = exponentials(n, x, y, rowMaximum(n, x));
    multiplyRow(n, <f32>1 / sum, y);
    x += row;
    y += row;
  }
}

/** Y[i, :] ← X[i, :] − log Σⱼ e^X[i, j]; m × n, row-major. Y may not overlap X. */
export function logSoftmax(m: i32, n: i32, x: usize, y: usize): void {
  const row = <usize>n << 2;
  for (let i = 0; i < m; ++i) {
    const maximum = rowMaximum(n, x);
    const logarithm = Mathf.log(exponentials(n, x, y, maximum));
    const peak = f32x4.splat(maximum);
    const shift = f32x4.splat(logarithm);
    let j = 0;
    // Subtracts the maximum first: added to a logit of 1e4, the logarithm would be lost to rounding.
    for (; j + 4 <= n; j += 4) {
      const at = <usize>j << 2;
      v128.store(y + at, f32x4.sub(f32x4.sub(v128.load(x + at), peak), shift));
    }
    for (; j < n; ++j) {
      const at = <usize>j << 2;
      v128.store32_lane(y + at, f32x4.sub(f32x4.sub(v128.load32_zero(x + at), peak), shift), 0);
    }
    x += row;
    y += row;
  }
}

/**
 * losses[i] ← −log softmax(logits[i, :])[labels[i]], and in the same pass
 * grad[i, :] ← scale·(softmax(logits[i, :]) − onehot(labels[i])). m × n, row-major; labels i32 in [0, n).
 * grad may be logits.
 */
export function softmaxCrossEntropy(
  m: i32, n: i32, logits: usize, labels: usize, scale: f32, losses: usize, grad: usize,
): void {
  const row = <usize>n << 2;
  for (let i = 0; i < m; ++i) {
    const at = <usize>load<i32>(labels) << 2;
    const maximum = rowMaximum(n, logits);
    const margin = maximum - load<f32>(logits + at);
    const sum = exponentials(n, logits, grad, maximum);
    store<f32>(losses, Mathf.log(sum) + margin);
    multiplyRow(n, scale / sum, grad);
    store<f32>(grad + at, load<f32>(grad + at) - scale);
    logits += row;
    grad += row;
    labels += 4;
    losses += 4;
  }
}

/** indices[i] ← the first j with the largest X[i, j]; a NaN counts as largest, as in NumPy. n ≥ 1. */
export function argmaxRows(m: i32, n: i32, x: usize, indices: usize): void {
  for (let i = 0; i < m; ++i) {
    const maximum = rowMaximum(n, x);
    let j: i32 = 0;
    while (j < n - 1) {
      const value = load<f32>(x + (<usize>j << 2));
      if (value == maximum || value != value) break;
      ++j;
    }
    store<i32>(indices, j);
    x += <usize>n << 2;
    indices += 4;
  }
}

/** The largest of n floats, NaN if one of them is; −∞ for none. */
export function rowMaximum(n: i32, x: usize): f32 {
  let most = f32x4.splat(-f32.MAX_VALUE * 2);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    most = f32x4.max(most, v128.load(x));
    x += 16;
  }
  let maximum = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (; j < n; ++j) {
    maximum = max(maximum, load<f32>(x));
    x += 4;
  }
  return maximum;
}

/** y ← e^(x − maximum); the sum of the results. */
export function exponentials(n: i32, x: usize, y: usize, maximum: f32): f32 {
  const shift = f32x4.splat(maximum);
  let blocks: f64 = 0;
  while (true) {
    const columns = min(n, BLOCK_COLUMNS);
    let sums = f32x4.splat(0);
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      const e = exponential(f32x4.sub(v128.load(x), shift));
      v128.store(y, e);
      sums = f32x4.add(sums, e);
      x += 16;
      y += 16;
    }
    let sum = addLanes(sums);
    for (; j < columns; ++j) {
      const e = f32x4.extract_lane(exponential(f32x4.sub(v128.load32_zero(x), shift)), 0);
      store<f32>(y, e);
      sum += e;
      x += 4;
      y += 4;
    }
    n -= columns;
    if (n == 0) return withBlocks(blocks, sum);
    blocks += sum;
  }
}

function multiplyRow(n: i32, factor: f32, y: usize): void {
  const factors = f32x4.splat(factor);
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    v128.store(y, f32x4.mul(v128.load(y), factors));
    y += 16;
  }
  for (; j < n; ++j) {
    store<f32>(y, load<f32>(y) * factor);
    y += 4;
  }
}
