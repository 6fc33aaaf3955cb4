// The macro-kernel, loops 2 and 1 of a product: computes the tiles of C from packed blocks of A and B.

import { partBegin } from "../runtime/parts";
import { PROGRESS, WORDS_BYTES } from "../runtime/workspace";
import { CACHED_ELEMENTS, MR, MR_WIDE, NR, PANEL_BYTES } from "./blocking";
import { multiplyTile, Strides } from "./micro-kernel";

/** Sixteen zeros, the addend of a product that does not read C. */
export const ZEROS: usize = memory.data(64, 16);

/**
 * The macro-kernel's arguments: C (m × n) ← alpha·A·B + D. A scalar of A is at a + row·aRow + k·aStep, eight floats of B at
 * b + panel·bPanel + k·bStep; C and D likewise with their row strides. Every panel of B has eight readable columns. The
 * kernel touches only n columns of C and D.
 */
@unmanaged
export class Block extends Strides {
  m: i32; n: i32; a: usize; b: usize; c: usize; d: usize;
  /** Whether tiles are computed row by row instead of panel by panel; see walksRowByRow. */
  rowByRow: bool;
}

/** After the words of a workspace: a block, the strides of a panel that reaches beyond the last column, and its scratch tile. */
const BLOCK: usize = WORDS_BYTES;
const EDGE: usize = BLOCK + 128;
const SCRATCH_TILE: usize = EDGE + 64;
/** A product may use the workspace from here on. */
export const PACKED: usize = SCRATCH_TILE + <usize>MR * PANEL_BYTES;

if (offsetof<Block>() > EDGE - BLOCK || offsetof<Strides>() > SCRATCH_TILE - EDGE) ERROR("a block does not fit its place");

/** The block of the thread with this workspace. */
@inline
export function blockOf(work: usize): Block { return changetype<Block>(work + BLOCK); }

/** Whether to compute tiles row by row: if all of B (k × n) stays in the first-level cache. */
@inline
export function walksRowByRow(n: i32, k: i32): bool { return <i64>n * k <= CACHED_ELEMENTS; }

/** A tile in one word: its most rows (1 to 6), plus 16 for sixteen columns instead of eight. */
@inline
function tileIsWide(tile: i32): bool { return (tile & 16) != 0; }
/** Wide tiles have at most MR_WIDE rows, whatever the word says. */
@inline
function tileRows(tile: i32): i32 { return min(tile & 15, tileIsWide(tile) ? MR_WIDE : MR); }

/**
 * Computes part `part` of `parts` of the block in `work`. Tiles are numbered panel by panel, or row by row; a part is a run of
 * them. Its tiles depend on m, n, tile and rowByRow, not on k: calls that add to the same C agree in all four.
 * Rows are divided evenly among the fewest tiles of at most tileRows(tile) rows (with 6: 32 = 6+6+5+5+5+5).
 */
export function macroKernel(work: usize, tile: i32, part: i32, parts: i32): void {
  const block = blockOf(work);
  const m = block.m, n = block.n;
  if (m == 0) return;
  const wide = tileIsWide(tile);
  const width = NR << <i32>wide;
  const most = tileRows(tile);
  const rowTiles = (m + most - 1) / most;
  const height = m / rowTiles;
  const taller = m - height * rowTiles;
  const groups = (n + width - 1) / width;
  const rowByRow = block.rowByRow, aRow = block.aRow, bPanel = block.bPanel;
  const cRow = block.cRow, cPanel = block.cPanel, dRow = block.dRow, dPanel = block.dPanel;
  // Loop 2 (NR columns) around loop 1 (MR rows), or the other way round. As one loop, it can be divided anywhere.
  const inner = rowByRow ? groups : rowTiles;
  const end = partBegin(groups * rowTiles, part + 1, parts);
  if (n % NR != 0) setEdge(block, work);
  for (let index = partBegin(groups * rowTiles, part, parts); index < end; ++index) {
    store<i32>(work, index, PROGRESS);
    const outerIndex = index / inner;
    const innerIndex = index - outerIndex * inner;
    const group = rowByRow ? innerIndex : outerIndex;
    const rowTile = rowByRow ? outerIndex : innerIndex;
    const rows = height + (rowTile < taller ? 1 : 0);
    const row = <usize>(rowTile * height + min(rowTile, taller));
    const panel = <usize>(group << <i32>wide);
    const columns = n - <i32>panel * NR;
    const a = block.a + row * aRow;
    const b = block.b + panel * bPanel;
    const c = block.c + row * cRow + panel * cPanel;
    const d = block.d + row * dRow + panel * dPanel;
    if (columns >= width) {
      multiplyTile(rows, wide, block, a, b, c, d);
      continue;
    }
    const left = min(columns, NR);
    multiplyEdge(rows, left, work, a, b, c, d);
    if (columns > left) {
      multiplyEdge(rows, columns - left, work, a, b + bPanel, c + cPanel, d + dPanel);
    }
  }
}

/** Sets the strides of tiles that use the scratch tile. */
function setEdge(block: Block, work: usize): void {
  const edge = changetype<Strides>(work + EDGE);
  edge.k = block.k;
  edge.aRow = block.aRow;
  edge.aStep = block.aStep;
  edge.bStep = block.bStep;
  edge.cRow = PANEL_BYTES;
  edge.dRow = PANEL_BYTES;
  edge.alpha = block.alpha;
}

/** Computes one tile of at most eight columns; with fewer, in the scratch tile, by the same arithmetic. */
function multiplyEdge(rows: i32, columns: i32, work: usize, a: usize, b: usize, c: usize, d: usize): void {
  const block = blockOf(work);
  const scratch = work + SCRATCH_TILE;
  const whole = columns == NR;
  if (!whole) copyColumns(rows, columns, d, block.dRow, scratch, PANEL_BYTES);
  const strides = whole ? changetype<Strides>(block) : changetype<Strides>(work + EDGE);
  multiplyTile(rows, false, strides, a, b, whole ? c : scratch, whole ? d : scratch);
  if (!whole) copyColumns(rows, columns, scratch, PANEL_BYTES, c, block.cRow);
}

function copyColumns(rows: i32, columns: i32, source: usize, sourceRow: usize, target: usize, targetRow: usize): void {
  for (let row = 0; row < rows; ++row) {
    for (let column: usize = 0; column < <usize>columns; ++column) {
      store<f32>(target + (column << 2), load<f32>(source + (column << 2)));
    }
    source += sourceRow;
    target += targetRow;
  }
}
