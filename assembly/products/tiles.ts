// The macro-kernel: walks the tiles of C over operands that need no further packing.

import { partBegin } from "../runtime/parts";
import { PROGRESS, WORDS_BYTES } from "../runtime/workspace";
import { MAX_ROWS, multiplyTile, PANEL } from "./micro-kernel";

/** Sixteen zeros, the addend of a product that does not read C. */
export const ZEROS: usize = memory.data(64, 16);
/** Behind the words of a workspace lies the tile that takes the place of C where a panel reaches beyond its last column. */
export const SCRATCH_BYTES: usize = WORDS_BYTES + <usize>MAX_ROWS * PANEL * 4;

/** Elements of B that stay in the first-level cache beside what else a tile needs. */
const CACHED_ELEMENTS: i64 = 4096;

/** Whether to walk the tiles row by row: where all of B (k × n) stays in the first-level cache. */
// @ts-ignore: decorator
@inline
export function walksRowByRow(n: i32, k: i32): bool { return <i64>n * k <= CACHED_ELEMENTS; }

/** A tile choice in one word: the most rows (1 to 6), plus 16 for sixteen columns instead of eight. */
// @ts-ignore: decorator
@inline
export function tileRows(tile: i32): i32 { return tile & 15; }
// @ts-ignore: decorator
@inline
export function tileIsWide(tile: i32): bool { return (tile & 16) != 0; }

/**
 * C ← alpha·A·B + D, part `part` of `parts`: tiles are numbered panel by panel, or row by row, and cut into equal runs. Which
 * tiles a part gets depends on m, n, tile and rowByRow, not on k: calls that add to the same C agree in all four.
 *
 * All strides are bytes. A scalar: a + row·aRow + k·aStep. Eight floats of B: b + panel·bPanel + k·bStep; likewise C and
 * D with their row strides. Every panel of B holds eight readable columns; of C and D only n columns are touched.
 * Rows are shared out evenly among the fewest tiles of at most tileRows(tile) rows (32 = 6+6+5+5+5+5).
 */
export function multiplyTiles(
  m: i32, n: i32, k: i32,
  a: usize, aRow: usize, aStep: usize,
  b: usize, bStep: usize, bPanel: usize,
  c: usize, cRow: usize, cPanel: usize,
  d: usize, dRow: usize, dPanel: usize,
  alpha: f32, tile: i32, rowByRow: bool, work: usize, part: i32, parts: i32,
): void {
  if (m == 0) return;
  const scratch = work + WORDS_BYTES;
  const wide = tileIsWide(tile);
  const width = <i32>PANEL << <i32>wide;
  const rowTiles = (m + tileRows(tile) - 1) / tileRows(tile);
  const height = m / rowTiles;
  const taller = m - height * rowTiles;
  const groups = (n + width - 1) / width;
  const inner = rowByRow ? groups : rowTiles;
  const end = partBegin(groups * rowTiles, part + 1, parts);

  for (let index = partBegin(groups * rowTiles, part, parts); index < end; ++index) {
    store<i32>(work, index, PROGRESS);
    const outerIndex = index / inner;
    const innerIndex = index - outerIndex * inner;
    const group = rowByRow ? innerIndex : outerIndex;
    const rowTile = rowByRow ? outerIndex : innerIndex;
    const rows = height + <i32>(rowTile < taller);
    const row = <usize>(rowTile * height + min(rowTile, taller));
    const panel = <usize>(group << <i32>wide);
    const columns = n - <i32>(panel * PANEL);
    const aTile = a + row * aRow;
    const bTile = b + panel * bPanel;
    const cTile = c + row * cRow + panel * cPanel;
    const dTile = d + row * dRow + panel * dPanel;
    if (columns >= width) {
      multiplyTile(rows, wide, k, aTile, aRow, aStep, bTile, bStep, bPanel, cTile, cRow, cPanel, dTile, dRow, dPanel, alpha);
      continue;
    }
    const left = min(columns, <i32>PANEL);
    multiplyEdge(rows, left, k, aTile, aRow, aStep, bTile, bStep, cTile, cRow, dTile, dRow, alpha, scratch);
    if (columns > left) {
      multiplyEdge(rows, columns - left, k, aTile, aRow, aStep, bTile + bPanel, bStep,
        cTile + cPanel, cRow, dTile + dPanel, dRow, alpha, scratch);
    }
  }
}

/** The first of `columns` columns that belongs to `part`, panels kept whole. */
// @ts-ignore: decorator
@inline
export function panelsBegin(columns: i32, part: i32, parts: i32): i32 {
  return partBegin((columns + <i32>PANEL - 1) / <i32>PANEL, part, parts) * <i32>PANEL;
}

/** One tile of at most eight columns, through the scratch tile when there are fewer, in the same arithmetic. */
function multiplyEdge(
  rows: i32, columns: i32, k: i32,
  a: usize, aRow: usize, aStep: usize,
  b: usize, bStep: usize,
  c: usize, cRow: usize,
  d: usize, dRow: usize,
  alpha: f32, scratch: usize,
): void {
  const whole = columns == <i32>PANEL;
  const scratchRow = PANEL * 4;
  if (!whole) copyColumns(rows, columns, d, dRow, scratch, scratchRow);
  const target = whole ? c : scratch, targetRow = whole ? cRow : scratchRow;
  const addend = whole ? d : scratch, addendRow = whole ? dRow : scratchRow;
  multiplyTile(rows, false, k, a, aRow, aStep, b, bStep, 0, target, targetRow, 0, addend, addendRow, 0, alpha);
  if (!whole) copyColumns(rows, columns, scratch, scratchRow, c, cRow);
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
