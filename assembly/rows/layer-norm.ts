// Layer normalization (Ba, Kiros and Hinton 2016): each row is shifted and scaled to mean 0 and variance 1, then by beta and
// gamma. X, Y, G: m × n, row-major; gamma, beta and their gradients are n floats. Sums are taken in double precision.

import { highDoubles, loadLanes, lowDoubles, storeLanes } from "../runtime/lanes";
import { sum } from "./reduce";
import { TERMS } from "../runtime/long-sums";

/**
 * mean[i] ← Σⱼ X[i, j] / n, inverse[i] ← 1 / √(Σⱼ (X[i, j] − mean[i])² / n + epsilon),
 * Y[i, :] ← gamma·(X[i, :] − mean[i])·inverse[i] + beta; mean, inverse: m floats. Y may be X. n ≥ 1.
 */
export function layerNormForward(
  m: i32, n: i32, epsilon: f64, x: usize, gamma: usize, beta: usize, mean: usize, inverse: usize, y: usize,
): void {
  for (let i = 0; i < m; ++i) {
    const average = sum(n, x) / <f64>n;
    const variance = squaredDistances(n, x, average) / <f64>n;
    const centre: f32 = <f32>average;
    const factor: f32 = <f32>(1 / Math.sqrt(variance + epsilon));
    store<f32>(mean, centre);
    store<f32>(inverse, factor);
    for (let j = 0, whole = false; j < n; j += whole ? 4 : 1) {
      whole = j + 4 <= n;
      const at = <usize>j << 2;
      const normalized = normalize(loadLanes(x + at, whole), centre, factor);
      const scaled = f32x4.mul(normalized, loadLanes(gamma + at, whole));
      storeLanes(y + at, f32x4.add(scaled, loadLanes(beta + at, whole)), whole);
    }
    x += <usize>n << 2;
    y += <usize>n << 2;
    mean += 4;
    inverse += 4;
  }
}

/**
 * With X̂ = (X − mean)·inverse and H = gamma·G, row by row: gradInput ← inverse·(H − Σⱼ H / n − X̂·Σⱼ H·X̂ / n);
 * gradGamma ← Σᵢ G[i, :]·X̂[i, :], gradBeta ← Σᵢ G[i, :]. gradInput may be gradOutput. n ≥ 1. sums: room for 2n doubles.
 */
export function layerNormBackward(
  m: i32, n: i32, x: usize, mean: usize, inverse: usize, gamma: usize, gradOutput: usize,
  sums: usize, gradGamma: usize, gradBeta: usize, gradInput: usize,
): void {
  const betaSums = sums + (<usize>n << 3);
  const block = <usize>n * TERMS << 2;
  const blocks = m > TERMS;
  if (blocks) memory.fill(sums, 0, <usize>n << 4);
  memory.fill(gradGamma, 0, <usize>n << 2);
  memory.fill(gradBeta, 0, <usize>n << 2);
  for (; m > TERMS; m -= TERMS) {
    backwardRows(TERMS, n, x, mean, inverse, gamma, gradOutput, gradGamma, gradBeta, gradInput);
    moveBlock(n, gradGamma, sums);
    moveBlock(n, gradBeta, betaSums);
    x += block;
    gradOutput += block;
    gradInput += block;
    mean += TERMS << 2;
    inverse += TERMS << 2;
  }
  backwardRows(m, n, x, mean, inverse, gamma, gradOutput, gradGamma, gradBeta, gradInput);
  if (blocks) {
    addSums(n, sums, gradGamma);
    addSums(n, betaSums, gradBeta);
  }
}

/** sums ← sums + block, block ← 0; n doubles, n floats. */
function moveBlock(n: i32, block: usize, sums: usize): void {
  const end = block + (<usize>n << 2);
  for (; block + 16 <= end; block += 16) {
    const values = v128.load(block);
    v128.store(block, f32x4.splat(0));
    v128.store(sums, f64x2.add(v128.load(sums), lowDoubles(values)));
    v128.store(sums, f64x2.add(v128.load(sums, 16), highDoubles(values)), 16);
    sums += 32;
  }
  for (; block < end; block += 4) {
    store<f64>(sums, load<f64>(sums) + <f64>load<f32>(block));
    store<f32>(block, 0);
    sums += 8;
  }
}

/** block ← sums + block. */
function addSums(n: i32, sums: usize, block: usize): void {
  for (const end = block + (<usize>n << 2); block < end; block += 4) {
    store<f32>(block, <f32>(load<f64>(sums) + <f64>load<f32>(block)));
    sums += 8;
  }
}

/** The kernel for up to TERMS rows. Adds them to gradGamma and gradBeta in order. */
function backwardRows(
  m: i32, n: i32, x: usize, mean: usize, inverse: usize, gamma: usize, gradOutput: usize,
  gradGamma: usize, gradBeta: usize, gradInput: usize,
): void {
  for (let i = 0; i < m; ++i) {
    const centre = load<f32>(mean);
    const factor = load<f32>(inverse);
    let sums = f64x2.splat(0);
    let products = f64x2.splat(0);
    for (let j = 0, whole = false; j < n; j += whole ? 4 : 1) {
      whole = j + 4 <= n;
      const at = <usize>j << 2;
      const gradient = loadLanes(gradOutput + at, whole);
      const normalized = normalize(loadLanes(x + at, whole), centre, factor);
      const product = f32x4.mul(gradient, normalized);
      storeLanes(gradGamma + at, f32x4.add(loadLanes(gradGamma + at, whole), product), whole);
      storeLanes(gradBeta + at, f32x4.add(loadLanes(gradBeta + at, whole), gradient), whole);
      // With a single column, the other lanes have gamma = 0 and add nothing.
      const scaled = f32x4.mul(gradient, loadLanes(gamma + at, whole));
      const weighted = f32x4.mul(scaled, normalized);
      sums = f64x2.add(sums, f64x2.add(lowDoubles(scaled), highDoubles(scaled)));
      products = f64x2.add(products, f64x2.add(lowDoubles(weighted), highDoubles(weighted)));
    }
    const shift = f32x4.splat(<f32>(bothLanes(sums) / <f64>n));
    const slope = f32x4.splat(<f32>(bothLanes(products) / <f64>n));
    for (let j = 0, whole = false; j < n; j += whole ? 4 : 1) {
      whole = j + 4 <= n;
      const at = <usize>j << 2;
      const scaled = f32x4.mul(loadLanes(gradOutput + at, whole), loadLanes(gamma + at, whole));
      const normalized = normalize(loadLanes(x + at, whole), centre, factor);
      const value = f32x4.sub(f32x4.sub(scaled, shift), f32x4.mul(normalized, slope));
      storeLanes(gradInput + at, f32x4.mul(value, f32x4.splat(factor)), whole);
    }
    const row = <usize>n << 2;
    x += row;
    gradOutput += row;
    gradInput += row;
    mean += 4;
    inverse += 4;
  }
}

@inline
function normalize(x: v128, centre: f32, factor: f32): v128 {
  return f32x4.mul(f32x4.sub(x, f32x4.splat(centre)), f32x4.splat(factor));
}

/** Σ (x[j] − mean)². */
function squaredDistances(n: i32, x: usize, mean: f64): f64 {
  const means = f64x2.splat(mean);
  let sums = f64x2.splat(0);
  let j = 0;
  for (; j + 2 <= n; j += 2) {
    const distance = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x)), means);
    sums = f64x2.add(sums, f64x2.mul(distance, distance));
    x += 8;
  }
  let total = bothLanes(sums);
  if (j < n) {
    const distance = <f64>load<f32>(x) - mean;
    total += distance * distance;
  }
  return total;
}

@inline
function bothLanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}
