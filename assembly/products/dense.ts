// The three products of a dense layer, over weights that live in panels.
//
// W (inputs × outputs) is held as ⌈outputs / 8⌉ panels, each `inputs` rows of eight floats; columns beyond `outputs` are
// zero and stay zero. Forward streams the panels, the weight step updates them in place: neither is ever packed.

import { runParts, Team } from "../runtime/threads";
import { KC, KC_INPUTS, KC_ROWS, MC, NC, NR, PANEL_BYTES } from "./blocking";
import { ZEROS } from "./macro-kernel";
import { B, Product, productPart, Split } from "./product";

/** Y ← X·W + bias. X: batch × inputs, Y: batch × outputs, row-major; bias: outputs floats, zero-padded to whole panels. */
export function denseForward(
  batch: i32, inputs: i32, outputs: i32,
  x: usize, weights: usize, bias: usize, y: usize, team: Team,
): void {
  const job = changetype<Product>(team.job);
  job.m = batch;
  job.n = outputs;
  job.k = inputs;
  job.alpha = 1;
  job.a = x;
  job.aRow = <usize>inputs << 2;
  job.aStep = 4;
  job.packsA = false;
  job.b = weights;
  job.bStep = PANEL_BYTES;
  job.bPanel = <usize>inputs * PANEL_BYTES;
  job.layout = B.InPlace;
  job.c = y;
  job.cRow = <usize>outputs << 2;
  job.cPanel = PANEL_BYTES;
  job.d = bias;
  job.dRow = 0;
  job.dPanel = PANEL_BYTES;
  job.kc = KC_INPUTS;
  job.nc = outputs;
  job.mc = batch;
  job.split = Split.Tiles;
  job.wholePanels = false;
  runParts(team, productPart, operations(batch, inputs, outputs));
}

/**
 * W ← W + alpha·Xᵀ·G when `accumulate`, else W ← alpha·Xᵀ·G without reading W. G: batch × outputs, row-major.
 * With alpha = −learning rate this is the whole step of plain gradient descent.
 */
export function denseWeightGradient(
  batch: i32, inputs: i32, outputs: i32,
  alpha: f32, x: usize, gradOutput: usize, accumulate: bool, weights: usize, team: Team,
): void {
  const panelStride = <usize>inputs * PANEL_BYTES;
  const packsX = sharesCacheSets(inputs);
  const packsG = sharesCacheSets(outputs) || outputs % NR != 0;
  const job = changetype<Product>(team.job);
  job.m = inputs;
  job.n = outputs;
  job.k = batch;
  job.alpha = alpha;
  job.a = x;
  job.aRow = 4;
  job.aStep = <usize>inputs << 2;
  job.packsA = packsX;
  job.b = gradOutput;
  job.bStep = <usize>outputs << 2;
  job.bPanel = PANEL_BYTES;
  job.layout = packsG ? B.Rows : B.InPlace;
  job.c = weights;
  job.cRow = PANEL_BYTES;
  job.cPanel = panelStride;
  job.d = accumulate ? weights : ZEROS;
  job.dRow = accumulate ? PANEL_BYTES : 0;
  job.dPanel = accumulate ? panelStride : 0;
  job.kc = KC_ROWS;
  job.nc = NC;
  job.mc = packsX ? MC : inputs;
  job.split = Split.Rows;
  // The padding of G makes that of W stay zero.
  job.wholePanels = true;
  runParts(team, productPart, operations(batch, inputs, outputs));
}

/** Whether rows of so many floats begin in so few different cache sets that a column of them does not stay cached. */
// @ts-ignore: decorator
@inline
function sharesCacheSets(columns: i32): bool { return (columns & 255) == 0; }

/** gradInput ← G·Wᵀ (batch × inputs). The transposed weights of a block are packed for the whole batch at once. */
export function denseInputGradient(
  batch: i32, inputs: i32, outputs: i32,
  gradOutput: usize, weights: usize, gradInput: usize, team: Team,
): void {
  if (outputs == 0) return;
  const job = changetype<Product>(team.job);
  job.m = batch;
  job.n = inputs;
  job.k = outputs;
  job.alpha = 1;
  job.a = gradOutput;
  job.aRow = <usize>outputs << 2;
  job.aStep = 4;
  job.packsA = false;
  // Eight inputs are eight rows of a panel, eight outputs the next panel.
  job.b = weights;
  job.bStep = <usize>inputs * PANEL_BYTES / NR;
  job.bPanel = PANEL_BYTES * NR;
  job.layout = B.Transposed;
  job.c = gradInput;
  job.cRow = <usize>inputs << 2;
  job.cPanel = PANEL_BYTES;
  job.d = ZEROS;
  job.dRow = 0;
  job.dPanel = 0;
  job.kc = KC;
  job.nc = NC;
  job.mc = batch;
  job.split = Split.Columns;
  job.wholePanels = false;
  runParts(team, productPart, operations(batch, inputs, outputs));
}

/** Floating-point operations of each of the three. */
// @ts-ignore: decorator
@inline
function operations(batch: i32, inputs: i32, outputs: i32): f64 {
  return 2.0 * batch * inputs * outputs;
}
