// The first layer's products for inputs X that are mostly zero. Row i of X has the elements starts[i] to ends[i] − 1 of
// `indices` (their columns, ascending) and `values`. W is in panels, as in dense.ts.
//
// The forward product goes row by row, several panels at a time: their sums stay in registers over a row's elements.
// The weight step goes column by column: it sums what a batch adds to a weight before it rounds to the weight's last place.

import {
  boundRange, columnOf, Columns, COLUMNS_BYTES, ELEMENT_BYTES, listBegin, listEnd, LISTS, rowOf, SparseRange, sortByColumn,
} from "./sparse-columns";
import { axpy } from "../elements/arithmetic";
import { KC_INPUTS, KC_ROWS, NR, PANEL_BYTES } from "./blocking";
import { multiplyAdd } from "../runtime/lanes";
import { partBegin } from "../runtime/parts";
import { runParts, Team } from "../runtime/threads";
import { PROGRESS, SORTED_JOB, WORDS_BYTES, WORK_BYTES } from "../runtime/workspace";

/** The most panels at a time: four would need more vector registers than Node 20's compiler has. */
const MAX_PANELS: i32 = 3;
/** Bytes of `indices` in one block of a forward sum. */
const BLOCK_BYTES: usize = <usize>KC_INPUTS << 2;

@unmanaged
class ForwardJob {
  batch: i32; inputs: i32; outputs: i32; starts: usize; ends: usize; indices: usize; values: usize;
  weights: usize; bias: usize; y: usize;
}

/** Y ← X·W + bias: denseForward for sparse X. */
export function sparseForward(
  batch: i32, inputs: i32, outputs: i32, starts: usize, ends: usize, indices: usize, values: usize,
  weights: usize, bias: usize, y: usize, team: Team,
): void {
  const job = changetype<ForwardJob>(team.job);
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
  const job = changetype<ForwardJob>(team.job);
  touchRows(job);
  const panels = (job.outputs + NR - 1) / NR;
  const progress = team.workspace(thread) + PROGRESS;
  const end = partBegin(panels, part + 1, parts);
  let panel = partBegin(panels, part, parts);
  while (panel < end) {
    const count = groupSize(end - panel);
    store<i32>(progress, panel);
    switch (count) {
      case 1: forwardRows<Panels1>(job, panel); break;
      case 2: forwardRows<Panels2>(job, panel); break;
      default: forwardRows<Panels3>(job, panel); break;
    }
    panel += count;
  }
}

/** Computes `count` panels of every row of Y, from `panel` on. */
function forwardRows<PANELS extends Panels>(job: ForwardJob, panel: i32): void {
  const panels = changetype<PANELS>(<usize>0).count;
  const stride = <usize>job.inputs * PANEL_BYTES;
  const weights = job.weights + <usize>panel * stride;
  const bias = job.bias + <usize>panel * PANEL_BYTES;
  const yRow = <usize>job.outputs << 2;
  const columns = job.outputs - panel * NR;
  const zero = f32x4.splat(0);
  let y = job.y + <usize>panel * PANEL_BYTES;
  const offset = job.values - job.indices;
  for (let row = 0; row < job.batch; ++row) {
    let index = job.indices + (<usize>load<u32>(job.starts + (<usize>row << 2)) << 2);
    const end = job.indices + (<usize>load<u32>(job.ends + (<usize>row << 2)) << 2);
    let isFirst = true;
    do {
      const stop = min(end, index + BLOCK_BYTES);
      let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero;
      for (; index < stop; index += 4) {
        let w = weights + <usize>load<u32>(index) * PANEL_BYTES;
        const x = v128.load32_splat(index + offset);
        a0 = multiplyAdd(x, v128.load(w), a0);
        a1 = multiplyAdd(x, v128.load(w, 16), a1);
        if (panels > 1) { w += stride; b0 = multiplyAdd(x, v128.load(w), b0); b1 = multiplyAdd(x, v128.load(w, 16), b1); }
        if (panels > 2) { w += stride; c0 = multiplyAdd(x, v128.load(w), c0); c1 = multiplyAdd(x, v128.load(w, 16), c1); }
      }
      if (isFirst) {
        storePanel(y, bias, a0, a1, columns);
        if (panels > 1) storePanel(y + 32, bias + 32, b0, b1, columns - 8);
        if (panels > 2) storePanel(y + 64, bias + 64, c0, c1, columns - 16);
      } else {
        addPanel(y, a0, a1, columns);
        if (panels > 1) addPanel(y + 32, b0, b1, columns - 8);
        if (panels > 2) addPanel(y + 64, c0, c1, columns - 16);
      }
      isFirst = false;
    } while (index < end);
    y += yRow;
  }
}

/** y ← addend + sums for the first `columns` of eight, or for all eight if `columns` is larger. */
@inline
function storePanel(y: usize, addend: usize, left: v128, right: v128, columns: i32): void {
  left = f32x4.add(left, v128.load(addend));
  right = f32x4.add(right, v128.load(addend, 16));
  if (columns >= NR) {
    v128.store(y, left);
    v128.store(y, right, 16);
  } else {
    storeSome(y, left, right, columns);
  }
}

/** y ← y + sums, like storePanel, for the second and later blocks of a long row. */
function addPanel(y: usize, left: v128, right: v128, columns: i32): void {
  storeSome(y, f32x4.add(loadHalf(y, columns), left), f32x4.add(loadHalf(y + 16, columns - 4), right), min(columns, NR));
}

/** Stores the first `columns` ≤ 8 floats. */
function storeSome(y: usize, left: v128, right: v128, columns: i32): void {
  for (; columns >= 4; columns -= 4) {
    v128.store(y, left);
    y += 16;
    left = right;
  }
  for (; columns > 0; --columns) {
    v128.store32_lane(y, left, 0);
    left = v128.shuffle<i32>(left, left, 1, 2, 3, 0);
    y += 4;
  }
}

/** Loads four floats, with zeros beyond `columns`. */
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

/** Bytes between rows of the packed gradient: MAX_PANELS panels, rounded up to a power of two. */
const GRADIENT_ROW: usize = 128;
const GRADIENT_BYTES: usize = <usize>KC_ROWS * GRADIENT_ROW;
/**
 * With up to this many panels, and at least as many elements as columns, the sums are kept in memory and computed row by row:
 * sorting would take longer than two passes over all weights. 32 rows of MNIST, 784 → 10: 11 µs instead of 16.
 */
const SUMS_PANELS: usize = 2;
const SUMS_BYTES: usize = WORK_BYTES - WORDS_BYTES;

if (WORDS_BYTES + GRADIENT_BYTES + COLUMNS_BYTES > WORK_BYTES) ERROR("a thread's workspace is too small");

/**
 * W ← alpha·Xᵀ·G, plus W if `accumulate`: denseWeightGradient for sparse X. Both give the same bits if all numbers are
 * finite: a weight takes the sum over each KC_ROWS rows, in order.
 */
export function sparseWeightGradient(
  batch: i32, inputs: i32, outputs: i32, alpha: f32, starts: usize, ends: usize, indices: usize, values: usize,
  gradOutput: usize, accumulate: bool, weights: usize, team: Team,
): void {
  const job = changetype<GradientJob>(team.job);
  job.outputs = outputs;
  job.alpha = alpha;
  job.indices = indices;
  job.values = values;
  job.columns = inputs;
  job.clears = !accumulate;
  job.weights = weights;
  const sumsFit = <usize>outputs <= SUMS_PANELS * NR && <u64>inputs * PANEL_BYTES <= SUMS_BYTES;
  for (let row: usize = 0; row < <usize>batch || job.clears; row += KC_ROWS) {
    job.rows = min(batch - <i32>row, KC_ROWS);
    job.starts = starts + (row << 2);
    job.ends = ends + (row << 2);
    job.gradOutput = gradOutput + (row * <usize>outputs << 2);
    job.limit = 0;
    do {
      job.first = job.limit;
      const operations = 2.0 * <f64>boundRange(job) * outputs;
      if (sumsFit && countElements(job.rows, job.starts, job.ends) >= inputs) {
        job.limit = inputs;
        runParts(team, sumsPart, operations);
      } else {
        runParts(team, columnsPart, operations);
      }
      job.clears = false;
    } while (job.limit < <u32>inputs);
  }
}

@unmanaged
class GradientJob extends SparseRange {
  outputs: i32; alpha: f32; gradOutput: usize; clears: bool; weights: usize;
}

/**
 * Computes a part's panels. Each thread sorts the elements itself, once per job: shared, they would have to travel from one
 * core's cache to the other's and back in every step.
 */
function columnsPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<GradientJob>(team.job);
  const panels = (job.outputs + NR - 1) / NR;
  const work = team.workspace(thread), packedG = work + WORDS_BYTES;
  const sorted = changetype<Columns>(packedG + GRADIENT_BYTES);
  const stride = <usize>job.columns * PANEL_BYTES;
  // A job of one part has no number.
  if (parts == 1 || load<i32>(work, SORTED_JOB) != team.jobs) {
    sortByColumn(job, sorted);
    if (parts > 1) store<i32>(work, team.jobs, SORTED_JOB);
  }
  const end = partBegin(panels, part + 1, parts);
  let panel = partBegin(panels, part, parts);
  while (panel < end) {
    const count = groupSize(end - panel);
    store<i32>(work, panel, PROGRESS);
    packGradient(job, panel, 2 * count, packedG);
    if (job.clears) memory.fill(job.weights + <usize>panel * stride, 0, <usize>count * stride);
    switch (count) {
      case 1: addColumns<Panels1>(job, sorted, panel, packedG); break;
      case 2: addColumns<Panels2>(job, sorted, panel, packedG); break;
      default: addColumns<Panels3>(job, sorted, panel, packedG); break;
    }
    panel += count;
  }
}

/** Packs `halves` half panels of the rows of G, padded with zeros. */
function packGradient(job: GradientJob, panel: i32, halves: i32, packedG: usize): void {
  const columns = job.outputs - panel * NR;
  const end = packedG + <usize>job.rows * GRADIENT_ROW;
  let g = job.gradOutput + <usize>panel * PANEL_BYTES;
  for (; packedG < end; packedG += GRADIENT_ROW) {
    for (let half = 0; half < halves; ++half) {
      const at = <usize>half << 4;
      v128.store(packedG + at, loadHalf(g + at, columns - 4 * half));
    }
    g += <usize>job.outputs << 2;
  }
}

/** Adds the sum over each column's elements to its weights in `count` panels, from `panel` on. */
function addColumns<PANELS extends Panels>(job: GradientJob, sorted: Columns, panel: i32, packedG: usize): void {
  const panels = changetype<PANELS>(<usize>0).count;
  const stride = <usize>job.columns * PANEL_BYTES;
  const weights = job.weights + <usize>panel * stride + <usize>job.first * PANEL_BYTES;
  const factor = f32x4.splat(job.alpha), zero = f32x4.splat(0);
  for (let list: u32 = 1; list <= LISTS; ++list) {
    const end = listEnd(sorted, list);
    for (let entry = listBegin(sorted, list); entry < end; entry += ELEMENT_BYTES) {
      const key = load<u32>(entry);
      let element = <usize>load<u32>(entry, 4);
      const last = element + <usize>rowOf(key) * ELEMENT_BYTES;
      let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero;
      do {
        const x = v128.load32_splat(element, 4);
        const g = packedG + <usize>rowOf(load<u32>(element)) * GRADIENT_ROW;
        a0 = multiplyAdd(x, v128.load(g), a0);
        a1 = multiplyAdd(x, v128.load(g, 16), a1);
        if (panels > 1) { b0 = multiplyAdd(x, v128.load(g, 32), b0); b1 = multiplyAdd(x, v128.load(g, 48), b1); }
        if (panels > 2) { c0 = multiplyAdd(x, v128.load(g, 64), c0); c1 = multiplyAdd(x, v128.load(g, 80), c1); }
        element += ELEMENT_BYTES;
      } while (element <= last);
      let w = weights + <usize>columnOf(key) * PANEL_BYTES;
      addTo(w, factor, a0, a1);
      if (panels > 1) { w += stride; addTo(w, factor, b0, b1); }
      if (panels > 2) { w += stride; addTo(w, factor, c0, c1); }
    }
  }
}

function sumsPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<GradientJob>(team.job);
  const panels = (job.outputs + NR - 1) / NR;
  const sums = team.workspace(thread) + WORDS_BYTES;
  const stride = <usize>job.columns * PANEL_BYTES;
  const end = partBegin(panels, part + 1, parts);
  for (let panel = partBegin(panels, part, parts); panel < end; ++panel) {
    const weights = job.weights + <usize>panel * stride;
    if (job.clears) memory.fill(weights, 0, stride);
    memory.fill(sums, 0, stride);
    sumRows(job, panel, sums);
    axpy(<i32>(stride >> 2), job.alpha, sums, weights);
  }
}

/** sums ← sums + Xᵀ·G, one panel, row by row. */
function sumRows(job: GradientJob, panel: i32, sums: usize): void {
  const columns = job.outputs - panel * NR;
  const offset = job.values - job.indices;
  let g = job.gradOutput + <usize>panel * PANEL_BYTES;
  for (let row: usize = 0; row < <usize>job.rows << 2; row += 4) {
    const end = job.indices + (<usize>load<u32>(job.ends + row) << 2);
    const left = loadHalf(g, columns), right = loadHalf(g + 16, columns - 4);
    for (let index = job.indices + (<usize>load<u32>(job.starts + row) << 2); index < end; index += 4) {
      addTo(sums + <usize>load<u32>(index) * PANEL_BYTES, v128.load32_splat(index + offset), left, right);
    }
    g += <usize>job.outputs << 2;
  }
}

@inline
function addTo(w: usize, x: v128, left: v128, right: v128): void {
  v128.store(w, multiplyAdd(x, left, v128.load(w)));
  v128.store(w, multiplyAdd(x, right, v128.load(w, 16)), 16);
}

/** How many of the panels left to take next: as few groups as possible, of nearly equal size. */
function groupSize(left: i32): i32 {
  const groups = (left + MAX_PANELS - 1) / MAX_PANELS;
  return (left + groups - 1) / groups;
}

/**
 * Loads one word of each cache line of X. The rows of a shuffled batch lie far apart in memory: requested all at once, they
 * arrive together instead of one after the other.
 */
function touchRows(job: ForwardJob): i32 {
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

/** How many panels are taken at a time: a compile-time constant. */
interface Panels { readonly count: i32; }
@unmanaged @final class Panels1 { @inline get count(): i32 { return 1; } }
@unmanaged @final class Panels2 { @inline get count(): i32 { return 2; } }
@unmanaged @final class Panels3 { @inline get count(): i32 { return 3; } }
