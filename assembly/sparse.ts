// The first layer's products when most of X is zero. X is held by its rows' elements: row i has those from starts[i] to
// ends[i] − 1 of `indices` (their columns, ascending) and `values`. W is in panels, as in dense.ts.
//
// Several panels are taken at a time: their vectors stay in registers while a row's elements go by.

import { PANEL } from "./gemm-micro";
import { PROGRESS, partBegin } from "./gemm-tiles";
import { multiplyAdd } from "./lanes";
import { runParts, Team } from "./team";

const PANEL_BYTES: usize = PANEL * 4;
/** Most panels at a time: with more, the rows of W that a batch touches leave the first-level cache too soon. */
const MAX_PANELS: i32 = 4;

@unmanaged
class SparseJob {
  batch: i32; inputs: i32; outputs: i32; starts: usize; ends: usize; indices: usize; values: usize;
  weights: usize; bias: usize; y: usize; alpha: f32; gradOutput: usize; accumulate: bool;
}

/** Y ← X·W + bias; as denseForward, for sparse X. */
export function sparseForward(
  batch: i32, inputs: i32, outputs: i32, starts: usize, ends: usize, indices: usize, values: usize,
  weights: usize, bias: usize, y: usize, team: Team,
): void {
  const job = changetype<SparseJob>(team.job);
  job.batch = batch;
  job.inputs = inputs;
  job.outputs = outputs;
  job.starts = starts;
  job.ends = ends;
  job.indices = indices;
  job.values = values;
  job.weights = weights;
  job.bias = bias;
  job.y = y;
  runParts(team, sparseForwardPart, 2.0 * countElements(batch, starts, ends) * outputs);
}

function sparseForwardPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<SparseJob>(team.job);
  touchRows(job);
  const panels = (job.outputs + <i32>PANEL - 1) / <i32>PANEL;
  const progress = team.workspace(thread) + PROGRESS;
  const end = partBegin(panels, part + 1, parts);
  let panel = partBegin(panels, part, parts);
  while (panel < end) {
    const count = groupSize(end - panel);
    store<i32>(progress, panel);
    switch (count) {
      case 1: forwardRows<Panels1>(job, panel); break;
      case 2: forwardRows<Panels2>(job, panel); break;
      case 3: forwardRows<Panels3>(job, panel); break;
      default: forwardRows<Panels4>(job, panel); break;
    }
    panel += count;
  }
}

/** `count` columns of panels of every row of Y, from `panel` on. */
function forwardRows<PANELS>(job: SparseJob, panel: i32): void {
  const panels = changetype<PANELS>(<usize>0).count;
  const stride = <usize>job.inputs * PANEL_BYTES;
  const weights = job.weights + <usize>panel * stride;
  const bias = job.bias + <usize>panel * PANEL_BYTES;
  const yRow = <usize>job.outputs << 2;
  const columns = job.outputs - panel * <i32>PANEL;
  let y = job.y + <usize>panel * PANEL_BYTES;
  const offset = job.values - job.indices;
  for (let row = 0; row < job.batch; ++row) {
    let index = job.indices + (<usize>load<u32>(job.starts + (<usize>row << 2)) << 2);
    const end = job.indices + (<usize>load<u32>(job.ends + (<usize>row << 2)) << 2);
    let a0 = v128.load(bias), a1 = v128.load(bias, 16);
    let b0 = panels > 1 ? v128.load(bias, 32) : a0, b1 = panels > 1 ? v128.load(bias, 48) : a0;
    let c0 = panels > 2 ? v128.load(bias, 64) : a0, c1 = panels > 2 ? v128.load(bias, 80) : a0;
    let d0 = panels > 3 ? v128.load(bias, 96) : a0, d1 = panels > 3 ? v128.load(bias, 112) : a0;
    for (; index < end; index += 4) {
      let w = weights + <usize>load<u32>(index) * PANEL_BYTES;
      const x = v128.load32_splat(index + offset);
      a0 = multiplyAdd(x, v128.load(w), a0);
      a1 = multiplyAdd(x, v128.load(w, 16), a1);
      if (panels > 1) { w += stride; b0 = multiplyAdd(x, v128.load(w), b0); b1 = multiplyAdd(x, v128.load(w, 16), b1); }
      if (panels > 2) { w += stride; c0 = multiplyAdd(x, v128.load(w), c0); c1 = multiplyAdd(x, v128.load(w, 16), c1); }
      if (panels > 3) { w += stride; d0 = multiplyAdd(x, v128.load(w), d0); d1 = multiplyAdd(x, v128.load(w, 16), d1); }
    }
    storePanel(y, a0, a1, columns);
    if (panels > 1) storePanel(y + 32, b0, b1, columns - 8);
    if (panels > 2) storePanel(y + 64, c0, c1, columns - 16);
    if (panels > 3) storePanel(y + 96, d0, d1, columns - 24);
    y += yRow;
  }
}

/** The first `columns` of eight floats; all of them when there are more. */
// @ts-ignore: decorator
@inline
function storePanel(y: usize, left: v128, right: v128, columns: i32): void {
  if (columns >= <i32>PANEL) {
    v128.store(y, left);
    v128.store(y, right, 16);
  } else {
    storeSome(y, left, right, columns);
  }
}

function storeSome(y: usize, left: v128, right: v128, columns: i32): void {
  if (columns >= 4) {
    v128.store(y, left);
    y += 16;
    left = right;
    columns -= 4;
  }
  for (; columns > 0; --columns) {
    v128.store32_lane(y, left, 0);
    left = v128.shuffle<i32>(left, left, 1, 2, 3, 0);
    y += 4;
  }
}

/** The eight floats that storePanel has written, zeros in place of what lies beyond `columns`. */
// @ts-ignore: decorator
@inline
function loadHalf(g: usize, columns: i32): v128 {
  if (columns >= 4) return v128.load(g);
  return loadSome(g, columns);
}

function loadSome(g: usize, columns: i32): v128 {
  let half = f32x4.splat(0);
  if (columns > 0) half = v128.load32_zero(g);
  if (columns > 1) half = v128.load32_lane(g + 4, half, 1);
  if (columns > 2) half = v128.load32_lane(g + 8, half, 2);
  return half;
}

/**
 * W ← alpha·Xᵀ·G, plus W when `accumulate`; as denseWeightGradient, for sparse X. When it accumulates, only rows of W whose
 * feature occurs in the batch are read or written. Rows of X are added in order.
 */
export function sparseWeightGradient(
  batch: i32, inputs: i32, outputs: i32, alpha: f32, starts: usize, ends: usize, indices: usize, values: usize,
  gradOutput: usize, accumulate: bool, weights: usize, team: Team,
): void {
  const job = changetype<SparseJob>(team.job);
  job.batch = batch;
  job.inputs = inputs;
  job.outputs = outputs;
  job.alpha = alpha;
  job.starts = starts;
  job.ends = ends;
  job.indices = indices;
  job.values = values;
  job.gradOutput = gradOutput;
  job.accumulate = accumulate;
  job.weights = weights;
  runParts(team, sparseWeightGradientPart, 2.0 * countElements(batch, starts, ends) * outputs);
}

function sparseWeightGradientPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<SparseJob>(team.job);
  const panels = (job.outputs + <i32>PANEL - 1) / <i32>PANEL;
  const progress = team.workspace(thread) + PROGRESS;
  const end = partBegin(panels, part + 1, parts);
  let panel = partBegin(panels, part, parts);
  while (panel < end) {
    const count = groupSize(end - panel);
    store<i32>(progress, panel);
    switch (count) {
      case 1: gradientRows<Panels1>(job, panel); break;
      case 2: gradientRows<Panels2>(job, panel); break;
      case 3: gradientRows<Panels3>(job, panel); break;
      default: gradientRows<Panels4>(job, panel); break;
    }
    panel += count;
  }
}

function gradientRows<PANELS>(job: SparseJob, panel: i32): void {
  const panels = changetype<PANELS>(<usize>0).count;
  const stride = <usize>job.inputs * PANEL_BYTES;
  const weights = job.weights + <usize>panel * stride;
  const gRow = <usize>job.outputs << 2;
  const columns = job.outputs - panel * <i32>PANEL;
  const factor = f32x4.splat(job.alpha);
  const offset = job.values - job.indices;
  let g = job.gradOutput + <usize>panel * PANEL_BYTES;
  if (!job.accumulate) memory.fill(weights, 0, stride * <usize>panels);
  for (let row = 0; row < job.batch; ++row) {
    let index = job.indices + (<usize>load<u32>(job.starts + (<usize>row << 2)) << 2);
    const end = job.indices + (<usize>load<u32>(job.ends + (<usize>row << 2)) << 2);
    const a0 = f32x4.mul(factor, loadHalf(g, columns)), a1 = f32x4.mul(factor, loadHalf(g + 16, columns - 4));
    const b0 = panels > 1 ? f32x4.mul(factor, loadHalf(g + 32, columns - 8)) : a0, b1 = panels > 1 ? f32x4.mul(factor, loadHalf(g + 48, columns - 12)) : a0;
    const c0 = panels > 2 ? f32x4.mul(factor, loadHalf(g + 64, columns - 16)) : a0, c1 = panels > 2 ? f32x4.mul(factor, loadHalf(g + 80, columns - 20)) : a0;
    const d0 = panels > 3 ? f32x4.mul(factor, loadHalf(g + 96, columns - 24)) : a0, d1 = panels > 3 ? f32x4.mul(factor, loadHalf(g + 112, columns - 28)) : a0;
    for (; index < end; index += 4) {
      let w = weights + <usize>load<u32>(index) * PANEL_BYTES;
      const x = v128.load32_splat(index + offset);
      addTo(w, x, a0, a1);
      if (panels > 1) { w += stride; addTo(w, x, b0, b1); }
      if (panels > 2) { w += stride; addTo(w, x, c0, c1); }
      if (panels > 3) { w += stride; addTo(w, x, d0, d1); }
    }
    g += gRow;
  }
}

// @ts-ignore: decorator
@inline
function addTo(w: usize, x: v128, left: v128, right: v128): void {
  v128.store(w, multiplyAdd(x, left, v128.load(w)));
  v128.store(w, multiplyAdd(x, right, v128.load(w, 16)), 16);
}

/** Panels to take at a time when so many are left: as few groups as possible, shared out evenly. */
function groupSize(left: i32): i32 {
  const groups = (left + MAX_PANELS - 1) / MAX_PANELS;
  return (left + groups - 1) / groups;
}

/**
 * Loads one word of each cache line of X. Rows of a shuffled batch lie far apart in memory: asked for all at once, they
 * arrive together instead of one after the other as the product gets to them.
 */
function touchRows(job: SparseJob): i32 {
  const offset = job.values - job.indices;
  let words = 0;
  for (let row: usize = 0; row < <usize>job.batch; ++row) {
    const end = job.indices + (<usize>load<u32>(job.ends + (row << 2)) << 2);
    for (let at = job.indices + (<usize>load<u32>(job.starts + (row << 2)) << 2); at < end; at += 64) {
      words |= load<i32>(at) | load<i32>(at + offset);
    }
  }
  return words;
}

function countElements(batch: i32, starts: usize, ends: usize): f64 {
  let count = 0.0;
  for (let row: usize = 0; row < <usize>batch; ++row) {
    count += <f64>(load<u32>(ends + (row << 2)) - load<u32>(starts + (row << 2)));
  }
  return count;
}

// @ts-ignore: decorator
@unmanaged @final class Panels1 { @inline get count(): i32 { return 1; } }
// @ts-ignore: decorator
@unmanaged @final class Panels2 { @inline get count(): i32 { return 2; } }
// @ts-ignore: decorator
@unmanaged @final class Panels3 { @inline get count(): i32 { return 3; } }
// @ts-ignore: decorator
@unmanaged @final class Panels4 { @inline get count(): i32 { return 4; } }
