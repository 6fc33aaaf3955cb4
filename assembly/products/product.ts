// The driver of all products, of matrices and of layers: BLIS's loops 5 to 3 around the macro-kernel, with packing.

import { partBegin } from "../runtime/parts";
import { JOB_BYTES, Team } from "../runtime/threads";
import { WORK_BYTES } from "../runtime/workspace";
import { A_PADDING, KC, MC, NC, NR, PANEL_BYTES } from "./blocking";
import { blockOf, macroKernel, PACKED, walksRowByRow, ZEROS } from "./macro-kernel";
import { packColumns, packPanels, packRows } from "./packing";
import { transpose } from "./transpose";

/** How B lies in memory, which decides how a block of it is packed. */
export const enum Layout {
  /** Panels, or rows that can be read as panels: not packed. */
  InPlace,
  /** k × n, row-major. */
  Rows,
  /** n × k, row-major. */
  Columns,
  /** Panels of eight columns of Bᵀ: weights, for the gradient of a layer's input. */
  Transposed,
}

/** Which part of C one part of the job computes. */
export const enum Split { Columns, Rows, Tiles }

/**
 * C (m × n) ← alpha·A·B + D. Strides are bytes. A scalar of A is at a + row·aRow + k·aStep, eight floats of C at
 * c + row·cRow + panel·cPanel, of D likewise. B is at b + panel·bPanel + k·bStep with panel = ⌊column / 8⌋; `layout` says
 * what is there.
 */
@unmanaged
export class Product {
  m: i32; n: i32; k: i32; alpha: f32;
  /** The most terms, columns and rows of a block. */
  kc: i32; nc: i32; mc: i32;
  split: Split;
  a: usize; aRow: usize; aStep: usize;
  /** Whether blocks of A, whose columns are contiguous (aRow = 4), are transposed. */
  packsA: bool;
  /** Whether C and D have whole panels. If so, their padding is computed, too. */
  wholePanels: bool;
  b: usize; bStep: usize; bPanel: usize; layout: Layout;
  c: usize; cRow: usize; cPanel: usize;
  d: usize; dRow: usize; dPanel: usize;

  @inline
  setSizes(m: i32, n: i32, k: i32, alpha: f32): void {
    this.m = m;
    this.n = n;
    this.k = k;
    this.alpha = alpha;
  }

  @inline
  setBlocks(kc: i32, nc: i32, mc: i32, split: Split): void {
    this.kc = kc;
    this.nc = nc;
    this.mc = mc;
    this.split = split;
  }

  @inline
  setA(a: usize, aRow: usize, aStep: usize, packsA: bool): void {
    this.a = a;
    this.aRow = aRow;
    this.aStep = aStep;
    this.packsA = packsA;
  }

  @inline
  setB(b: usize, bStep: usize, bPanel: usize, layout: Layout): void {
    this.b = b;
    this.bStep = bStep;
    this.bPanel = bPanel;
    this.layout = layout;
  }

  @inline
  setC(c: usize, cRow: usize, cPanel: usize, wholePanels: bool): void {
    this.c = c;
    this.cRow = cRow;
    this.cPanel = cPanel;
    this.wholePanels = wholePanels;
  }

  @inline
  setD(d: usize, dRow: usize, dPanel: usize): void {
    this.d = d;
    this.dRow = dRow;
    this.dPanel = dPanel;
  }

  /** Makes D the same as C if the product `reads` C, else zeros. */
  @inline
  setDToC(reads: bool): void {
    this.setD(reads ? this.c : ZEROS, reads ? this.cRow : 0, reads ? this.cPanel : 0);
  }
}

if (offsetof<Product>() + 8 > JOB_BYTES) ERROR("a product does not fit where a job's arguments lie");
if (PACKED + <usize>(KC * NC + MC * (KC + A_PADDING)) * 4 > WORK_BYTES) ERROR("a thread's workspace is too small");

/** Computes one part of a product. The bits depend neither on the number of parts nor on the tile. */
export function productPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<Product>(team.job);
  const work = team.workspace(thread), packedB = work + PACKED, packedA = packedB + <usize>(KC * NC) * 4;
  const block = blockOf(work);
  const k = job.k, kc = job.kc, nc = job.nc, mc = job.mc, layout = job.layout;
  const split = job.split;
  const byColumns = split == Split.Columns, byRows = split == Split.Rows;
  const columnsEnd = byColumns ? min(job.n, panelsBegin(job.n, part + 1, parts)) : job.n;
  const rowsEnd = byRows ? partBegin(job.m, part + 1, parts) : job.m;
  block.alpha = job.alpha;
  block.cRow = job.cRow;
  block.cPanel = job.cPanel;

  // Loop 5, over NC columns of B and C.
  for (let jc = byColumns ? panelsBegin(job.n, part, parts) : 0; jc < columnsEnd; jc += nc) {
    const columns = min(columnsEnd - jc, nc);
    const panel = <usize>(jc / NR);
    block.n = job.wholePanels ? columns + NR - 1 & -NR : columns;
    block.rowByRow = walksRowByRow(columns, min(k, kc));

    // Loop 4, over KC terms of the sum; runs once for an empty sum.
    for (let pc = 0; pc < k || pc == 0; pc += kc) {
      const depth = min(k - pc, kc);
      const isFirst = pc == 0;
      block.k = depth;
      block.b = packedB;
      block.bStep = PANEL_BYTES;
      block.bPanel = <usize>depth * PANEL_BYTES;
      const b = job.b + panel * job.bPanel + <usize>pc * job.bStep;
      switch (layout) {
        case Layout.Rows: packRows(depth, columns, b, job.bStep, packedB); break;
        case Layout.Columns: packColumns(depth, columns, b, job.bPanel / NR, packedB, block.bPanel); break;
        case Layout.Transposed: packPanels(depth, columns, b, job.bStep * NR, packedB); break;
        default:
          block.b = b;
          block.bStep = job.bStep;
          block.bPanel = job.bPanel;
      }
      block.dRow = isFirst ? job.dRow : job.cRow;
      block.dPanel = isFirst ? job.dPanel : job.cPanel;

      // Loop 3, over MC rows of A and C.
      for (let ic = byRows ? partBegin(job.m, part, parts) : 0; ic < rowsEnd; ic += mc) {
        const rows = min(rowsEnd - ic, mc);
        block.m = rows;
        block.a = job.a + <usize>ic * job.aRow + <usize>pc * job.aStep;
        block.aRow = job.aRow;
        block.aStep = job.aStep;
        if (job.packsA) {
          transpose(depth, rows, block.a, <i32>(job.aStep >> 2), packedA, kc + A_PADDING);
          block.a = packedA;
          block.aRow = <usize>(kc + A_PADDING) << 2;
          block.aStep = 4;
        }
        block.c = job.c + <usize>ic * job.cRow + panel * job.cPanel;
        block.d = isFirst ? job.d + <usize>ic * job.dRow + panel * job.dPanel : block.c;
        // Loops 2 and 1, over NR columns and MR rows, around the micro-kernel.
        if (split == Split.Tiles) macroKernel(work, team.tile, part, parts);
        else macroKernel(work, team.tile, 0, 1);
      }
    }
  }
}

/** The first of `columns` columns in `part`; a part has whole panels. */
@inline
export function panelsBegin(columns: i32, part: i32, parts: i32): i32 {
  return partBegin((columns + NR - 1) / NR, part, parts) * NR;
}
