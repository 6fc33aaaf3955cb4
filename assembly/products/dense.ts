// The three products of a dense layer, over weights that live in panels.
//
// W (inputs × outputs) is held as ⌈outputs / 8⌉ panels, each `inputs` rows of eight floats; columns beyond `outputs` are
// zero and stay zero. Forward streams the panels, the weight step updates them in place: neither is ever packed.

import { PANEL } from "./micro-kernel";
import { packColumns, packRows } from "./packing";
import { multiplyTiles, panelsBegin, SCRATCH_BYTES, walksRowByRow, ZEROS } from "./tiles";
import { BLOCK_INPUTS, BLOCK_ROWS } from "../runtime/long-sums";
import { partBegin } from "../runtime/parts";
import { runParts, Team } from "../runtime/threads";
import { WORK_BYTES } from "../runtime/workspace";
import { transpose } from "./transpose";

const PANEL_BYTES: usize = PANEL * 4;
/** Outputs in one block of the input gradient's sums. Decides the bits. */
const KC: i32 = 512;
/** Inputs whose transposed weights are packed at a time; outputs whose gradient is. */
const NC: i32 = 512;
/** Inputs of which a transposed block of X is packed at a time. */
const MC: i32 = 60;
/** Elements between rows of such a block. */
const PACKED_LDX: i32 = BLOCK_ROWS + 16;

if (SCRATCH_BYTES + <usize>(KC * NC + MC * PACKED_LDX) * 4 > WORK_BYTES) ERROR("a thread's workspace is too small");

/** Y ← X·W + bias. X: batch × inputs, Y: batch × outputs, row-major; bias: outputs floats, zero-padded to whole panels. */
export function denseForward(
  batch: i32, inputs: i32, outputs: i32,
  x: usize, weights: usize, bias: usize, y: usize, team: Team,
): void {
  const job = changetype<DenseForward>(team.job);
  job.batch = batch;
  job.inputs = inputs;
  job.outputs = outputs;
  job.x = x;
  job.weights = weights;
  job.bias = bias;
  job.y = y;
  runParts(team, denseForwardPart, operations(batch, inputs, outputs));
}

@unmanaged
class DenseForward { batch: i32; inputs: i32; outputs: i32; x: usize; weights: usize; bias: usize; y: usize; }

function denseForwardPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<DenseForward>(team.job);
  const inputs = job.inputs, y = job.y, xRow = <usize>inputs << 2, yRow = <usize>job.outputs << 2;
  const rowByRow = walksRowByRow(job.outputs, min(inputs, BLOCK_INPUTS));
  for (let input = 0; input < inputs || input == 0; input += BLOCK_INPUTS) {
    multiplyTiles(job.batch, job.outputs, min(inputs - input, BLOCK_INPUTS), job.x + (<usize>input << 2), xRow, 4,
      job.weights + <usize>input * PANEL_BYTES, PANEL_BYTES, <usize>inputs * PANEL_BYTES, y, yRow, PANEL_BYTES,
      input > 0 ? y : job.bias, input > 0 ? yRow : 0, PANEL_BYTES, 1, team.tile, rowByRow, team.workspace(thread), part, parts);
  }
}

/**
 * W ← W + alpha·Xᵀ·G when `accumulate`, else W ← alpha·Xᵀ·G without reading W. G: batch × outputs, row-major.
 * With alpha = −learning rate this is the whole step of plain gradient descent.
 */
export function denseWeightGradient(
  batch: i32, inputs: i32, outputs: i32,
  alpha: f32, x: usize, gradOutput: usize, accumulate: bool, weights: usize, team: Team,
): void {
  const job = changetype<DenseWeightGradient>(team.job);
  job.batch = batch;
  job.inputs = inputs;
  job.outputs = outputs;
  job.alpha = alpha;
  job.x = x;
  job.gradOutput = gradOutput;
  job.accumulate = accumulate;
  job.weights = weights;
  runParts(team, denseWeightGradientPart, operations(batch, inputs, outputs));
}

@unmanaged
class DenseWeightGradient {
  batch: i32; inputs: i32; outputs: i32; alpha: f32; x: usize; gradOutput: usize; accumulate: bool; weights: usize;
}

function denseWeightGradientPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<DenseWeightGradient>(team.job);
  const batch = job.batch, inputs = job.inputs, outputs = job.outputs, alpha = job.alpha;
  const x = job.x, gradOutput = job.gradOutput, accumulate = job.accumulate, weights = job.weights;
  const tile = team.tile, work = team.workspace(thread);
  const packedG = work + SCRATCH_BYTES;
  const packedX = packedG + <usize>(KC * NC) * 4;
  const panelStride = <usize>inputs * PANEL_BYTES;
  const begin = partBegin(inputs, part, parts);
  const end = partBegin(inputs, part + 1, parts);
  const packsX = sharesCacheSets(inputs);
  const packsG = sharesCacheSets(outputs) || (outputs & <i32>PANEL - 1) != 0;
  const chunk = packsX ? MC : max(end - begin, 1);
  for (let row = 0; row < batch || row == 0; row += BLOCK_ROWS) {
    const depth = min(batch - row, BLOCK_ROWS);
    const reads = accumulate || row > 0;
    for (let column = 0; column < outputs; column += NC) {
      const columns = min(outputs - column, NC);
      let g = gradOutput + (<usize>row * <usize>outputs + <usize>column << 2), gRow = <usize>outputs << 2, gPanel = PANEL_BYTES;
      if (packsG) {
        gPanel = <usize>depth * PANEL_BYTES;
        packRows(depth, columns, g, outputs, packedG, gPanel);
        g = packedG;
        gRow = PANEL_BYTES;
      }
      for (let input = begin; input < end; input += chunk) {
        const rows = min(end - input, chunk);
        let xBlock = x + (<usize>row * <usize>inputs + <usize>input << 2), xRow: usize = 4, xStep = <usize>inputs << 2;
        if (packsX) {
          transpose(depth, rows, xBlock, inputs, packedX, PACKED_LDX);
          xBlock = packedX;
          xRow = <usize>PACKED_LDX << 2;
          xStep = 4;
        }
        const target = weights + <usize>(column / <i32>PANEL) * panelStride + <usize>input * PANEL_BYTES;
        // Whole panels: the padding of G makes that of W stay zero.
        multiplyTiles(rows, columns + <i32>PANEL - 1 & ~(<i32>PANEL - 1), depth, xBlock, xRow, xStep,
          g, gRow, gPanel, target, PANEL_BYTES, panelStride,
          reads ? target : ZEROS, reads ? PANEL_BYTES : 0, reads ? panelStride : 0,
          alpha, tile, walksRowByRow(columns, depth), work, 0, 1);
      }
    }
  }
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
  const job = changetype<DenseInputGradient>(team.job);
  job.batch = batch;
  job.inputs = inputs;
  job.outputs = outputs;
  job.gradOutput = gradOutput;
  job.weights = weights;
  job.gradInput = gradInput;
  runParts(team, denseInputGradientPart, operations(batch, inputs, outputs));
}

@unmanaged
class DenseInputGradient {
  batch: i32; inputs: i32; outputs: i32; gradOutput: usize; weights: usize; gradInput: usize;
}

function denseInputGradientPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<DenseInputGradient>(team.job);
  const batch = job.batch, inputs = job.inputs, outputs = job.outputs;
  const gradOutput = job.gradOutput, weights = job.weights, gradInput = job.gradInput;
  const tile = team.tile, work = team.workspace(thread);
  const packed = work + SCRATCH_BYTES;
  const giRow = <usize>inputs << 2;
  const panelStride = <usize>inputs * PANEL_BYTES;
  const end = min(inputs, panelsBegin(inputs, part + 1, parts));
  for (let column = panelsBegin(inputs, part, parts); column < end; column += NC) {
    const columns = min(end - column, NC);
    for (let output = 0; output < outputs; output += KC) {
      const depth = min(outputs - output, KC);
      const packedStride = <usize>depth * PANEL_BYTES;
      for (let k = 0; k < depth; k += <i32>PANEL) {
        const panel = weights + <usize>(output + k) / PANEL * panelStride + <usize>column * PANEL_BYTES;
        packColumns(min(depth - k, <i32>PANEL), columns, panel, <i32>PANEL, packed + <usize>k * PANEL_BYTES, packedStride);
      }
      const target = gradInput + (<usize>column << 2);
      const reads = output > 0;
      multiplyTiles(batch, columns, depth, gradOutput + (<usize>output << 2), <usize>outputs << 2, 4,
        packed, PANEL_BYTES, packedStride, target, giRow, PANEL_BYTES,
        reads ? target : ZEROS, reads ? giRow : 0, reads ? PANEL_BYTES : 0, 1, tile,
        walksRowByRow(columns, depth), work, 0, 1);
    }
  }
}

/** Floating-point operations of each of the three. */
// @ts-ignore: decorator
@inline
function operations(batch: i32, inputs: i32, outputs: i32): f64 {
  return 2.0 * batch * inputs * outputs;
}
