// C ← β·C + α·op(A)·op(B): the blocking loops around the tiles.

import { PANEL } from "./micro-kernel";
import { packColumns, packRows } from "./packing";
import { multiplyTiles, panelsBegin, SCRATCH_BYTES, walksRowByRow, ZEROS } from "./tiles";
import { scale } from "../elements/arithmetic";
import { runParts, Team } from "../runtime/threads";
import { WORK_BYTES } from "../runtime/workspace";
import { transpose } from "./transpose";

/** Rows of B, columns of A in a block: a panel of B (16 KiB) stays in the first-level cache. Fixed, since it decides the bits. */
const KC: i32 = 512;
/** Columns of B in a block. */
const NC: i32 = 512;
/** Rows of A in a block that is packed: the block stays in the second-level cache. */
const MC: i32 = 60;
/** Elements between rows of packed A: not a multiple of 4 KiB, which would put every row into the same cache sets. */
const PACKED_LDA: i32 = KC + 16;

if (SCRATCH_BYTES + <usize>(KC * NC + MC * PACKED_LDA) * 4 > WORK_BYTES) ERROR("a thread's workspace is too small");

/**
 * C ← beta·C + alpha·op(A)·op(B), row-major, op(X) = X or Xᵀ; op(A) is m × k, op(B) k × n, C m × n.
 * Leading dimensions in elements. beta = 0 never reads C. C must not overlap A or B.
 */
export function gemm(
  transposeA: bool, transposeB: bool, m: i32, n: i32, k: i32,
  alpha: f32, a: usize, lda: i32, b: usize, ldb: i32,
  beta: f32, c: usize, ldc: i32, team: Team,
): void {
  const job = changetype<Gemm>(team.job);
  job.transposeA = transposeA;
  job.transposeB = transposeB;
  job.m = m;
  job.n = n;
  job.k = k;
  job.alpha = alpha;
  job.a = a;
  job.lda = lda;
  job.b = b;
  job.ldb = ldb;
  job.beta = beta;
  job.c = c;
  job.ldc = ldc;
  runParts(team, gemmPart, 2.0 * m * n * k);
}

@unmanaged
class Gemm {
  transposeA: bool; transposeB: bool; m: i32; n: i32; k: i32;
  alpha: f32; a: usize; lda: i32; b: usize; ldb: i32; beta: f32; c: usize; ldc: i32;
}

/** One part's columns of C; the bits depend neither on the cut nor on the tile. */
function gemmPart(team: Team, thread: i32, part: i32, parts: i32): void {
  const job = changetype<Gemm>(team.job);
  const transposeA = job.transposeA, transposeB = job.transposeB, m = job.m, k = job.k, alpha = job.alpha, beta = job.beta;
  const a = job.a, lda = job.lda, ldb = job.ldb, ldc = job.ldc, tile = team.tile, work = team.workspace(thread);
  let n = job.n, b = job.b, c = job.c;
  const begin = panelsBegin(n, part, parts);
  const end = min(n, panelsBegin(n, part + 1, parts));
  c += <usize>begin << 2;
  b += (transposeB ? <usize>begin * <usize>ldb : <usize>begin) << 2;
  n = end - begin;
  if (beta != 0 && beta != 1 || k == 0) scaleRows(m, n, beta, c, ldc);

  const packedB = work + SCRATCH_BYTES;
  const packedA = packedB + <usize>(KC * NC) * 4;
  const cRow = <usize>ldc << 2;
  for (let column = 0; column < n; column += NC) {
    const columns = min(n - column, NC);
    for (let inner = 0; inner < k; inner += KC) {
      const depth = min(k - inner, KC);
      const bPanel = <usize>depth * PANEL * 4;
      if (transposeB) {
        packColumns(depth, columns, b + (<usize>column * <usize>ldb + <usize>inner << 2), ldb, packedB, bPanel);
      } else {
        packRows(depth, columns, b + (<usize>inner * <usize>ldb + <usize>column << 2), ldb, packedB, bPanel);
      }
      const readC = beta != 0 || inner > 0;
      for (let row = 0; row < m; row += MC) {
        const rows = min(m - row, MC);
        let aBlock = a + (<usize>row * <usize>lda + <usize>inner << 2), aRow = <usize>lda << 2;
        if (transposeA) {
          aBlock = packedA;
          aRow = <usize>PACKED_LDA << 2;
          transpose(depth, rows, a + (<usize>inner * <usize>lda + <usize>row << 2), lda, packedA, PACKED_LDA);
        }
        const cBlock = c + (<usize>column << 2) + <usize>row * cRow;
        multiplyTiles(rows, columns, depth, aBlock, aRow, 4, packedB, PANEL * 4, bPanel,
          cBlock, cRow, PANEL * 4, readC ? cBlock : ZEROS, readC ? cRow : 0, readC ? PANEL * 4 : 0, alpha, tile,
          walksRowByRow(columns, depth), work, 0, 1);
      }
    }
  }
}

/** Each row of C times beta; beta = 0 writes zeros without reading. */
function scaleRows(m: i32, n: i32, beta: f32, c: usize, ldc: i32): void {
  for (let row = 0; row < m; ++row) {
    if (beta == 0) memory.fill(c, 0, <usize>n << 2);
    else scale(n, beta, c);
    c += <usize>ldc << 2;
  }
}
