// The three products of a dense layer, whose weights are stored in panels.
//
// W (inputs × outputs) is stored as ⌈outputs / 8⌉ panels of `inputs` rows of eight floats. Columns beyond `outputs` are zero
// and stay zero. The forward product reads the panels and the weight step updates them in place: they are never packed.

import { runParts, Team } from "../runtime/threads";
import { KC, KC_INPUTS, KC_ROWS, MC, NC, NR, PANEL_BYTES } from "./blocking";
import { Layout, Product, productPart, Split } from "./product";

/** Y ← X·W + bias. X: batch × inputs, Y: batch × outputs, row-major; bias: outputs floats, zero-padded to whole panels. */
export function denseForward(
  batch: i32, inputs: i32, outputs: i32,
  x: usize, weights: usize, bias: usize, y: usize, team: Team,
): void {
  const job = changetype<Product>(team.job);
  job.setSizes(batch, outputs, inputs, 1);
  job.setBlocks(KC_INPUTS, outputs, batch, Split.Tiles);
  job.setA(x, <usize>inputs << 2, 4, false);
  job.setB(weights, PANEL_BYTES, <usize>inputs * PANEL_BYTES, Layout.InPlace);
  job.setC(y, <usize>outputs << 2, PANEL_BYTES, false);
  job.setD(bias, 0, PANEL_BYTES);
  runParts(team, productPart, operations(batch, inputs, outputs));
}

/**
 * W ← W + alpha·Xᵀ·G when `accumulate`, else W ← alpha·Xᵀ·G without reading W. G: batch × outputs, row-major.
 * With alpha = −learning rate this is a whole step of plain gradient descent.
 */
export function denseWeightGradient(
  batch: i32, inputs: i32, outputs: i32,
  alpha: f32, x: usize, gradOutput: usize, accumulate: bool, weights: usize, team: Team,
): void {
  const packsX = sharesCacheSets(inputs);
  const packsG = sharesCacheSets(outputs) || outputs % NR != 0;
  const job = changetype<Product>(team.job);
  job.setSizes(inputs, outputs, batch, alpha);
  job.setBlocks(KC_ROWS, NC, packsX ? MC : inputs, Split.Rows);
  job.setA(x, 4, <usize>inputs << 2, packsX);
  job.setB(gradOutput, <usize>outputs << 2, PANEL_BYTES, packsG ? Layout.Rows : Layout.InPlace);
  // Whole panels: since the padding of G is zero, that of W stays zero.
  job.setC(weights, PANEL_BYTES, <usize>inputs * PANEL_BYTES, true);
  job.setDToC(accumulate);
  runParts(team, productPart, operations(batch, inputs, outputs));
}

/** Whether rows of `columns` floats begin in so few cache sets that a column of them does not stay cached. */
@inline
function sharesCacheSets(columns: i32): bool { return (columns & 255) == 0; }

/** gradInput ← G·Wᵀ (batch × inputs). Each block of transposed weights is packed once for the whole batch. */
export function denseInputGradient(
  batch: i32, inputs: i32, outputs: i32,
  gradOutput: usize, weights: usize, gradInput: usize, team: Team,
): void {
  if (outputs == 0) return;
  const job = changetype<Product>(team.job);
  job.setSizes(batch, inputs, outputs, 1);
  job.setBlocks(KC, NC, batch, Split.Columns);
  job.setA(gradOutput, <usize>outputs << 2, 4, false);
  // Eight inputs are eight rows of a panel, eight outputs the next panel.
  job.setB(weights, <usize>inputs * PANEL_BYTES / NR, PANEL_BYTES * NR, Layout.Transposed);
  job.setC(gradInput, <usize>inputs << 2, PANEL_BYTES, false);
  job.setDToC(false);
  runParts(team, productPart, operations(batch, inputs, outputs));
}

/** Floating-point operations of each product. */
@inline
function operations(batch: i32, inputs: i32, outputs: i32): f64 {
  return 2.0 * batch * inputs * outputs;
}
