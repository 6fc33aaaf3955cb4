// Batch and layer normalisation. All matrices m × n, row-major; vectors of n (or m, where said so) floats.

import { multiplyAdd } from "./lanes";

/** mean[j] ← Σᵢ X[i, j] / m; variance[j] ← Σᵢ (X[i, j] − mean[j])² / m (biased). m ≥ 1. */
export function columnMoments(m: i32, n: i32, x: usize, mean: usize, variance: usize): void {
  const share = f32x4.splat(<f32>1 / <f32>m);
  const stride = <usize>n << 2;
  for (let j = 0; j < n; j += 4) {
    // A last group of fewer columns goes one by one.
    const single = n - j < 4;
    for (let c = j; c < (single ? n : j + 1); ++c) {
      const at = <usize>c << 2;
      let sum = f32x4.splat(0);
      for (let i = 0, from = x + at; i < m; ++i, from += stride) sum = f32x4.add(sum, single ? v128.load32_zero(from) : v128.load(from));
      const center = f32x4.mul(sum, share);
      let squares = f32x4.splat(0);
      for (let i = 0, from = x + at; i < m; ++i, from += stride) {
        const offset = f32x4.sub(single ? v128.load32_zero(from) : v128.load(from), center);
        squares = multiplyAdd(offset, offset, squares);
      }
      const spread = f32x4.mul(squares, share);
      if (single) {
        v128.store32_lane(mean + at, center, 0);
        v128.store32_lane(variance + at, spread, 0);
      } else {
        v128.store(mean + at, center);
        v128.store(variance + at, spread);
      }
    }
  }
}

/** normalized[i, j] ← (X[i, j] − mean[j]) / √(variance[j] + epsilon); inverse[j] ← 1 / √(variance[j] + epsilon). */
export function normalizeColumns(
  m: i32, n: i32, epsilon: f32, x: usize, mean: usize, variance: usize, inverse: usize, normalized: usize,
): void {
  for (let j = 0; j < n; ++j) {
    const at = <usize>j << 2;
    store<f32>(inverse + at, <f32>1 / sqrt<f32>(load<f32>(variance + at) + epsilon));
  }
  for (let i = 0; i < m; ++i) {
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      const at = <usize>j << 2;
      v128.store(normalized + at, f32x4.mul(f32x4.sub(v128.load(x + at), v128.load(mean + at)), v128.load(inverse + at)));
    }
    for (; j < n; ++j) {
      const at = <usize>j << 2;
      store<f32>(normalized + at, (load<f32>(x + at) - load<f32>(mean + at)) * load<f32>(inverse + at));
    }
    x += <usize>n << 2;
    normalized += <usize>n << 2;
  }
}

/** normalized[i, :] ← (X[i, :] − mean) / √(variance + epsilon) with the row's own moments; inverse[i] ← 1 / √(…), m floats. n ≥ 1. */
export function normalizeRows(m: i32, n: i32, epsilon: f32, x: usize, inverse: usize, normalized: usize): void {
  for (let i = 0; i < m; ++i) {
    const mean = rowSum(n, x) / <f32>n;
    const center = f32x4.splat(mean);
    let sums = f32x4.splat(0);
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      const offset = f32x4.sub(v128.load(x + (<usize>j << 2)), center);
      sums = multiplyAdd(offset, offset, sums);
    }
    let squares = addLanes(sums);
    for (; j < n; ++j) {
      const offset = load<f32>(x + (<usize>j << 2)) - mean;
      squares += offset * offset;
    }
    const factor = <f32>1 / sqrt<f32>(squares / <f32>n + epsilon);
    store<f32>(inverse, factor);
    const factors = f32x4.splat(factor);
    for (j = 0; j + 4 <= n; j += 4) {
      const at = <usize>j << 2;
      v128.store(normalized + at, f32x4.mul(f32x4.sub(v128.load(x + at), center), factors));
    }
    for (; j < n; ++j) {
      const at = <usize>j << 2;
      store<f32>(normalized + at, (load<f32>(x + at) - mean) * factor);
    }
    x += <usize>n << 2;
    normalized += <usize>n << 2;
    inverse += 4;
  }
}

/** Y[i, j] ← X[i, j]·scale[j] + shift[j]. Y may be X. */
export function scaleColumns(m: i32, n: i32, x: usize, scale: usize, shift: usize, y: usize): void {
  for (let i = 0; i < m; ++i) {
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      const at = <usize>j << 2;
      v128.store(y + at, multiplyAdd(v128.load(x + at), v128.load(scale + at), v128.load(shift + at)));
    }
    for (; j < n; ++j) {
      const at = <usize>j << 2;
      const value = multiplyAdd(v128.load32_zero(x + at), v128.load32_zero(scale + at), v128.load32_zero(shift + at));
      v128.store32_lane(y + at, value, 0);
    }
    x += <usize>n << 2;
    y += <usize>n << 2;
  }
}

/** sums[j] ← alpha·Σᵢ A[i, j]·B[i, j] + (accumulate ? sums[j] : 0). */
export function columnProducts(m: i32, n: i32, alpha: f32, a: usize, b: usize, accumulate: bool, sums: usize): void {
  const stride = <usize>n << 2;
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const at = <usize>j << 2;
    let sum = f32x4.splat(0);
    for (let i = 0, offset = at; i < m; ++i, offset += stride) sum = multiplyAdd(v128.load(a + offset), v128.load(b + offset), sum);
    v128.store(sums + at, multiplyAdd(f32x4.splat(alpha), sum, accumulate ? v128.load(sums + at) : f32x4.splat(0)));
  }
  for (; j < n; ++j) {
    const at = <usize>j << 2;
    let sum: f32 = 0;
    for (let i = 0, offset = at; i < m; ++i, offset += stride) sum += load<f32>(a + offset) * load<f32>(b + offset);
    store<f32>(sums + at, alpha * sum + (accumulate ? load<f32>(sums + at) : 0));
  }
}

/**
 * gradInput[i, j] ← scale[j]·inverse[j]·(G[i, j] − shiftSums[j]/m − N[i, j]·scaleSums[j]/m), N the normalised inputs,
 * shiftSums = Σᵢ G, scaleSums = Σᵢ G·N. Ioffe and Szegedy 2015.
 */
export function batchNormBackward(
  m: i32, n: i32, normalized: usize, gradOutput: usize, scale: usize, inverse: usize, shiftSums: usize, scaleSums: usize,
  gradInput: usize,
): void {
  const share: f32 = <f32>1 / <f32>m;
  for (let i = 0; i < m; ++i) {
    for (let j = 0; j < n; ++j) {
      const at = <usize>j << 2;
      const centered = load<f32>(gradOutput + at) - share * load<f32>(shiftSums + at)
        - load<f32>(normalized + at) * (share * load<f32>(scaleSums + at));
      store<f32>(gradInput + at, load<f32>(scale + at) * load<f32>(inverse + at) * centered);
    }
    normalized += <usize>n << 2;
    gradOutput += <usize>n << 2;
    gradInput += <usize>n << 2;
  }
}

/**
 * gradInput[i, :] ← inverse[i]·(D − mean(D) − N[i, :]·mean(D·N[i, :])) with D = G[i, :]·scale, N the normalised inputs.
 * Ba, Kiros and Hinton 2016. gradInput may not overlap gradOutput.
 */
export function layerNormBackward(
  m: i32, n: i32, normalized: usize, gradOutput: usize, scale: usize, inverse: usize, gradInput: usize,
): void {
  for (let i = 0; i < m; ++i) {
    let sum: f32 = 0;
    let products: f32 = 0;
    for (let j = 0; j < n; ++j) {
      const at = <usize>j << 2;
      const d = load<f32>(gradOutput + at) * load<f32>(scale + at);
      sum += d;
      products += d * load<f32>(normalized + at);
    }
    const mean = sum / <f32>n;
    const meanProduct = products / <f32>n;
    const factor = load<f32>(inverse);
    for (let j = 0; j < n; ++j) {
      const at = <usize>j << 2;
      const d = load<f32>(gradOutput + at) * load<f32>(scale + at);
      store<f32>(gradInput + at, factor * (d - mean - load<f32>(normalized + at) * meanProduct));
    }
    normalized += <usize>n << 2;
    gradOutput += <usize>n << 2;
    gradInput += <usize>n << 2;
    inverse += 4;
  }
}

function rowSum(n: i32, x: usize): f32 {
  let sums = f32x4.splat(0);
  let j = 0;
  for (; j + 4 <= n; j += 4) sums = f32x4.add(sums, v128.load(x + (<usize>j << 2)));
  let sum = addLanes(sums);
  for (; j < n; ++j) sum += load<f32>(x + (<usize>j << 2));
  return sum;
}

function addLanes(sums: v128): f32 {
  return (f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1)) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
}
