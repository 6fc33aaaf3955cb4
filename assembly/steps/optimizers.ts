// Optimizer steps. Each makes one pass over the memory. n counts floats, including the padding of panels, which stays zero.
//
// All begin with g = max(−limit, min(limit, scale·gradient)) + l2·w + l1·sign(w) and never write the gradient. TERMS is Plain
// if that is just scale·gradient. Constants stay in registers over a part. The loops are not unrolled: the processor overlaps
// iterations by itself and waits only for its divider (Adam, one vector on an EPYC 9004: 2.7 ns, of which the root and the
// quotient take 2.2). No part is long enough to have to report progress.

import { flush, flushSquare, loadLanes, Penalized, Plain, Step, storeLanes, Terms } from "./gradient";
import { multiplyAdd } from "../runtime/lanes";
import { runParts, Team } from "../runtime/threads";

/**
 * velocity ← momentum·velocity + gain·g; w ← w − rate·d, where d is the velocity, or g + momentum·velocity when `nesterov`.
 * If velocity is 0 there is none, and d is g.
 */
export function sgdStep(
  n: i32, w: usize, gradient: usize, velocity: usize, scale: f32, limit: f32, l2: f32, l1: f32,
  rate: f32, momentum: f32, gain: f32, nesterov: bool, team: Team,
): void {
  const job = changetype<SGDStep>(team.job);
  job.begin(n, w, gradient, scale, limit, l2, l1, rate);
  job.velocity = velocity - w;
  job.momentum = momentum;
  job.gain = gain;
  job.nesterov = nesterov;
  if (velocity) runParts(team, momentumPart, 16.0 * n);
  else runParts(team, sgdPart, 8.0 * n);
}

@unmanaged
class SGDStep extends Step { velocity: usize; momentum: f32; gain: f32; nesterov: bool; }

function sgdPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<SGDStep>(team.job);
  if (job.isPlain) sgdRange<Plain>(job, job.first(part, parts), job.first(part + 1, parts));
  else sgdRange<Penalized>(job, job.first(part, parts), job.first(part + 1, parts));
}

function sgdRange<TERMS extends Terms>(job: SGDStep, w: usize, end: usize): void {
  const scale = f32x4.splat(job.scale), minusRate = f32x4.splat(-job.rate);
  let g = w + job.gradient;
  for (; w + 16 <= end; w += 16) {
    sgd<TERMS, v128>(job, w, g, scale, minusRate);
    g += 16;
  }
  for (; w < end; w += 4) {
    sgd<TERMS, f32>(job, w, g, scale, minusRate);
    g += 4;
  }
}

@inline
function sgd<TERMS extends Terms, T>(job: Step, w: usize, gradient: usize, scale: v128, minusRate: v128): void {
  const old = loadLanes<T>(w);
  const g = changetype<TERMS>(<usize>0).apply(job, loadLanes<T>(gradient), old, scale);
  storeLanes<T>(w, multiplyAdd(minusRate, g, old));
}

function momentumPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<SGDStep>(team.job);
  if (job.isPlain) momentumRange<Plain>(job, job.first(part, parts), job.first(part + 1, parts));
  else momentumRange<Penalized>(job, job.first(part, parts), job.first(part + 1, parts));
}

function momentumRange<TERMS extends Terms>(job: SGDStep, w: usize, end: usize): void {
  const scale = f32x4.splat(job.scale), minusRate = f32x4.splat(-job.rate);
  const momentum = f32x4.splat(job.momentum), gain = f32x4.splat(job.gain);
  // d = share·velocity + rest·g covers both kinds without a branch.
  const share = f32x4.splat(job.nesterov ? job.momentum : 1), rest = f32x4.splat(job.nesterov ? 1 : 0);
  let g = w + job.gradient, v = w + job.velocity;
  for (; w + 16 <= end; w += 16) {
    sgdMomentum<TERMS, v128>(job, w, g, v, scale, minusRate, momentum, gain, share, rest);
    g += 16;
    v += 16;
  }
  for (; w < end; w += 4) {
    sgdMomentum<TERMS, f32>(job, w, g, v, scale, minusRate, momentum, gain, share, rest);
    g += 4;
    v += 4;
  }
}

@inline
function sgdMomentum<TERMS extends Terms, T>(
  job: Step, w: usize, gradient: usize, velocity: usize,
  scale: v128, minusRate: v128, momentum: v128, gain: v128, share: v128, rest: v128,
): void {
  const old = loadLanes<T>(w);
  const g = changetype<TERMS>(<usize>0).apply(job, loadLanes<T>(gradient), old, scale);
  const v = flush(multiplyAdd(momentum, loadLanes<T>(velocity), f32x4.mul(gain, g)));
  storeLanes<T>(velocity, v);
  storeLanes<T>(w, multiplyAdd(minusRate, multiplyAdd(share, v, f32x4.mul(rest, g)), old));
}

/**
 * squares ← alpha·squares + gain·g²; d = g / (√squares + epsilon). With means, means ← alpha·means + gain·g and
 * d = g / (√max(0, squares − means²) + epsilon). With a velocity, velocity ← momentum·velocity + d, which then is d.
 * w ← w − rate·d. If means or velocity is 0, there are none.
 */
export function rmspropStep(
  n: i32, w: usize, gradient: usize, squares: usize, means: usize, velocity: usize,
  scale: f32, limit: f32, l2: f32, l1: f32, rate: f32, alpha: f32, gain: f32, epsilon: f32, momentum: f32, team: Team,
): void {
  const job = changetype<RMSPropStep>(team.job);
  job.begin(n, w, gradient, scale, limit, l2, l1, rate);
  job.squares = squares - w;
  job.means = means - w;
  job.velocity = velocity - w;
  job.alpha = alpha;
  job.gain = gain;
  job.epsilon = epsilon;
  job.momentum = momentum;
  job.centered = means != 0;
  job.moving = velocity != 0;
  runParts(team, rmspropPart, 30.0 * n);
}

@unmanaged
class RMSPropStep extends Step {
  squares: usize; means: usize; velocity: usize;
  alpha: f32; gain: f32; epsilon: f32; momentum: f32; centered: bool; moving: bool;
}

function rmspropPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<RMSPropStep>(team.job);
  if (job.isPlain) rmspropRange<Plain>(job, job.first(part, parts), job.first(part + 1, parts));
  else rmspropRange<Penalized>(job, job.first(part, parts), job.first(part + 1, parts));
}

function rmspropRange<TERMS extends Terms>(job: RMSPropStep, w: usize, end: usize): void {
  const scale = f32x4.splat(job.scale), minusRate = f32x4.splat(-job.rate);
  const alpha = f32x4.splat(job.alpha), gain = f32x4.splat(job.gain);
  const epsilon = f32x4.splat(job.epsilon), momentum = f32x4.splat(job.momentum);
  const centered = job.centered, moving = job.moving;
  let g = w + job.gradient, s = w + job.squares, m = w + job.means, v = w + job.velocity;
  for (; w + 16 <= end; w += 16) {
    rmsprop<TERMS, v128>(job, w, g, s, m, v, scale, minusRate, alpha, gain, epsilon, momentum, centered, moving);
    g += 16;
    s += 16;
    m += 16;
    v += 16;
  }
  for (; w < end; w += 4) {
    rmsprop<TERMS, f32>(job, w, g, s, m, v, scale, minusRate, alpha, gain, epsilon, momentum, centered, moving);
    g += 4;
    s += 4;
    m += 4;
    v += 4;
  }
}

@inline
function rmsprop<TERMS extends Terms, T>(
  job: Step, w: usize, gradient: usize, squares: usize, means: usize, velocity: usize, scale: v128, minusRate: v128,
  alpha: v128, gain: v128, epsilon: v128, momentum: v128, centered: bool, moving: bool,
): void {
  const old = loadLanes<T>(w);
  const g = changetype<TERMS>(<usize>0).apply(job, loadLanes<T>(gradient), old, scale);
  const share = f32x4.mul(gain, g);
  let variance = flushSquare(multiplyAdd(share, g, f32x4.mul(alpha, loadLanes<T>(squares))));
  storeLanes<T>(squares, variance);
  if (centered) {
    const mean = flush(multiplyAdd(alpha, loadLanes<T>(means), share));
    storeLanes<T>(means, mean);
    // Rounding can make it negative, and its root NaN (as in PyTorch).
    variance = f32x4.pmax(f32x4.sub(variance, f32x4.mul(mean, mean)), f32x4.splat(0));
  }
  let d = f32x4.div(g, f32x4.add(f32x4.sqrt(variance), epsilon));
  if (moving) {
    d = flush(multiplyAdd(momentum, loadLanes<T>(velocity), d));
    storeLanes<T>(velocity, d);
  }
  storeLanes<T>(w, multiplyAdd(minusRate, d, old));
}

/** squares ← squares + g²; w ← w − rate·g / (√squares + epsilon). */
export function adagradStep(
  n: i32, w: usize, gradient: usize, squares: usize, scale: f32, limit: f32, l2: f32, l1: f32,
  rate: f32, epsilon: f32, team: Team,
): void {
  const job = changetype<AdagradStep>(team.job);
  job.begin(n, w, gradient, scale, limit, l2, l1, rate);
  job.squares = squares - w;
  job.epsilon = epsilon;
  runParts(team, adagradPart, 30.0 * n);
}

@unmanaged
class AdagradStep extends Step { squares: usize; epsilon: f32; }

function adagradPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<AdagradStep>(team.job);
  if (job.isPlain) adagradRange<Plain>(job, job.first(part, parts), job.first(part + 1, parts));
  else adagradRange<Penalized>(job, job.first(part, parts), job.first(part + 1, parts));
}

function adagradRange<TERMS extends Terms>(job: AdagradStep, w: usize, end: usize): void {
  const scale = f32x4.splat(job.scale), minusRate = f32x4.splat(-job.rate), epsilon = f32x4.splat(job.epsilon);
  let g = w + job.gradient, s = w + job.squares;
  for (; w + 16 <= end; w += 16) {
    adagrad<TERMS, v128>(job, w, g, s, scale, minusRate, epsilon);
    g += 16;
    s += 16;
  }
  for (; w < end; w += 4) {
    adagrad<TERMS, f32>(job, w, g, s, scale, minusRate, epsilon);
    g += 4;
    s += 4;
  }
}

@inline
function adagrad<TERMS extends Terms, T>(
  job: Step, w: usize, gradient: usize, squares: usize, scale: v128, minusRate: v128, epsilon: v128,
): void {
  const old = loadLanes<T>(w);
  const g = changetype<TERMS>(<usize>0).apply(job, loadLanes<T>(gradient), old, scale);
  const square = flushSquare(multiplyAdd(g, g, loadLanes<T>(squares)));
  storeLanes<T>(squares, square);
  storeLanes<T>(w, multiplyAdd(minusRate, f32x4.div(g, f32x4.add(f32x4.sqrt(square), epsilon)), old));
}

/**
 * means ← beta1·means + gain1·g; squares ← beta2·squares + gain2·g²;
 * w ← keep·w − rate·means / (correction·√squares + epsilon). keep is 1, or less for decoupled weight decay.
 */
export function adamStep(
  n: i32, w: usize, gradient: usize, means: usize, squares: usize, scale: f32, limit: f32, l2: f32, l1: f32,
  rate: f32, keep: f32, beta1: f32, gain1: f32, beta2: f32, gain2: f32, correction: f32, epsilon: f32, team: Team,
): void {
  const job = changetype<AdamStep>(team.job);
  job.begin(n, w, gradient, scale, limit, l2, l1, rate);
  job.means = means - w;
  job.squares = squares - w;
  job.keep = keep;
  job.beta1 = beta1;
  job.gain1 = gain1;
  job.beta2 = beta2;
  job.gain2 = gain2;
  job.correction = correction;
  job.epsilon = epsilon;
  runParts(team, adamPart, 30.0 * n);
}

@unmanaged
class AdamStep extends Step {
  means: usize; squares: usize; keep: f32;
  beta1: f32; gain1: f32; beta2: f32; gain2: f32; correction: f32; epsilon: f32;
}

function adamPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<AdamStep>(team.job);
  if (job.isPlain) adamRange<Plain>(job, job.first(part, parts), job.first(part + 1, parts));
  else adamRange<Penalized>(job, job.first(part, parts), job.first(part + 1, parts));
}

function adamRange<TERMS extends Terms>(job: AdamStep, w: usize, end: usize): void {
  const scale = f32x4.splat(job.scale), minusRate = f32x4.splat(-job.rate), keep = f32x4.splat(job.keep);
  const beta1 = f32x4.splat(job.beta1), gain1 = f32x4.splat(job.gain1);
  const beta2 = f32x4.splat(job.beta2), gain2 = f32x4.splat(job.gain2);
  const correction = f32x4.splat(job.correction), epsilon = f32x4.splat(job.epsilon);
  let g = w + job.gradient, m = w + job.means, s = w + job.squares;
  for (; w + 16 <= end; w += 16) {
    adam<TERMS, v128>(job, w, g, m, s, scale, minusRate, keep, beta1, gain1, beta2, gain2, correction, epsilon);
    g += 16;
    m += 16;
    s += 16;
  }
  for (; w < end; w += 4) {
    adam<TERMS, f32>(job, w, g, m, s, scale, minusRate, keep, beta1, gain1, beta2, gain2, correction, epsilon);
    g += 4;
    m += 4;
    s += 4;
  }
}

@inline
function adam<TERMS extends Terms, T>(
  job: Step, w: usize, gradient: usize, means: usize, squares: usize, scale: v128, minusRate: v128, keep: v128,
  beta1: v128, gain1: v128, beta2: v128, gain2: v128, correction: v128, epsilon: v128,
): void {
  const old = loadLanes<T>(w);
  const g = changetype<TERMS>(<usize>0).apply(job, loadLanes<T>(gradient), old, scale);
  const mean = flush(multiplyAdd(gain1, g, f32x4.mul(beta1, loadLanes<T>(means))));
  storeLanes<T>(means, mean);
  const square = flushSquare(multiplyAdd(f32x4.mul(gain2, g), g, f32x4.mul(beta2, loadLanes<T>(squares))));
  storeLanes<T>(squares, square);
  const denominator = multiplyAdd(correction, f32x4.sqrt(square), epsilon);
  storeLanes<T>(w, multiplyAdd(keep, old, f32x4.div(f32x4.mul(minusRate, mean), denominator)));
}
