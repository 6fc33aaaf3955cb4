// Packing: copies of an operand's block in the order the micro-kernel reads it.

import { PANEL } from "./micro-kernel";
import { transpose, transposeBlock } from "./transpose";

const PANEL_BYTES: usize = PANEL * 4;

/**
 * Panels of B (k × n, row-major): panel p holds columns 8p … 8p+7 as k rows of eight floats, zero beyond column n.
 * Panels are `panelStride` bytes apart.
 */
export function packRows(k: i32, n: i32, b: usize, ldb: i32, panels: usize, panelStride: usize): void {
  const bRow = <usize>ldb << 2;
  for (let column = 0; column < n; column += <i32>PANEL) {
    const columns = min(n - column, <i32>PANEL);
    let source = b + (<usize>column << 2);
    let target = panels;
    if (columns == <i32>PANEL) {
      for (let row = 0; row < k; ++row) {
        v128.store(target, v128.load(source));
        v128.store(target, v128.load(source, 16), 16);
        source += bRow;
        target += PANEL_BYTES;
      }
    } else {
      for (let row = 0; row < k; ++row) {
        copyPadded(target, source, columns);
        source += bRow;
        target += PANEL_BYTES;
      }
    }
    panels += panelStride;
  }
}

/** As `packRows` for B held transposed (n × k, row-major): panel p holds rows 8p … 8p+7, transposed. */
export function packColumns(k: i32, n: i32, b: usize, ldb: i32, panels: usize, panelStride: usize): void {
  const bRow = <usize>ldb << 2;
  for (let column = 0; column < n; column += <i32>PANEL) {
    const columns = min(n - column, <i32>PANEL);
    const source = b + <usize>column * bRow;
    if (columns == <i32>PANEL && k == <i32>PANEL) {
      // A transposed panel of weights: too small for a call.
      const below = source + (bRow << 2);
      transposeBlock(source, bRow, panels, PANEL_BYTES);
      transposeBlock(below, bRow, panels + 16, PANEL_BYTES);
      transposeBlock(source + 16, bRow, panels + PANEL_BYTES * 4, PANEL_BYTES);
      transposeBlock(below + 16, bRow, panels + PANEL_BYTES * 4 + 16, PANEL_BYTES);
    } else {
      if (columns < <i32>PANEL) memory.fill(panels, 0, <usize>k * PANEL_BYTES);
      transpose(columns, k, source, ldb, panels, <i32>PANEL);
    }
    panels += panelStride;
  }
}

/** `columns` < 8 floats from source, then zeros, to the eight floats at target. */
function copyPadded(target: usize, source: usize, columns: i32): void {
  v128.store(target, f32x4.splat(0));
  v128.store(target, f32x4.splat(0), 16);
  for (let column: usize = 0; column < <usize>columns; ++column) {
    store<f32>(target + (column << 2), load<f32>(source + (column << 2)));
  }
}
