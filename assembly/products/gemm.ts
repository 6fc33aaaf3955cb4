// C ← β·C + α·op(A)·op(B), the product of matrices.

import { scale } from "../elements/arithmetic";
import { runParts, Team } from "../runtime/threads";
import { KC, MC, NC, NR, PANEL_BYTES } from "./blocking";
import { Layout, panelsBegin, Product, productPart, Split } from "./product";

/**
 * C ← beta·C + alpha·op(A)·op(B), row-major, op(X) = X or Xᵀ; op(A) is m × k, op(B) k × n, C m × n.
 * Leading dimensions in elements. beta = 0 never reads C. C must not overlap A or B.
 */
export function gemm(
  transposeA: bool, transposeB: bool, m: i32, n: i32, k: i32,
  alpha: f32, a: usize, lda: i32, b: usize, ldb: i32,
  beta: f32, c: usize, ldc: i32, team: Team,
): void {
  const cRow = <usize>ldc << 2, aRow = <usize>lda << 2, bRow = <usize>ldb << 2;
  if (k == 0) return scaleRows(m, n, beta, c, cRow);
  const job = changetype<Gemm>(team.job);
  job.setSizes(m, n, k, alpha);
  job.setBlocks(KC, NC, MC, Split.Columns);
  job.setA(a, transposeA ? 4 : aRow, transposeA ? aRow : 4, transposeA);
  if (transposeB) job.setB(b, 4, bRow * NR, Layout.Columns);
  else job.setB(b, bRow, PANEL_BYTES, Layout.Rows);
  job.setC(c, cRow, PANEL_BYTES, false);
  job.setDToC(beta != 0);
  job.beta = beta;
  runParts(team, beta != 0 && beta != 1 ? scaledPart : productPart, 2.0 * m * n * k);
}

@unmanaged
class Gemm extends Product { beta: f32; }

/** Multiplies one part's columns of C by beta, then adds the product. */
function scaledPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<Gemm>(team.job);
  const begin = panelsBegin(job.n, part, parts);
  const end = min(job.n, panelsBegin(job.n, part + 1, parts));
  scaleRows(job.m, end - begin, job.beta, job.c + (<usize>begin << 2), job.cRow);
  productPart(team, thread, part, parts);
}

/** Multiplies each row of C by beta. beta = 0 writes zeros without reading C. */
function scaleRows(m: i32, n: i32, beta: f32, c: usize, cRow: usize): void {
  for (let row = 0; row < m; ++row) {
    if (beta == 0) memory.fill(c, 0, <usize>n << 2);
    else scale(n, beta, c);
    c += cRow;
  }
}
