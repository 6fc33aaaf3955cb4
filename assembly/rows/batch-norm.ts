// Batch normalization (Ioffe and Szegedy 2015): each column is shifted and scaled to mean 0 and variance 1, then by beta and
// gamma. X, Y, G: m × n, row-major; all else are n floats. Takes four columns at a time and sums in double precision.

import { highDoubles, loadLanes, lowDoubles, storeLanes, toFloats } from "../runtime/lanes";

/**
 * mean[j] ← Σᵢ X[i, j] / m, variance v[j] = Σᵢ (X[i, j] − mean[j])² / m, inverse[j] ← 1 / √(v[j] + epsilon);
 * runningMean ← runningMean + momentum·(mean − runningMean), and runningVariance in the same way towards v·m / (m − 1).
 * m ≥ 2.
 */
export function batchNormStatistics(
  m: i32, n: i32, epsilon: f64, momentum: f64, x: usize, mean: usize, inverse: usize,
  runningMean: usize, runningVariance: usize,
): void {
  const rows = f64x2.splat(<f64>m);
  const unbiased = f64x2.splat(<f64>m / <f64>(m - 1));
  const step = f64x2.splat(momentum);
  for (let j = 0, whole = false; j < n; j += whole ? 4 : 1) {
    whole = j + 4 <= n;
    const at = <usize>j << 2;
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let i = 0, source = x + at; i < m; ++i) {
      const values = loadLanes(source, whole);
      low = f64x2.add(low, lowDoubles(values));
      high = f64x2.add(high, highDoubles(values));
      source += <usize>n << 2;
    }
    const meanLow = f64x2.div(low, rows);
    const meanHigh = f64x2.div(high, rows);
    low = f64x2.splat(0);
    high = f64x2.splat(0);
    for (let i = 0, source = x + at; i < m; ++i) {
      const values = loadLanes(source, whole);
      const fromLow = f64x2.sub(lowDoubles(values), meanLow);
      const fromHigh = f64x2.sub(highDoubles(values), meanHigh);
      low = f64x2.add(low, f64x2.mul(fromLow, fromLow));
      high = f64x2.add(high, f64x2.mul(fromHigh, fromHigh));
      source += <usize>n << 2;
    }
    low = f64x2.div(low, rows);
    high = f64x2.div(high, rows);
    storeLanes(mean + at, toFloats(meanLow, meanHigh), whole);
    storeLanes(inverse + at, toFloats(inverseDeviation(low, epsilon), inverseDeviation(high, epsilon)), whole);
    approach(runningMean + at, step, meanLow, meanHigh, whole);
    approach(runningVariance + at, step, f64x2.mul(low, unbiased), f64x2.mul(high, unbiased), whole);
  }
}

/** inverse ← 1 / √(variance + epsilon), n elements. */
export function batchNormInverse(n: i32, epsilon: f64, variance: usize, inverse: usize): void {
  for (let j = 0, whole = false; j < n; j += whole ? 4 : 1) {
    whole = j + 4 <= n;
    const at = <usize>j << 2;
    const values = loadLanes(variance + at, whole);
    const low = inverseDeviation(lowDoubles(values), epsilon);
    storeLanes(inverse + at, toFloats(low, inverseDeviation(highDoubles(values), epsilon)), whole);
  }
}

/** Y ← gamma·(X − mean)·inverse + beta. Y may be X. */
export function batchNormForward(
  m: i32, n: i32, x: usize, mean: usize, inverse: usize, gamma: usize, beta: usize, y: usize,
): void {
  for (let i = 0; i < m; ++i) {
    for (let j = 0, whole = false; j < n; j += whole ? 4 : 1) {
      whole = j + 4 <= n;
      const at = <usize>j << 2;
      const centred = f32x4.sub(loadLanes(x + at, whole), loadLanes(mean + at, whole));
      const scaled = f32x4.mul(f32x4.mul(centred, loadLanes(inverse + at, whole)), loadLanes(gamma + at, whole));
      storeLanes(y + at, f32x4.add(scaled, loadLanes(beta + at, whole)), whole);
    }
    x += <usize>n << 2;
    y += <usize>n << 2;
  }
}

/**
 * With X̂ = (X − mean)·inverse: gradBeta ← Σᵢ G[i, :], gradGamma ← Σᵢ G[i, :]·X̂[i, :], and
 * gradInput ← gamma·inverse·(G − gradBeta / m − X̂·gradGamma / m) when `ofBatch`, that is when mean and inverse are the
 * batch's own; gamma·inverse·G when they are constants. gradInput may be gradOutput.
 */
export function batchNormBackward(
  m: i32, n: i32, ofBatch: bool, x: usize, mean: usize, inverse: usize, gamma: usize, gradOutput: usize,
  gradGamma: usize, gradBeta: usize, gradInput: usize,
): void {
  const share = f32x4.splat(ofBatch ? <f32>(1.0 / <f64>m) : 0);
  for (let j = 0, whole = false; j < n; j += whole ? 4 : 1) {
    whole = j + 4 <= n;
    const at = <usize>j << 2;
    const centre = loadLanes(mean + at, whole);
    const factor = loadLanes(inverse + at, whole);
    columnGradients(m, n, x + at, centre, factor, gradOutput + at, gradGamma + at, gradBeta + at, whole);
    const scale = f32x4.mul(loadLanes(gamma + at, whole), factor);
    const shift = f32x4.mul(loadLanes(gradBeta + at, whole), share);
    const slope = f32x4.mul(loadLanes(gradGamma + at, whole), share);
    for (let i = 0, place = at; i < m; ++i) {
      const normalized = f32x4.mul(f32x4.sub(loadLanes(x + place, whole), centre), factor);
      const gradient = f32x4.sub(loadLanes(gradOutput + place, whole), shift);
      const value = f32x4.mul(scale, f32x4.sub(gradient, f32x4.mul(normalized, slope)));
      storeLanes(gradInput + place, value, whole);
      place += <usize>n << 2;
    }
  }
}

/** gradGamma and gradBeta of four columns, or one. */
function columnGradients(
  m: i32, n: i32, x: usize, centre: v128, factor: v128, gradOutput: usize, gradGamma: usize, gradBeta: usize, whole: bool,
): void {
  let gammaLow = f64x2.splat(0);
  let gammaHigh = f64x2.splat(0);
  let betaLow = f64x2.splat(0);
  let betaHigh = f64x2.splat(0);
  for (let i = 0, place: usize = 0; i < m; ++i) {
    const gradient = loadLanes(gradOutput + place, whole);
    const normalized = f32x4.mul(f32x4.sub(loadLanes(x + place, whole), centre), factor);
    const product = f32x4.mul(gradient, normalized);
    gammaLow = f64x2.add(gammaLow, lowDoubles(product));
    gammaHigh = f64x2.add(gammaHigh, highDoubles(product));
    betaLow = f64x2.add(betaLow, lowDoubles(gradient));
    betaHigh = f64x2.add(betaHigh, highDoubles(gradient));
    place += <usize>n << 2;
  }
  storeLanes(gradGamma, toFloats(gammaLow, gammaHigh), whole);
  storeLanes(gradBeta, toFloats(betaLow, betaHigh), whole);
}

/** 1 / √(variance + epsilon). */
@inline
function inverseDeviation(variance: v128, epsilon: f64): v128 {
  return f64x2.div(f64x2.splat(1), f64x2.sqrt(f64x2.add(variance, f64x2.splat(epsilon))));
}

/** running ← running + step·(values − running). */
@inline
function approach(running: usize, step: v128, low: v128, high: v128, whole: bool): void {
  const old = loadLanes(running, whole);
  const oldLow = lowDoubles(old);
  const oldHigh = highDoubles(old);
  const newLow = f64x2.add(oldLow, f64x2.mul(step, f64x2.sub(low, oldLow)));
  const newHigh = f64x2.add(oldHigh, f64x2.mul(step, f64x2.sub(high, oldHigh)));
  storeLanes(running, toFloats(newLow, newHigh), whole);
}
