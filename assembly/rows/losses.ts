// Losses and their gradients in one pass over the outputs. All matrices m × n, row-major; losses: m floats, each row's sum.
// `weights`: m sample weights, or 0 for none. losses[i] ← wᵢ·ℓᵢ, grad[i, :] ← scale·wᵢ·∂ℓᵢ/∂outputs[i, :]. grad may be outputs.

import { ElementFunction } from "../elements/map";
import { exponential } from "../elements/exponential";
import { multiplyAdd } from "../runtime/lanes";
import { logarithmOfOnePlus } from "../elements/logarithm";
import { exponentials, rowMaximum } from "./softmax";
import { addLanes, BLOCK_COLUMNS, TERMS, withBlocks } from "../runtime/long-sums";

/**
 * ℓᵢ = −Σⱼ q[j]·log softmax(logits[i, :])[j], q[j] = classWeights[j]·((1 − smoothing)·t[j] + smoothing/n).
 * t is the row of `targets` if that is not 0, else one at labels[i] (i32 in [0, n)); classWeights are 1 if that is 0.
 * With labels only, the same as softmaxCrossEntropy except for rounding. Here grad must not be logits.
 */
export function weightedCrossEntropy(
  m: i32, n: i32, logits: usize, labels: usize, targets: usize, classWeights: usize, smoothing: f32, weights: usize,
  scale: f32, losses: usize, grad: usize,
): void {
  const floor: f32 = smoothing / <f32>n;
  const rest: f32 = <f32>1 - smoothing;
  for (let i = 0; i < m; ++i) {
    const label = targets ? -1 : load<i32>(labels + (<usize>i << 2));
    const weight = weights ? load<f32>(weights + (<usize>i << 2)) : <f32>1;
    const maximum = rowMaximum(n, logits);
    const sum = exponentials(n, logits, grad, maximum);
    const logarithm = Mathf.log(sum);
    let total: f64 = 0;
    let loss: f64 = 0;
    for (let j = 0; j < n;) {
      let blockTotal: f32 = 0;
      let blockLoss: f32 = 0;
      for (const end = min(j + TERMS, n); j < end; ++j) {
        const q = crossEntropyTarget(j, label, targets, classWeights, rest, floor);
        blockTotal += q;
        // A target of zero adds nothing, even if its class has probability 0.
        if (q != 0) blockLoss += q * (logarithm + (maximum - load<f32>(logits + (<usize>j << 2))));
      }
      total += blockTotal;
      loss += blockLoss;
    }
    store<f32>(losses + (<usize>i << 2), <f32>(weight * loss));
    const factor = scale * weight;
    const share = <f32>(total / sum);
    for (let j = 0; j < n; ++j) {
      const at = grad + (<usize>j << 2);
      const q = crossEntropyTarget(j, label, targets, classWeights, rest, floor);
      store<f32>(at, factor * (share * load<f32>(at) - q));
    }
    const row = <usize>n << 2;
    logits += row;
    grad += row;
    if (targets) targets += row;
  }
}

@inline
function crossEntropyTarget(j: i32, label: i32, targets: usize, classWeights: usize, rest: f32, floor: f32): f32 {
  const at = <usize>j << 2;
  const target: f32 = targets ? load<f32>(targets + at) : j == label ? 1 : 0;
  const smoothed = rest * target + floor;
  return classWeights ? load<f32>(classWeights + at) * smoothed : smoothed;
}

/**
 * ℓᵢ = Σⱼ (1 − t)·x + p·ln(1 + e⁻ˣ) with p = 1 + (positiveWeights[j] − 1)·t, x the logits, t the targets in [0, 1]:
 * −w⁺·t·ln σ(x) − (1 − t)·ln(1 − σ(x)), stable for logits of any finite size. positiveWeights: n floats, 0 for all 1.
 */
export function binaryCrossEntropy(
  m: i32, n: i32, logits: usize, targets: usize, positiveWeights: usize, weights: usize,
  scale: f32, losses: usize, grad: usize,
): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < m; ++i) {
    const weight = weights ? load<f32>(weights + (<usize>i << 2)) : <f32>1;
    const factor = f32x4.splat(scale * weight);
    let loss: f64 = 0;
    for (let j = 0; j < n; j += 4) {
      const whole = n - j >= 4;
      const end = whole ? j + 1 : n;
      for (let c = j; c < end; ++c) {
        const at = <usize>c << 2;
        const x = whole ? v128.load(logits + at) : v128.load32_zero(logits + at);
        const t = whole ? v128.load(targets + at) : v128.load32_zero(targets + at);
        let p = one;
        if (positiveWeights) {
          const positive = whole ? v128.load(positiveWeights + at) : v128.load32_zero(positiveWeights + at);
          p = multiplyAdd(f32x4.sub(positive, one), t, one);
        }
        const e = exponential(f32x4.neg(f32x4.abs(x)));
        const softplus = f32x4.add(logarithmOfOnePlus(e), f32x4.max(f32x4.neg(x), f32x4.splat(0)));
        const negative = f32x4.sub(one, t);
        const value = multiplyAdd(p, softplus, f32x4.mul(negative, x));
        // σ(−x) = e^−|x| / (1 + e^−|x|) for x ≥ 0, 1 / (1 + e^−|x|) below.
        const numerator = v128.bitselect(one, e, f32x4.lt(x, f32x4.splat(0)));
        const complement = f32x4.div(numerator, f32x4.add(one, e));
        const gradient = f32x4.mul(factor, f32x4.sub(negative, f32x4.mul(p, complement)));
        if (whole) {
          v128.store(grad + at, gradient);
          loss += addLanes(value);
        } else {
          v128.store32_lane(grad + at, gradient, 0);
          loss += f32x4.extract_lane(value, 0);
        }
      }
    }
    store<f32>(losses + (<usize>i << 2), <f32>(weight * loss));
    const row = <usize>n << 2;
    logits += row;
    targets += row;
    grad += row;
  }
}

/** ℓᵢ = Σⱼ d², d = outputs − targets. */
export function squaredError(
  m: i32, n: i32, outputs: usize, targets: usize, weights: usize, scale: f32, losses: usize, grad: usize,
): void {
  differences<Squared>(m, n, 0, outputs, targets, weights, scale, losses, grad);
}

/** ℓᵢ = Σⱼ |d|; the derivative at 0 is 0. */
export function absoluteError(
  m: i32, n: i32, outputs: usize, targets: usize, weights: usize, scale: f32, losses: usize, grad: usize,
): void {
  differences<Absolute>(m, n, 0, outputs, targets, weights, scale, losses, grad);
}

/** ℓᵢ = Σⱼ d²/2 where |d| ≤ delta, else delta·(|d| − delta/2). Huber 1964. */
export function huber(
  m: i32, n: i32, delta: f32, outputs: usize, targets: usize, weights: usize, scale: f32, losses: usize, grad: usize,
): void {
  differences<Huber>(m, n, delta, outputs, targets, weights, scale, losses, grad);
}

function differences<F extends ElementFunction>(
  m: i32, n: i32, parameter: f32, outputs: usize, targets: usize, weights: usize, scale: f32, losses: usize, grad: usize,
): void {
  const f = changetype<F>(<usize>0);
  const p = f32x4.splat(parameter);
  for (let i = 0; i < m; ++i) {
    const weight = weights ? load<f32>(weights + (<usize>i << 2)) : <f32>1;
    const factor = f32x4.splat(scale * weight);
    let blocks: f64 = 0;
    for (let j = 0; ;) {
      const end = min(j + BLOCK_COLUMNS, n);
      let sums = f32x4.splat(0);
      for (; j + 4 <= end; j += 4) {
        const at = <usize>j << 2;
        const d = f32x4.sub(v128.load(outputs + at), v128.load(targets + at));
        v128.store(grad + at, f32x4.mul(factor, f.derivative(d, p)));
        sums = f32x4.add(sums, f.value(d, p));
      }
      let sum = addLanes(sums);
      for (; j < end; ++j) {
        const at = <usize>j << 2;
        const d = f32x4.sub(v128.load32_zero(outputs + at), v128.load32_zero(targets + at));
        v128.store32_lane(grad + at, f32x4.mul(factor, f.derivative(d, p)), 0);
        sum += f32x4.extract_lane(f.value(d, p), 0);
      }
      if (j == n) {
        store<f32>(losses + (<usize>i << 2), weight * withBlocks(blocks, sum));
        break;
      }
      blocks += sum;
    }
    const row = <usize>n << 2;
    outputs += row;
    targets += row;
    grad += row;
  }
}

@unmanaged
class Squared {
  @inline value(d: v128, _: v128): v128 {
    return f32x4.mul(d, d);
  }
  @inline derivative(d: v128, _: v128): v128 {
    return f32x4.add(d, d);
  }
}

@unmanaged
class Absolute {
  @inline value(d: v128, _: v128): v128 {
    return f32x4.abs(d);
  }
  @inline derivative(d: v128, _: v128): v128 {
    const sign = v128.bitselect(f32x4.splat(1), d, i32x4.splat(0x7fffffff));
    return v128.and(sign, f32x4.ne(d, f32x4.splat(0)));
  }
}

@unmanaged
class Huber {
  @inline value(d: v128, delta: v128): v128 {
    const magnitude = f32x4.abs(d);
    const near = f32x4.mul(f32x4.mul(d, d), f32x4.splat(0.5));
    const far = f32x4.mul(delta, f32x4.sub(magnitude, f32x4.mul(delta, f32x4.splat(0.5))));
    return v128.bitselect(near, far, f32x4.le(magnitude, delta));
  }
  @inline derivative(d: v128, delta: v128): v128 {
    return f32x4.max(f32x4.neg(delta), f32x4.min(d, delta));
  }
}
