// Packing: copies a block of an operand in the order in which the micro-kernel reads it.

import { NR, PANEL_BYTES } from "./blocking";
import { transpose, transposeBlock } from "./transpose";

/**
 * Panels of B (k × n, row-major, rows `bRow` bytes apart): panel p holds columns 8p … 8p+7 as k rows of eight floats, zero
 * beyond column n.
 */
export function packRows(k: i32, n: i32, b: usize, bRow: usize, panels: usize): void {
  for (let column = 0; column < n; column += NR) {
    const columns = min(n - column, NR);
    let source = b + (<usize>column << 2);
    if (columns == NR) {
      for (let row = 0; row < k; ++row) {
        v128.store(panels, v128.load(source));
        v128.store(panels, v128.load(source, 16), 16);
        source += bRow;
        panels += PANEL_BYTES;
      }
    } else {
      for (let row = 0; row < k; ++row) {
        copyPadded(panels, source, columns);
        source += bRow;
        panels += PANEL_BYTES;
      }
    }
  }
}

/**
 * Like `packRows` for a transposed B (n × k, row-major): panel p holds rows 8p … 8p+7, transposed. Panels are `panelStride`
 * bytes apart.
 */
export function packColumns(k: i32, n: i32, b: usize, bRow: usize, panels: usize, panelStride: usize): void {
  for (let column = 0; column < n; column += NR) {
    const columns = min(n - column, NR);
    const source = b + <usize>column * bRow;
    if (columns == NR && k == NR) {
      // A transposed panel of weights, too small for a call.
      const below = source + (bRow << 2);
      transposeBlock(source, bRow, panels, PANEL_BYTES);
      transposeBlock(below, bRow, panels + 16, PANEL_BYTES);
      transposeBlock(source + 16, bRow, panels + PANEL_BYTES * 4, PANEL_BYTES);
      transposeBlock(below + 16, bRow, panels + PANEL_BYTES * 4 + 16, PANEL_BYTES);
    } else {
      if (columns < NR) memory.fill(panels, 0, <usize>k * PANEL_BYTES);
      transpose(columns, k, source, <i32>(bRow >> 2), panels, NR);
    }
    panels += panelStride;
  }
}

/** Like `packRows` for a transposed B in panels, `bPanel` bytes apart: each has eight of its rows, as rows of eight floats. */
export function packPanels(k: i32, n: i32, b: usize, bPanel: usize, panels: usize): void {
  const panelStride = <usize>k * PANEL_BYTES;
  for (let row = 0; row < k; row += NR) {
    packColumns(min(k - row, NR), n, b, PANEL_BYTES, panels + <usize>row * PANEL_BYTES, panelStride);
    b += bPanel;
  }
}

/** Copies `columns` < 8 floats from source to target and fills up to eight with zeros. */
function copyPadded(target: usize, source: usize, columns: i32): void {
  v128.store(target, f32x4.splat(0));
  v128.store(target, f32x4.splat(0), 16);
  for (let column: usize = 0; column < <usize>columns; ++column) {
    store<f32>(target + (column << 2), load<f32>(source + (column << 2)));
  }
}
